package dev.helix.openai.items;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.message.MessageContent;
import dev.helix.message.MessageKind;
import dev.helix.openai.items.InputItem.Kind;
import dev.helix.transcript.Transcript;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether each call of a tool has its output, and each output its call. No state. */
public final class CallCheck {
  private static final int SHOWN = 200;

  /** How an output is named beside the call that has the same id. */
  private static final String OUTPUT = "output of ";

  private CallCheck() {}

  /** The name of a call's output among ids. */
  public static String outputOf(String callId) {
    return OUTPUT + callId;
  }

  /** The ids of a path's calls, and {@link #outputOf} those whose last call has its result. */
  public static Set<String> onPath(List<Message> path) {
    Set<String> known = new HashSet<>();
    for (Message message : path) {
      for (String call : calls(message)) {
        known.add(call);
        known.remove(outputOf(call));
      }
      if (MessageKind.of(message) == MessageKind.RESULT) {
        known.add(outputOf(MessageContent.toolCallId(message)));
      }
    }
    return known;
  }

  /** Refuses a call without output, and an output without call. */
  public static void check(List<InputItem> items, List<Message> path)
      throws InvalidRequestException {
    Set<String> calls = new HashSet<>();
    Set<String> outputs = new HashSet<>();
    for (InputItem item : items) {
      if (item.kind() == Kind.CALL) {
        calls.add(item.callId());
      } else if (item.kind() == Kind.OUTPUT) {
        outputs.add(item.callId());
      }
    }
    Set<String> stored = new HashSet<>();
    if (!calls.containsAll(outputs)) {
      path.forEach(message -> stored.addAll(calls(message)));
    }
    for (String output : outputs(items)) {
      if (!calls.contains(output) && !stored.contains(output)) {
        throw refused(
            "No tool call found for function call output with call_id " + shown(output) + ".");
      }
    }
    for (String call : Transcript.waitingCalls(path)) {
      if (!outputs.contains(call)) {
        throw waits(call);
      }
    }
    for (InputItem item : items) {
      if (item.kind() == Kind.CALL && !outputs.contains(item.callId())) {
        throw waits(item.callId());
      }
    }
  }

  /** What is said of a call that has no output. */
  public static InvalidRequestException waits(String call) {
    return refused("No tool output found for function call " + shown(call) + ".");
  }

  private static List<String> outputs(List<InputItem> items) {
    return items.stream()
        .filter(item -> item.kind() == Kind.OUTPUT)
        .map(InputItem::callId)
        .toList();
  }

  /** The ids of a message's calls. */
  private static Set<String> calls(Message message) {
    return MessageKind.of(message) == MessageKind.CALL
        ? MessageContent.toolCallIds(message)
        : Set.of();
  }

  /** An id as far as it is told. */
  public static String shown(String id) {
    return id.length() <= SHOWN ? id : id.substring(0, SHOWN) + "…";
  }

  /** What is said of an item's id that comes twice. */
  public static InvalidRequestException twice(String param, String id) {
    return new InvalidRequestException(
        "invalid_value",
        param,
        "Duplicate item found with id "
            + shown(id)
            + ". Remove duplicate items from your input and try again.");
  }

  private static InvalidRequestException refused(String message) {
    return new InvalidRequestException(
        new ApiError(400, message, "invalid_request_error", "input", null));
  }
}
