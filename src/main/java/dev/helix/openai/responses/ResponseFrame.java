package dev.helix.openai.responses;

import dev.helix.openai.request.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What is known of a response before its answer. Immutable.
 *
 * @param id the response's id
 * @param node the id of the answer's node
 * @param createdAt when it was asked for, in seconds since 1970
 * @param asked the fields of the response object that say what was asked, as Jackson's values
 */
record ResponseFrame(String id, String node, long createdAt, Map<String, Object> asked) {
  ResponseFrame {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(node, "node");
    asked = Collections.unmodifiableMap(new LinkedHashMap<>(asked));
  }

  /** What is kept with the answer when its turn begins, as JSON. */
  String note() {
    Map<String, Object> note = new LinkedHashMap<>();
    note.put("id", id);
    note.put("created_at", createdAt);
    note.put("node", node);
    note.put("asked", asked);
    return new String(JsonBytes.of(note), StandardCharsets.UTF_8);
  }
}
