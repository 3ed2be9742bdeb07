package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a whole reply that is a completion. */
public final class WholeReply {
  private final byte[] body;
  private final Map<String, Object> json;

  private WholeReply(byte[] body, Map<String, Object> json) {
    this.body = body;
    this.json = json;
  }

  /** Reads a body; what is not one JSON object is a reply with nothing in it. */
  @SuppressWarnings("unchecked") // As an object is read.
  public static WholeReply read(byte[] body) {
    byte[] text = UpstreamJson.utf8(body);
    try (JsonParser parser = UpstreamJson.FACTORY.createParser(text)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        Map<String, Object> json = (Map<String, Object>) UpstreamJson.value(parser);
        if (parser.nextToken() == null) {
          return new WholeReply(text, json);
        }
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

  /** The error that is told beside or within the choices; null where there is none. */
  public ReplyError error() {
    Object beside = json.get("error");
    if (ReplyError.isBesideChoices(beside)) {
      return ReplyError.of(body);
    }
    Object within = ReplyError.inChoices(choices());
    return within == null ? null : ReplyError.of(UpstreamJson.bytes(Map.of("error", within)));
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

  /** The completion's answers, in the order they came; failed where it tells an error too. */
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
    boolean failed = error() != null;
    MessageBytes bytes = MessageBytes.of(body);
    for (int i = 0; i < choices.size(); i++) {
      Map<String, Object> message = message(choices.get(i));
      if (message != null && !(failed && UpstreamJson.isEmpty(message.get("content")))) {
        answers.add(
            new Answer(
                bytes.message(i, message, longestData),
                json.get("model") instanceof String model ? model : null,
                FinishReason.of(((Map<?, ?>) choices.get(i)).get("finish_reason")),
                failed ? AnswerStatus.FAILED : AnswerStatus.COMPLETED));
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
}
