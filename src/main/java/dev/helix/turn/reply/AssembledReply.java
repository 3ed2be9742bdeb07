package dev.helix.turn.reply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.text.Json;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The completion that the chunks of a stream are together, for a caller who asked for no stream:
 * what the chunks say of themselves is here, the answers are {@link StreamedReply}'s. Not safe for
 * use by several threads.
 */
final class AssembledReply implements BackendReply.Events {
  private final ObjectNode completion = Json.MAPPER.createObjectNode();
  private final Map<Integer, ObjectNode> choices = new TreeMap<>();

  @Override
  public void pass(ByteBuffer bytes) {
    // The caller hears of nothing but the whole.
  }

  @Override
  public void chunk(byte[] bytes, int from, int length) {
    JsonNode chunk;
    try {
      chunk = Json.MAPPER.readTree(bytes, from, length);
    } catch (IOException notJson) {
      return; // As in a stream that passes.
    }
    for (Map.Entry<String, JsonNode> field : chunk.properties()) {
      if (!field.getKey().equals("choices") && !field.getValue().isNull()) {
        completion.set(field.getKey(), field.getValue());
      }
    }
    for (JsonNode choice : chunk.path("choices")) {
      ObjectNode whole =
          choices.computeIfAbsent(
              choice.path("index").asInt(), index -> Json.MAPPER.createObjectNode());
      for (Map.Entry<String, JsonNode> field : choice.properties()) {
        switch (field.getKey()) {
          case "index", "delta", "message", "finish_reason" -> {}
          default -> add(whole, field.getKey(), field.getValue());
        }
      }
    }
  }

  /** Adds what a chunk says of a choice: lists grow, all else is replaced. */
  private static void add(ObjectNode whole, String field, JsonNode value) {
    JsonNode before = whole.get(field);
    if (before instanceof ArrayNode list && value instanceof ArrayNode more) {
      list.addAll(more);
    } else if (before instanceof ObjectNode object && value instanceof ObjectNode fields) {
      fields.properties().forEach(each -> add(object, each.getKey(), each.getValue()));
    } else if (!value.isNull() || before == null) {
      whole.set(field, value);
    }
  }

  /** The body of the completion with these answers, which are the choices in their order. */
  byte[] body(List<Answer> answers) {
    completion.put("object", "chat.completion");
    ArrayNode list = completion.putArray("choices");
    List<Integer> indexes = List.copyOf(choices.keySet());
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      int index = i < indexes.size() ? indexes.get(i) : i;
      ObjectNode choice = list.addObject().put("index", index);
      try {
        choice.set("message", Json.MAPPER.readTree(answer.message().wireJson()));
      } catch (IOException e) {
        throw new UncheckedIOException("reading from memory", e);
      }
      choice.put("finish_reason", answer.finishReason());
      if (choices.containsKey(index)) {
        choice.setAll(choices.get(index));
      }
    }
    return completion.toString().getBytes(StandardCharsets.UTF_8);
  }
}
