package dev.helix.openai.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/** Models as Anthropic's API tells them, made of what OpenAI's tells. No state. */
final class AnthropicModels {
  private AnthropicModels() {}

  /** The list, all of it in one page. */
  static byte[] list(byte[] models) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    ArrayNode data = list.putArray("data");
    for (JsonNode model : read(models).path("data")) {
      if (model.path("id").isTextual()) {
        data.add(told(model));
      }
    }
    list.put("has_more", false);
    list.set("first_id", data.path(0).path("id").deepCopy());
    list.set("last_id", data.path(data.size() - 1).path("id").deepCopy());
    if (data.isEmpty()) {
      list.putNull("first_id").putNull("last_id");
    }
    return bytes(list);
  }

  /** One model. */
  static byte[] one(byte[] model) {
    return bytes(told(read(model)));
  }

  private static ObjectNode told(JsonNode model) {
    String id = model.path("id").asText();
    JsonNode name = model.path("display_name");
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "model")
        .put("id", id)
        .put("display_name", name.isTextual() ? name.asText() : id)
        .put("created_at", time(model.path("created")));
  }

  /** When it was made, where that is known; as Anthropic does, the epoch where it is not. */
  private static String time(JsonNode seconds) {
    try {
      return Instant.ofEpochSecond(seconds.asLong(0)).toString();
    } catch (DateTimeException outOfRange) {
      return Instant.EPOCH.toString();
    }
  }

  private static JsonNode read(byte[] json) {
    try {
      return Json.MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException("a list of models that was read before", e);
    }
  }

  private static byte[] bytes(ObjectNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }
}
