package dev.helix.backend.routing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The models of one upstream, by their ids and in its order. Immutable; entries are not changed.
 */
record ModelList(Map<String, ObjectNode> entries) {

  /** What an upstream lists, as JSON that was found to be a list. */
  static ModelList of(byte[] json) {
    try {
      Map<String, ObjectNode> entries = new LinkedHashMap<>();
      for (JsonNode model : Json.EXACT.readTree(json).path("data")) {
        String id = model.isTextual() ? model.textValue() : model.path("id").textValue();
        if (id != null && !id.isEmpty()) {
          entries.putIfAbsent(id, model instanceof ObjectNode object ? object : entry(id));
        }
      }
      return new ModelList(entries);
    } catch (IOException e) {
      throw new UncheckedIOException("a list of models that was read before", e);
    }
  }

  /** The models that the settings give an upstream. */
  static ModelList of(String upstream, List<String> ids) {
    Map<String, ObjectNode> entries = new LinkedHashMap<>();
    ids.forEach(id -> entries.put(id, entry(id).put("created", 0).put("owned_by", upstream)));
    return new ModelList(entries);
  }

  private static ObjectNode entry(String id) {
    return Json.MAPPER.createObjectNode().put("id", id).put("object", "model");
  }

  /** The entry of a model under another id; null where it is not in the list. */
  ObjectNode named(String model, String id) {
    ObjectNode entry = entries.get(model);
    return entry == null ? null : entry.deepCopy().put("id", id);
  }
}
