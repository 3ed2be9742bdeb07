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
import java.util.Set;

/** Reads a whole reply that is a completion. */
public final class WholeReply {
  private static final Set<String> READ = Set.of("error", "model");
  private static final Set<String> READ_OF_CHOICES =
      Set.of("index", "message", "delta", "text", "finish_reason", "stop_reason", "error");

  private final byte[] body;
  private final Map<String, Object> json;
  private final boolean cut;

  private WholeReply(byte[] body, Map<String, Object> json, boolean cut) {
    this.body = body;
    this.json = json;
    this.cut = cut;
  }

  /**
   * Reads a body; what is not one JSON object is a reply with nothing in it.
   *
   * @param most about how many characters of its messages are read
   */
  public static WholeReply read(byte[] body, long most) {
    byte[] text = UpstreamJson.utf8(body);
    Weight weight = Weight.read(most);
    try (JsonParser parser = UpstreamJson.FACTORY.createParser(text)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        Map<String, Object> json = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String field = parser.currentName();
          JsonToken value = parser.nextToken();
          if (field.equals("choices") && value == JsonToken.START_ARRAY) {
            json.put(field, choices(parser, weight));
          } else {
            put(json, parser, READ.contains(field), weight);
          }
        }
        if (parser.nextToken() == null) {
          return new WholeReply(text, json, weight.isOver());
        }
      }
    } catch (IOException notJson) {
      // As below.
    }
    return new WholeReply(text, Map.of(), false);
  }

  private static List<Object> choices(JsonParser parser, Weight weight) throws IOException {
    List<Object> choices = new ArrayList<>(1);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (choices.size() == Weight.MOST_ENTRIES) {
        weight.exceed();
        parser.skipChildren();
      } else if (parser.currentToken() == JsonToken.START_OBJECT) {
        Map<String, Object> choice = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String field = parser.currentName();
          parser.nextToken();
          put(choice, parser, READ_OF_CHOICES.contains(field), weight);
        }
        choices.add(choice);
      } else {
        choices.add(UpstreamJson.value(parser, weight));
      }
    }
    return choices;
  }

  /** Puts the value at which the parser stands into an object: read, or only as its JSON. */
  private static void put(Map<String, Object> into, JsonParser parser, boolean read, Weight weight)
      throws IOException {
    String field = parser.currentName();
    if (weight.field(field)) {
      into.put(field, read ? UpstreamJson.value(parser, weight) : UpstreamJson.raw(parser));
    } else {
      parser.skipChildren();
    }
  }

  /** Whether there is more in it than is read. */
  public boolean isCut() {
    return cut;
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
      return body.length <= ReplyError.MOST_BYTES
          ? ReplyError.of(body)
          : ReplyError.ofValue(beside);
    }
    Object within = ReplyError.inChoices(choices());
    return within == null ? null : ReplyError.ofValue(within);
  }

  /** Why its first answer ended; null where that is not told. */
  public String finishReason() {
    return !choices().isEmpty() && choices().get(0) instanceof Map<?, ?> choice
        ? FinishReason.of(choice.get("finish_reason"))
        : null;
  }

  /** The text before which its first answer stopped; null where that is not told. */
  public String stoppedBefore() {
    return !choices().isEmpty()
            && choices().get(0) instanceof Map<?, ?> choice
            && choice.get("stop_reason") instanceof CharSequence text
        ? text.toString()
        : null;
  }

  /** The model that it names; null where it names none. */
  public String model() {
    return json.get("model") instanceof String model ? model : null;
  }

  /** How many tokens it tells of; null where it does not. */
  public TokenUsage usage() {
    return TokenUsage.of(json.get("usage"));
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

  /**
   * The completion's answers, in the order they came; failed where it tells an error too, or is
   * cut.
   */
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
                model(),
                FinishReason.of(((Map<?, ?>) choices.get(i)).get("finish_reason")),
                failed || cut ? AnswerStatus.FAILED : AnswerStatus.COMPLETED));
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
