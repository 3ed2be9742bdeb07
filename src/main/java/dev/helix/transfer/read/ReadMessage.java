package dev.helix.transfer.read;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.AnswerStatus;
import java.time.Instant;

/**
 * A message of a chat that was read. Immutable as long as nobody changes its JSON.
 *
 * @param id as the file has it
 * @param parent the id of the message that it follows; null at the root
 * @param json the message as an API would give it, with its role; null for what only stands between
 *     others, which then hang where it does
 * @param time null where it is not known
 * @param model null where it is not known, and for what is no answer
 * @param status null for what is no answer
 */
record ReadMessage(
    String id, String parent, ObjectNode json, Instant time, String model, AnswerStatus status) {
  /** What stands between others. */
  static ReadMessage between(String id, String parent) {
    return new ReadMessage(id, parent, null, null, null, null);
  }

  String role() {
    return json.path("role").asText();
  }
}
