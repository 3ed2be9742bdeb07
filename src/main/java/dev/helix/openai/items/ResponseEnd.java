package dev.helix.openai.items;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.text.Json;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.TokenUsage;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * How a response ended, or that it has not. Immutable.
 *
 * @param status in progress, complete, incomplete, failed or cancelled, as the response names it
 * @param completedAt when it was complete, in seconds since 1970; null where it is not
 * @param usage the usage as the response has it, of zeros where it is over and none is known; null
 *     where it goes on
 * @param incomplete why it is incomplete, as the response has it, or null
 * @param error why it failed, as the response has it, or null
 */
public record ResponseEnd(
    String status,
    Long completedAt,
    Map<String, Object> usage,
    Map<String, Object> incomplete,
    Map<String, Object> error) {
  public static final String COMPLETED = "completed";
  static final String INCOMPLETE = "incomplete";
  public static final String FAILED = "failed";
  static final String CANCELLED = "cancelled";

  private static final String SERVER_ERROR = "server_error";

  /** The codes of errors that clients of responses tell apart. */
  private static final Set<String> CODES =
      Set.of(
          SERVER_ERROR,
          "rate_limit_exceeded",
          "insufficient_quota",
          "context_length_exceeded",
          "invalid_prompt",
          "server_is_overloaded",
          "slow_down");

  static final String QUEUED_STATUS = "queued";

  /** Its question is kept, and its answer has not begun. */
  public static final ResponseEnd QUEUED = new ResponseEnd(QUEUED_STATUS, null, null, null, null);

  public static final ResponseEnd IN_PROGRESS =
      new ResponseEnd(OutputItem.IN_PROGRESS, null, null, null, null);

  /** That of an answer of which only the message is known. */
  static final ResponseEnd WHOLE = new ResponseEnd(COMPLETED, null, null, null, null);

  public ResponseEnd {
    if (usage == null && isOver(status)) {
      usage = usage(TokenUsage.NONE); // There are clients that read it unasked.
    }
  }

  /** Whether nothing more comes of a response of this status. */
  public static boolean isOver(Object status) {
    return !OutputItem.IN_PROGRESS.equals(status) && !QUEUED_STATUS.equals(status);
  }

  public boolean isComplete() {
    return status.equals(COMPLETED);
  }

  /** Whether all that the answer says is told, though it may not be all that was to be said. */
  public boolean isWhole() {
    return isComplete() || status.equals(INCOMPLETE);
  }

  /** The status of the last item of its output. */
  public String lastItem() {
    return status.equals(OutputItem.IN_PROGRESS) || isComplete() ? status : OutputItem.INCOMPLETE;
  }

  /**
   * The end of a turn.
   *
   * @param turn how the turn ends
   * @param error the error in OpenAI's form, where it fails
   * @param now in seconds since 1970
   */
  public static ResponseEnd of(BackendReply reply, AnswerStatus turn, byte[] error, long now) {
    if (error != null) {
      return failed(reply, error(error));
    }
    if (turn == AnswerStatus.CANCELLED) {
      return new ResponseEnd(CANCELLED, null, usage(reply.usage()), null, null);
    }
    byte[] flaw = flaw(reply);
    if (flaw != null) {
      return failed(reply, error(flaw));
    }
    String reason =
        reply.whole() == null ? reply.soFar().finishReason() : reply.whole().finishReason();
    Map<String, Object> usage = usage(reply.usage());
    String incomplete = incomplete(reason);
    return incomplete == null
        ? new ResponseEnd(COMPLETED, now, usage, null, null)
        : new ResponseEnd(INCOMPLETE, null, usage, Map.of("reason", incomplete), null);
  }

  private static String incomplete(String finishReason) {
    return switch (finishReason == null ? "" : finishReason) {
      case "length", "max_tokens", "max_output_tokens" -> "max_output_tokens";
      case "content_filter" -> "content_filter";
      default -> null;
    };
  }

  /**
   * The error in OpenAI's form of a reply that came to its end, and of which nothing can be told,
   * or not all; else null.
   */
  public static byte[] flaw(BackendReply reply) {
    ApiError flaw = ErrorMapping.flaw(reply);
    return flaw == null ? null : flaw.toJson();
  }

  /** The end with an error in OpenAI's form. */
  public static ResponseEnd failed(BackendReply reply, Map<String, Object> error) {
    return failed(usage(reply.usage()), code(error), String.valueOf(error.get("message")));
  }

  /** The end of a response of which only the beginning is known. */
  static ResponseEnd interrupted() {
    return failed(null, SERVER_ERROR, "The response was interrupted.");
  }

  /** The end of a response whose answer is no part of its conversation. */
  ResponseEnd notKept() {
    return failed(usage, SERVER_ERROR, "The answer is no part of the conversation.");
  }

  private static ResponseEnd failed(Map<String, Object> usage, String code, String message) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("code", code);
    told.put("message", message);
    return new ResponseEnd(FAILED, null, usage, null, told);
  }

  private static String code(Map<String, Object> error) {
    Object code = error.get("code");
    if (code instanceof String text && CODES.contains(text)) {
      return text;
    }
    boolean tooMany =
        String.valueOf(error.get("type")).startsWith("rate_limit") || "429".equals("" + code);
    return tooMany ? "rate_limit_exceeded" : SERVER_ERROR;
  }

  /** The error that is in a body of OpenAI's form, with the keys that it always has. */
  public static Map<String, Object> error(byte[] json) {
    JsonNode given;
    try {
      given = Json.MAPPER.readTree(json).path("error");
    } catch (IOException e) {
      throw new IllegalArgumentException("an error must be JSON", e);
    }
    Map<String, Object> error = new LinkedHashMap<>();
    for (String name : new String[] {"type", "code", "message", "param"}) {
      JsonNode value = given.path(name);
      error.put(name, value.isMissingNode() || value.isNull() ? null : value.asText());
    }
    return error;
  }

  /** The usage as a response has it; null for none. */
  public static Map<String, Object> usage(TokenUsage used) {
    if (used == null) {
      return null;
    }
    Map<String, Object> usage = new LinkedHashMap<>();
    usage.put("input_tokens", used.input());
    usage.put("input_tokens_details", Map.of("cached_tokens", used.cached()));
    usage.put("output_tokens", used.output());
    usage.put("output_tokens_details", Map.of("reasoning_tokens", used.reasoning()));
    usage.put("total_tokens", used.total());
    return usage;
  }

  /** What a note says of the end; null where it says nothing. */
  public static ResponseEnd ofNote(Map<?, ?> note) {
    return note.get("status") instanceof String status
        ? new ResponseEnd(
            status,
            note.get("completed_at") instanceof Number at ? at.longValue() : null,
            object(note.get("usage")),
            object(note.get("incomplete_details")),
            object(note.get("error")))
        : null;
  }

  @SuppressWarnings("unchecked") // As Jackson reads it.
  private static Map<String, Object> object(Object json) {
    return json instanceof Map<?, ?> map ? (Map<String, Object>) map : null;
  }

  /** Adds what a note has of it. */
  public void addTo(Map<String, Object> note) {
    put(note, "completed_at", completedAt);
    put(note, "status", status);
    put(note, "usage", usage);
    put(note, "incomplete_details", incomplete);
    put(note, "error", error);
  }

  private static void put(Map<String, Object> note, String name, Object value) {
    if (value != null) {
      note.put(name, value);
    }
  }
}
