package dev.helix.openai.responses;

import dev.helix.openai.items.AskedNote;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.request.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * What is known of a response before its answer. Immutable.
 *
 * @param id the response's id
 * @param node the id of the answer's node
 * @param createdAt when it was asked for, in seconds since 1970
 * @param asked the fields of the response object that say what was asked, as Jackson's values
 * @param kept what is kept of these; null where nothing is
 */
record ResponseFrame(
    String id, String node, long createdAt, Map<String, Object> asked, AskedNote kept) {
  ResponseFrame {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(node, "node");
    asked = Collections.unmodifiableMap(new LinkedHashMap<>(asked));
  }

  ResponseFrame(String id, String node, long createdAt, Map<String, Object> asked) {
    this(id, node, createdAt, asked, AskedNote.of(ResponseObject.kept(asked)));
  }

  /** A response that nobody can ask for afterwards. */
  static ResponseFrame unkept(String id, String node, long createdAt, Map<String, Object> asked) {
    return new ResponseFrame(id, node, createdAt, asked, null);
  }

  /** The id of a response that nobody can ask for. */
  static String unkeptId() {
    return "resp_n"
        + (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "").substring(0, 48);
  }

  /** Whether the response is made in the background. */
  boolean background() {
    return Boolean.TRUE.equals(asked.get("background"));
  }

  /** The response as it is when its question is kept. */
  byte[] queued() {
    return new AskedResponse(this, false, SealedThoughts.NONE)
        .object(null, ResponseEnd.QUEUED, List.of())
        .toArray();
  }

  /** What is kept with the answer when its turn begins, as JSON; long values stand apart. */
  String note() {
    return note(begun(), kept);
  }

  /** What a note begins with. */
  Map<String, Object> begun() {
    Map<String, Object> note = new LinkedHashMap<>();
    note.put("id", id);
    note.put("created_at", createdAt);
    note.put("node", node);
    return note;
  }

  /** A note that begins with these fields. */
  static String note(Map<String, Object> begun, AskedNote kept) {
    byte[] head = JsonBytes.of(begun);
    byte[] note =
        new JsonBytes(head.length + kept.json().length + 2)
            .raw(Arrays.copyOf(head, head.length - 1))
            .raw(",")
            .raw(kept.json())
            .raw("}")
            .toArray();
    return new String(note, StandardCharsets.UTF_8);
  }
}
