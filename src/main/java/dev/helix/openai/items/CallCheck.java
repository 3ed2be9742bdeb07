package dev.helix.openai.items;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.openai.items.InputItem.Kind;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
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
      String answered = answered(message);
      if (answered != null) {
        known.add(outputOf(answered));
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
    for (String call : waiting(path)) {
      if (!outputs.contains(call)) {
        throw refused("No tool output found for function call " + shown(call) + ".");
      }
    }
    for (InputItem item : items) {
      if (item.kind() == Kind.CALL && !outputs.contains(item.callId())) {
        throw refused("No tool output found for function call " + shown(item.callId()) + ".");
      }
    }
  }

  private static List<String> outputs(List<InputItem> items) {
    return items.stream()
        .filter(item -> item.kind() == Kind.OUTPUT)
        .map(InputItem::callId)
        .toList();
  }

  /** The calls at the end of a path that wait for their results. */
  private static Set<String> waiting(List<Message> path) {
    int at = path.size();
    Set<String> answered = new HashSet<>();
    while (at > 0 && MessageKind.of(path.get(at - 1)) == MessageKind.RESULT) {
      String call = answered(path.get(--at));
      if (call != null) {
        answered.add(call);
      }
    }
    Set<String> waiting = new LinkedHashSet<>(at == 0 ? List.of() : calls(path.get(at - 1)));
    waiting.removeAll(answered);
    return waiting;
  }

  /** The ids of a message's calls. */
  private static List<String> calls(Message message) {
    if (MessageKind.of(message) != MessageKind.CALL) {
      return List.of();
    }
    List<String> ids = new ArrayList<>();
    eachField(
        message,
        (name, value, start) -> {
          if (!name.equals("tool_calls") || value.currentToken() != JsonToken.START_ARRAY) {
            return;
          }
          while (value.nextToken() != JsonToken.END_ARRAY) {
            if (value.currentToken() == JsonToken.START_OBJECT) {
              String id = id(value);
              if (id != null) {
                ids.add(id);
              }
            }
            value.skipChildren();
          }
        });
    return ids;
  }

  private static String id(JsonParser call) throws IOException {
    String id = null;
    while (call.nextToken() != JsonToken.END_OBJECT) {
      String name = call.currentName();
      call.nextToken();
      id = name.equals("id") ? Json.scalarOrNull(call) : id;
      call.skipChildren();
    }
    return id;
  }

  /** The id of the call whose result a message is; null where it is none. */
  private static String answered(Message message) {
    if (MessageKind.of(message) != MessageKind.RESULT) {
      return null;
    }
    List<String> id = new ArrayList<>();
    eachField(
        message,
        (name, value, start) -> {
          if (name.equals("tool_call_id") && Json.scalarOrNull(value) != null) {
            id.add(value.getText());
          }
        });
    return id.isEmpty() ? null : id.get(0);
  }

  private static void eachField(Message message, Json.FieldReader reader) {
    byte[] json = message.wireJson();
    try {
      Json.eachField(json, 0, json.length, reader);
    } catch (IOException e) {
      throw new UncheckedIOException("a message that was read before", e);
    }
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
