package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.text.Json;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts an answer together from the chunks of its stream: for each choice the message that the
 * deltas add up to, its finish reason and the model. Not safe for use by several threads.
 */
final class StreamedReply {
  private static final System.Logger LOG = System.getLogger(StreamedReply.class.getName());

  /** Text fields that name something: repeated, they are the same again and not more of it. */
  private static final Set<String> NAMES = Set.of("id", "role", "type", "name", "format", "index");

  private static final class Choice {
    private final Map<String, Object> message = new LinkedHashMap<>();
    private String finishReason;
  }

  private final Map<Integer, Choice> choices = new TreeMap<>();
  private final ChunkPattern pattern = new ChunkPattern();
  private String model;
  private long characters;
  private JsonNode error;
  private boolean malformed;

  /** Adds the data of one event. What is no JSON is passed over, as clients do, and logged once. */
  void add(byte[] data, int length) {
    characters += length;
    String text = pattern.text(data, length);
    if (text != null && append(text)) {
      return;
    }
    try (JsonParser parser = Json.MAPPER.createParser(data, 0, length)) {
      // Lines that lack the blank line between them come as one event with several values.
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          readChunk(parser);
        } else {
          parser.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      if (!malformed) {
        LOG.log(System.Logger.Level.WARNING, "the upstream's stream has data that is no JSON");
      }
      malformed = true;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
    pattern.learn(data, length);
  }

  /** Adds the event there if it is as the last but for its text: its bytes, or 0 if it is not. */
  int addRecognized(byte[] bytes, int from, int end) {
    int length = pattern.eventLength(bytes, from, end);
    String text = length > 0 ? pattern.textOfEvent(bytes, from, length) : null;
    if (text == null || !append(text)) {
      return 0;
    }
    characters += length - ChunkPattern.AROUND_DATA;
    return length;
  }

  private boolean append(String text) {
    if (choices.get(pattern.index()).message.get(pattern.field()) instanceof StringBuilder whole) {
      whole.append(text);
      return true;
    }
    return false;
  }

  private void readChunk(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("choices") && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          if (parser.readValueAs(Object.class) instanceof Map<?, ?> choice) {
            addChoice(choice);
          }
        }
      } else if (field.equals("model") && value == JsonToken.VALUE_STRING) {
        model = parser.getText();
      } else if (field.equals("error") && value != JsonToken.VALUE_NULL) {
        JsonNode given = parser.readValueAsTree();
        // Some servers put an empty error beside each answer.
        error = ErrorWords.of(given).isEmpty() ? error : given;
      } else {
        parser.skipChildren();
      }
    }
  }

  private void addChoice(Map<?, ?> chunk) {
    int index = chunk.get("index") instanceof Number number ? number.intValue() : 0;
    Choice choice = choices.computeIfAbsent(index, ignored -> new Choice());
    // Some backends send the whole message in the last chunk, or instead of deltas.
    Object delta = chunk.get("delta");
    if (delta == null && choice.message.isEmpty()) {
      delta = chunk.get("message");
    }
    if (delta instanceof Map<?, ?> fields) {
      merge(choice.message, fields);
    }
    if (chunk.get("finish_reason") instanceof String reason) {
      choice.finishReason = reason;
    }
  }

  /** Whether a text field is a name: said again, it is the same. */
  static boolean isName(String field) {
    return NAMES.contains(field);
  }

  /**
   * Adds a delta's fields to what has been put together: text grows, objects are merged, entries of
   * a list are found by their {@code index}, all else is replaced. Text under way is a
   * StringBuilder, so that a long answer costs what it is long.
   */
  private static void merge(Map<String, Object> whole, Map<?, ?> delta) {
    delta.forEach(
        (key, value) -> {
          String field = (String) key;
          whole.put(field, merged(field, whole.get(field), value));
        });
  }

  @SuppressWarnings("unchecked") // The maps and lists below a whole are made here.
  private static Object merged(String field, Object before, Object delta) {
    if (delta == null) {
      return before;
    }
    if (delta instanceof String text) {
      if (isName(field)) {
        return text.isEmpty() && before != null ? before : text;
      }
      StringBuilder whole = before instanceof StringBuilder begun ? begun : new StringBuilder();
      return whole.append(text);
    }
    if (delta instanceof Map<?, ?> fields) {
      Map<String, Object> object =
          before instanceof Map<?, ?> ? (Map<String, Object>) before : new LinkedHashMap<>();
      merge(object, fields);
      return object;
    }
    if (delta instanceof List<?> entries) {
      List<Object> list = before instanceof List<?> ? (List<Object>) before : new ArrayList<>();
      entries.forEach(entry -> mergeEntry(list, entry));
      return list;
    }
    return delta;
  }

  @SuppressWarnings("unchecked") // As above.
  private static void mergeEntry(List<Object> list, Object entry) {
    if (!(entry instanceof Map<?, ?> fields)) {
      list.add(entry);
      return;
    }
    Object index = fields.get("index");
    if (index != null) {
      for (Object present : list) {
        if (present instanceof Map<?, ?> map && index.equals(map.get("index"))) {
          merge((Map<String, Object>) present, fields);
          return;
        }
      }
    }
    Map<String, Object> added = new LinkedHashMap<>();
    merge(added, fields);
    list.add(added);
  }

  /** Whether every choice that was begun has a finish reason, and there is one. */
  boolean isFinished() {
    return !choices.isEmpty()
        && choices.values().stream().allMatch(choice -> choice.finishReason != null);
  }

  boolean hasError() {
    return error != null;
  }

  /** The error that a chunk had besides what it said; null where none had. */
  JsonNode error() {
    return error;
  }

  /** How much was read so far, in bytes of the events' data. */
  long size() {
    return characters;
  }

  /**
   * The answers so far, in the order of their index; those without a finish reason get the status
   * given. What is empty and not complete is left out.
   */
  List<Answer> answers(AnswerStatus unfinished) {
    List<Answer> answers = new ArrayList<>();
    for (Choice choice : choices.values()) {
      AnswerStatus status = choice.finishReason == null ? unfinished : AnswerStatus.COMPLETED;
      if (status == AnswerStatus.COMPLETED || hasContent(choice.message)) {
        answers.add(new Answer(message(choice.message), model, choice.finishReason, status));
      }
    }
    return answers;
  }

  private static boolean hasContent(Map<String, Object> message) {
    return message.entrySet().stream()
        .anyMatch(
            field ->
                !field.getKey().equals("role")
                    && field.getValue() != null
                    && !field.getValue().toString().isEmpty());
  }

  private static Message message(Map<String, Object> fields) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", "assistant");
    message.put("content", null);
    message.putAll(fields);
    if (!(message.get("role") instanceof String)) {
      message.put("role", "assistant");
    }
    // The index only tells the deltas apart; a message does not have it.
    if (fields.get("tool_calls") instanceof List<?> calls) {
      for (Object call : calls) {
        if (call instanceof Map<?, ?> map) {
          map.remove("index");
        }
      }
    }
    try {
      return Message.parse(Json.MAPPER.writeValueAsBytes(message));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
  }
}
