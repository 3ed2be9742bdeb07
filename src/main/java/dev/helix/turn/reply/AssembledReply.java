package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The completion that the chunks of a stream are together, for a caller who asked for no stream:
 * what the chunks say of themselves is here, the answers are {@link StreamedReply}'s. Not safe for
 * use by several threads.
 */
final class AssembledReply implements BackendReply.Events {
  /** What of a choice is the answer. */
  private static final Set<String> OF_ANSWERS =
      Set.of("index", "delta", "message", "text", "finish_reason");

  private final Map<String, Object> completion = new LinkedHashMap<>();
  private final Map<Integer, Map<String, Object>> choices = new TreeMap<>();
  private long size;

  @Override
  public void pass(ByteBuffer bytes) {
    // The caller hears of nothing but the whole.
  }

  @Override
  public void chunk(byte[] bytes, int from, int length) {
    byte[] data = UpstreamJson.utf8(Arrays.copyOfRange(bytes, from, from + length));
    try (JsonParser parser = UpstreamJson.FACTORY.createParser(data)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          add((Map<?, ?>) UpstreamJson.value(parser));
        }
      }
    } catch (IOException notJson) {
      // The answers know of it.
    }
  }

  private void add(Map<?, ?> chunk) {
    chunk.forEach(
        (field, value) -> {
          if (!field.equals("choices") && value != null) {
            completion.put((String) field, value);
          }
        });
    int position = 0;
    for (Object each : chunk.get("choices") instanceof List<?> list ? list : List.of()) {
      if (each instanceof Map<?, ?> choice) {
        Integer index = UpstreamJson.integer(choice.get("index"));
        Map<String, Object> whole =
            choices.computeIfAbsent(
                index == null ? position : index, ignored -> new LinkedHashMap<>());
        choice.forEach(
            (field, value) -> {
              if (!OF_ANSWERS.contains(field)) {
                add(whole, (String) field, value);
              }
            });
      }
      position++;
    }
  }

  /** Adds what a chunk says of a choice: lists grow, all else is replaced. */
  @SuppressWarnings("unchecked") // As UpstreamJson makes them.
  private void add(Map<String, Object> whole, String field, Object value) {
    Object before = whole.get(field);
    if (before instanceof List<?> list && value instanceof List<?> more) {
      ((List<Object>) list).addAll(more);
      size += UpstreamJson.text(more).length();
    } else if (before instanceof Map<?, ?> object && value instanceof Map<?, ?> fields) {
      fields.forEach((name, each) -> add((Map<String, Object>) object, (String) name, each));
    } else if (value != null || before == null) {
      whole.put(field, value);
    }
  }

  /** How much has grown here, in characters. */
  long size() {
    return size;
  }

  /** The body of the completion with these answers, which are the choices in their order. */
  byte[] body(List<Answer> answers) {
    List<Object> list = new ArrayList<>();
    List<Integer> indexes = List.copyOf(choices.keySet());
    for (Answer answer : answers) {
      int index = list.size() < indexes.size() ? indexes.get(list.size()) : list.size();
      Map<String, Object> choice = new LinkedHashMap<>();
      choice.put("index", index);
      choice.put(
          "message", new RawValue(new String(answer.message().wireJson(), StandardCharsets.UTF_8)));
      choice.put("finish_reason", answer.finishReason());
      choice.putAll(choices.getOrDefault(index, Map.of()));
      list.add(choice);
    }
    Map<String, Object> whole = new LinkedHashMap<>(completion);
    whole.put("object", "chat.completion");
    whole.put("choices", list);
    return UpstreamJson.bytes(whole);
  }
}
