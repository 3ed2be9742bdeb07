package dev.helix.openai.request;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import java.util.List;

/**
 * The tool round whose results a request brings: models that think go on in it from their thoughts.
 * No state.
 */
public final class ToolRound {
  private ToolRound() {}

  /** Where in the history the round of the request's messages is; its end where there is none. */
  public static int from(List<Message> history, List<Message> messages) {
    boolean results = beginWithResult(messages);
    int from = history.size();
    while (results && from > 0 && !history.get(from - 1).role().equals("user")) {
      from--;
    }
    return from;
  }

  /** Whether the first message, but for a system message, is a tool's result. */
  public static boolean beginWithResult(List<Message> messages) {
    return messages.stream()
        .filter(message -> !message.isSystem())
        .findFirst()
        .map(MessageKind::of)
        .filter(MessageKind.RESULT::equals)
        .isPresent();
  }

  /**
   * Where in a request's messages the round is with whose results they end; their end where they
   * end otherwise.
   */
  public static int atEnd(List<Message> messages) {
    int end = messages.size();
    while (end > 0 && standsBehind(messages.get(end - 1))) {
      end--; // What a tool has shown stands behind its results, and what its user adds.
    }
    if (end == 0 || MessageKind.of(messages.get(end - 1)) != MessageKind.RESULT) {
      return messages.size();
    }
    int from = end;
    while (from > 0 && !messages.get(from - 1).role().equals("user")) {
      from--;
    }
    return from;
  }

  private static boolean standsBehind(Message message) {
    return message.role().equals("user") || message.isSystem();
  }
}
