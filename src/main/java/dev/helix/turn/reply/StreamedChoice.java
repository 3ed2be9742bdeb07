package dev.helix.turn.reply;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One choice of a stream: the message that its deltas add up to, and its finish reason. Not safe
 * for use by several threads.
 */
final class StreamedChoice {
  private static final String TOOL_CALLS = "tool_calls";
  private static final String FUNCTION_CALL = "function_call";

  private final Map<String, Object> message = new LinkedHashMap<>();
  private final ToolCallDeltas calls = new ToolCallDeltas();
  private String finishReason;
  private boolean wentOn;

  /** Adds what a chunk says of this choice, or only how it ends. */
  void add(Map<?, ?> chunk, boolean onlyEnd) {
    String reason = FinishReason.of(chunk.get("finish_reason"));
    Map<?, ?> delta = delta(chunk);
    wentOn |= finishReason != null && says(delta);
    if (!onlyEnd) {
      merge(delta);
    }
    if (!onlyEnd && chunk.get("message") instanceof Map<?, ?> given) {
      // In place of deltas and without an end it is a piece as they are.
      merge(unsaid(given, delta.isEmpty() && reason == null));
    }
    if (reason != null) {
      finishReason = reason;
    }
  }

  /** How many characters a chunk adds at most. */
  static long weight(Map<?, ?> chunk) {
    return UpstreamJson.weight(chunk.get("delta"))
        + UpstreamJson.weight(chunk.get("message"))
        + UpstreamJson.weight(chunk.get("text"));
  }

  /** The delta, or what stands in its place in the streams of completions that are no chat's. */
  private static Map<?, ?> delta(Map<?, ?> chunk) {
    Object delta = chunk.get("delta");
    if (delta instanceof String text) {
      return Map.of("content", text);
    }
    Map<?, ?> fields = delta instanceof Map<?, ?> map ? map : Map.of();
    boolean textOnly =
        chunk.get("text") instanceof String
            && fields.get("content") == null
            && !(chunk.get("message") instanceof Map);
    if (!textOnly) {
      return fields;
    }
    Map<Object, Object> both = new LinkedHashMap<>(fields);
    both.put("content", chunk.get("text"));
    return both;
  }

  /** Adds to a text field that was begun; false where there is none. */
  boolean append(String field, String text) {
    if (message.get(field) instanceof StringBuilder whole) {
      whole.append(text);
      wentOn |= finishReason != null && !text.isEmpty();
      return true;
    }
    return false;
  }

  private void merge(Map<?, ?> delta) {
    delta.forEach(
        (key, value) -> {
          String field = (String) key;
          Object before = message.get(field);
          if (field.equals(TOOL_CALLS) && value != null) {
            calls.add(value);
          } else if (field.equals(FUNCTION_CALL) && value instanceof Map<?, ?> function) {
            message.put(field, ToolCallDeltas.function(before, function));
          } else {
            message.put(field, Deltas.merged(field, before, value));
          }
        });
  }

  /** What of a message that is said beside or behind its deltas they have not said. */
  private Map<String, Object> unsaid(Map<?, ?> given, boolean piece) {
    Map<String, Object> unsaid = new LinkedHashMap<>();
    given.forEach(
        (key, value) -> {
          String field = (String) key;
          Object before = message.get(field);
          Object more =
              field.equals(TOOL_CALLS)
                  ? moreCalls(value, piece)
                  : before instanceof StringBuilder said
                      ? moreText(said.toString(), value, piece)
                      : before == null || piece || Deltas.isName(field) ? value : null;
          if (more != null) {
            unsaid.put(field, more);
          }
        });
    return unsaid;
  }

  private Object moreCalls(Object given, boolean piece) {
    if (piece || calls.isEmpty() || !(given instanceof List<?> list)) {
      return calls.isEmpty() || piece ? given : null;
    }
    return list.subList(Math.min(calls.size(), list.size()), list.size());
  }

  private static Object moreText(String said, Object given, boolean piece) {
    if (said.isEmpty()) {
      return given;
    }
    String text = given instanceof String whole ? whole : Deltas.textOfParts(given);
    if (text.startsWith(said) && (text.length() > said.length() || !piece)) {
      return text.substring(said.length());
    }
    return !piece && said.contains(text.strip()) ? null : given;
  }

  /** Whether there is more in a message than who says it. */
  private static boolean says(Map<?, ?> message) {
    return message.entrySet().stream()
        .anyMatch(
            field ->
                !field.getKey().equals("role")
                    && field.getValue() != null
                    && !UpstreamJson.isEmpty(field.getValue()));
  }

  boolean isFinished() {
    return finishReason != null;
  }

  /**
   * Whether it is finished and said something. Behind calls of tools some gateways go on by
   * themselves, with what the tools gave.
   */
  boolean isOver() {
    return isFinished()
        && hasContent()
        && !finishReason.equals(TOOL_CALLS)
        && !finishReason.equals(FUNCTION_CALL);
  }

  /** Whether something was said behind a finish reason. */
  boolean wentOn() {
    return wentOn;
  }

  /** Whether anything was said. */
  boolean hasContent() {
    return says(message) || !calls.isEmpty();
  }

  /** The answer; null where nothing was said and it is not complete. */
  Answer answer(String model, AnswerStatus status) {
    if (status != AnswerStatus.COMPLETED && !hasContent()) {
      return null;
    }
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("role", "assistant");
    whole.put("content", null);
    whole.putAll(message);
    if (!(whole.get("role") instanceof String)) {
      whole.put("role", "assistant");
    }
    if (!calls.isEmpty()) {
      whole.put(TOOL_CALLS, calls.whole());
    }
    return new Answer(Message.parse(UpstreamJson.bytes(whole)), model, finishReason, status);
  }
}
