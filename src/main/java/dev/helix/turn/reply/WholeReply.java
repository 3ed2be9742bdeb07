package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads a whole reply: a completion, or an error in whatever form the backend gives it. */
public final class WholeReply {
  private static final int QUOTED_CHARACTERS = 500;

  private final byte[] body;
  private final Map<String, Object> json;

  private WholeReply(byte[] body, Map<String, Object> json) {
    this.body = body;
    this.json = json;
  }

  /** Reads a body; what is no JSON object is a reply with nothing in it. */
  @SuppressWarnings("unchecked") // As an object is read.
  public static WholeReply read(byte[] body) {
    byte[] text = UpstreamJson.utf8(body);
    try (JsonParser parser = UpstreamJson.FACTORY.createParser(text)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        return new WholeReply(text, (Map<String, Object>) UpstreamJson.value(parser));
      }
    } catch (IOException notJson) {
      // As below.
    }
    return new WholeReply(text, Map.of());
  }

  private List<?> choices() {
    return json.get("choices") instanceof List<?> choices ? choices : List.of();
  }

  /** Whether this is a chat completion: it has choices, and they have messages. */
  public boolean isCompletion() {
    return !choices().isEmpty() && message(choices().get(0)) != null;
  }

  /** A choice's message, or what stands in its place with servers that are for no chat. */
  @SuppressWarnings("unchecked") // As an object is read.
  private static Map<String, Object> message(Object choice) {
    if (choice instanceof Map<?, ?> fields) {
      for (String name : List.of("message", "delta")) {
        if (fields.get(name) instanceof Map<?, ?> message) {
          return (Map<String, Object>) message;
        }
      }
      if (fields.get("text") instanceof String text) {
        return Map.of("content", text);
      }
    }
    return null;
  }

  /** The completion's answers, in the order they came. */
  public List<Answer> answers() {
    return answers(Long.MAX_VALUE);
  }

  /** The completion's answers without the data of data URLs with more characters of it. */
  List<Answer> answers(long longestData) {
    List<Answer> answers = new ArrayList<>();
    List<?> choices = choices();
    if (choices.isEmpty()) {
      return answers;
    }
    MessageBytes bytes = MessageBytes.of(body);
    for (int i = 0; i < choices.size(); i++) {
      Map<String, Object> message = message(choices.get(i));
      if (message != null) {
        answers.add(
            new Answer(
                bytes.message(i, message, longestData),
                json.get("model") instanceof String model ? model : null,
                FinishReason.of(((Map<?, ?>) choices.get(i)).get("finish_reason")),
                AnswerStatus.COMPLETED));
      }
    }
    return answers;
  }

  /** The completion as one chunk, for a caller whose stream had begun before the reply. */
  public byte[] asChunk() {
    Map<String, Object> chunk = new LinkedHashMap<>(json);
    chunk.put("object", "chat.completion.chunk");
    chunk.put("choices", choices().stream().map(WholeReply::asDelta).toList());
    return UpstreamJson.bytes(chunk);
  }

  private static Object asDelta(Object choice) {
    Map<String, Object> message = message(choice);
    if (message == null) {
      return choice;
    }
    Map<String, Object> delta = new LinkedHashMap<>(message);
    if (message.get("tool_calls") instanceof List<?> calls) {
      List<Object> indexed = new ArrayList<>();
      for (Object call : calls) {
        indexed.add(call instanceof Map<?, ?> fields ? indexed(fields, indexed.size()) : call);
      }
      delta.put("tool_calls", indexed);
    }
    Map<Object, Object> changed = new LinkedHashMap<>((Map<?, ?>) choice);
    changed.remove("message");
    changed.put("delta", delta);
    return changed;
  }

  private static Map<Object, Object> indexed(Map<?, ?> call, int index) {
    Map<Object, Object> indexed = new LinkedHashMap<>(call);
    indexed.put("index", index);
    return indexed;
  }

  /**
   * The error's body for the caller. An error object of OpenAI's form passes with all it has,
   * completed to its four keys; anything else becomes one of ours, with the text that other servers
   * put into {@code error}, {@code detail} or {@code message}.
   */
  public byte[] errorBody(int status) {
    if (json.get("error") instanceof Map<?, ?> given) {
      Map<Object, Object> error = new LinkedHashMap<>(given);
      if (!(given.get("message") instanceof String)) {
        error.put("message", "The upstream answered with status " + status + ".");
      }
      if (!(given.get("type") instanceof String)) {
        error.put("type", type(status));
      }
      error.putIfAbsent("param", null);
      error.putIfAbsent("code", null);
      Map<String, Object> whole = new LinkedHashMap<>(json);
      whole.put("error", error);
      return UpstreamJson.bytes(whole);
    }
    String detail =
        Stream.of("error", "detail", "message")
            .map(json::get)
            .filter(String.class::isInstance)
            .findFirst()
            .map(text -> ((String) text).strip())
            .orElse("");
    if (detail.length() > QUOTED_CHARACTERS) {
      detail = detail.substring(0, QUOTED_CHARACTERS) + "…";
    }
    String message =
        "The upstream answered with status "
            + status
            + (detail.isEmpty() ? " and no error that could be read." : ": " + detail);
    return new ApiError(status, message, type(status), null, "upstream_error").toJson();
  }

  private static String type(int status) {
    if (status == 429) {
      return "rate_limit_error";
    }
    return status < 500 ? "invalid_request_error" : "upstream_error";
  }
}
