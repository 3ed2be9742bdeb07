package dev.helix.turn.reply;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One choice of a stream: the message that its deltas add up to, and its finish reason. Not safe
 * for use by several threads.
 */
final class StreamedChoice implements AnswerSoFar {
  private static final String TOOL_CALLS = "tool_calls";
  private static final String FUNCTION_CALL = "function_call";

  /** What a choice weighs with nothing in it. */
  private static final int WEIGHT = 1024;

  /** So many blanks around a text do not count when it is said again. */
  private static final int MOST_BLANKS = 1024;

  private final Weight kept;
  private final Map<String, Object> message = new LinkedHashMap<>();
  private final ToolCallDeltas calls;

  /** The fields that came in messages in place of deltas, piece by piece. */
  private final Set<String> inPieces = new HashSet<>(2);

  private String finishReason;
  private String stoppedBefore;
  private boolean wentOn;
  private boolean spoke;

  /** A choice of which nothing has come; {@code kept} gets what it weighs. */
  StreamedChoice(Weight kept) {
    this.kept = kept;
    this.calls = new ToolCallDeltas(kept);
    kept.things(WEIGHT);
  }

  /** Adds what a chunk says of this choice, or only how it ends. */
  void add(Map<?, ?> chunk, boolean onlyEnd) {
    String reason = FinishReason.of(chunk.get("finish_reason"));
    Map<?, ?> delta = delta(chunk);
    boolean says = says(delta);
    wentOn |= finishReason != null && says;
    if (!onlyEnd) {
      merge(delta);
      if (chunk.get("message") instanceof Map<?, ?> given) {
        // In place of deltas and without an end it is a piece as they are.
        Map<String, Object> unsaid = unsaid(given, !says && reason == null, reason != null);
        wentOn |= finishReason != null && says(unsaid);
        merge(unsaid);
      }
    }
    if (reason != null) {
      kept.replace(finishReason, reason);
      finishReason = reason;
    }
    if (chunk.get("stop_reason") instanceof CharSequence text) {
      String before = text.toString();
      kept.replace(stoppedBefore, before);
      stoppedBefore = before;
    }
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

  /** Adds to a text field that was begun, or only hears of it; false where there is none. */
  boolean append(String field, String text, boolean onlyEnd) {
    if (message.get(field) instanceof StringBuilder whole) {
      wentOn |= finishReason != null && !text.isEmpty();
      if (!onlyEnd) {
        spoke |= !text.isEmpty();
        Deltas.appended(whole, text, kept);
      }
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
            kept.put(message, field, ToolCallDeltas.function(before, function, kept));
          } else {
            kept.put(message, field, Deltas.merged(field, before, value, kept));
          }
          spoke |= isSaying(field, value);
        });
  }

  /** What of a message that is said beside or behind its deltas they have not said. */
  private Map<String, Object> unsaid(Map<?, ?> given, boolean piece, boolean end) {
    Map<String, Object> unsaid = new LinkedHashMap<>();
    given.forEach(
        (key, value) -> {
          String field = (String) key;
          Object more =
              field.equals(TOOL_CALLS) ? moreCalls(value, piece) : more(field, value, piece, end);
          if (more != null) {
            unsaid.put(field, more);
          }
        });
    return unsaid;
  }

  private Object moreCalls(Object given, boolean piece) {
    if (calls.isEmpty()) {
      if (piece && !UpstreamJson.isEmpty(given)) {
        inPieces.add(TOOL_CALLS);
      }
      return given;
    }
    if (!(given instanceof List<?> list)) {
      return piece ? given : null;
    }
    return piece || inPieces.contains(TOOL_CALLS)
        ? calls.behindThese(list)
        : list.subList(Math.min(calls.size(), list.size()), list.size());
  }

  private Object more(String field, Object given, boolean piece, boolean end) {
    Object before = message.get(field);
    if (Deltas.isName(field)) {
      return given;
    }
    if (UpstreamJson.isEmpty(before)) {
      if (piece && !UpstreamJson.isEmpty(given)) {
        inPieces.add(field);
      }
      return given;
    }
    boolean inPieces = this.inPieces.contains(field);
    if (before instanceof StringBuilder said) {
      return moreText(said, given, piece, inPieces);
    }
    // It may be all of what was said again. That is looked for once.
    boolean first = end ? finishReason == null : piece && !inPieces;
    boolean again = first && UpstreamJson.text(before).equals(UpstreamJson.text(given));
    if (piece && !again && !UpstreamJson.isEmpty(given)) {
      this.inPieces.add(field);
      inPieces = true;
    }
    return inPieces && !again ? given : null;
  }

  /**
   * What of a text is not said. It may be all of it, with what was said before; or that again, or,
   * where it was not in pieces, an end of it. Else it is another piece.
   */
  private static Object moreText(
      StringBuilder said, Object given, boolean piece, boolean inPieces) {
    String text = given instanceof String whole ? whole : Deltas.textOfParts(given);
    if (Deltas.startsWith(text, said) && (text.length() > said.length() || !piece)) {
      return text.substring(said.length());
    }
    boolean again = inPieces ? !piece && isEndOf(said, text, true) : isEndOf(said, text, piece);
    return again ? null : given;
  }

  /** Whether a text stands at one end of what was said, or is all of it, but for blanks. */
  private static boolean isEndOf(StringBuilder said, String text, boolean all) {
    int from = begin(said);
    int textFrom = begin(text);
    int end = end(said, from);
    int length = end(text, textFrom) - textFrom;
    if (length > end - from || (all && length < end - from)) {
      return false;
    }
    return Deltas.isAt(said, from, text, textFrom, length)
        || Deltas.isAt(said, end - length, text, textFrom, length);
  }

  private static int begin(CharSequence text) {
    int at = 0;
    while (at < Math.min(text.length(), MOST_BLANKS) && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int end(CharSequence text, int from) {
    int end = text.length();
    int least = Math.max(from, end - MOST_BLANKS);
    while (end > least && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  /** Whether there is more in a message than who says it. */
  private static boolean says(Map<?, ?> message) {
    return message.entrySet().stream()
        .anyMatch(field -> isSaying((String) field.getKey(), field.getValue()));
  }

  private static boolean isSaying(String field, Object value) {
    return !field.equals("role") && !UpstreamJson.isEmpty(value);
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
    return spoke || !calls.isEmpty();
  }

  @Override
  public Object field(String name) {
    return name.equals(TOOL_CALLS) && !calls.isEmpty() ? calls.whole() : message.get(name);
  }

  @Override
  public Map<String, Object> firstCall() {
    return calls.first();
  }

  @Override
  public String stoppedBefore() {
    return stoppedBefore;
  }

  @Override
  public String finishReason() {
    return finishReason;
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
