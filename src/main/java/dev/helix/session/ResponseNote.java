package dev.helix.session;

import dev.helix.message.ResponseJson;
import dev.helix.transcript.tree.Placer;
import java.util.Objects;

/**
 * What makes an answer a response: its place in the tree and what is kept with it from the
 * beginning of its turn on. Immutable. Specification section 4.
 *
 * @param node the id of the answer's message, unless the client has another name for it
 * @param json the note as it is when the turn begins: one JSON object, whose {@code id} is the
 *     response's
 * @param fork whether the turn follows the message that is named as the parent, and no other: it
 *     waits for no other turn, needs no lease, and is refused where that message is not there
 */
public record ResponseNote(String node, String json, boolean fork) {
  /** The id of a node that there is not yet: a prefix and a random UUID. */
  public static String newNode() {
    return Placer.newId();
  }

  public ResponseNote {
    Objects.requireNonNull(node, "node");
    if (ResponseJson.of(json).id().isEmpty()) {
      throw new IllegalArgumentException("the note of a response must say its id");
    }
  }
}
