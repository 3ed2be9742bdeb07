package dev.helix.session;

import dev.helix.message.ResponseJson;
import dev.helix.text.Sha256;
import dev.helix.transcript.tree.Placer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;

/**
 * What makes an answer a response: its place in the tree and what is kept with it from the
 * beginning of its turn on. Immutable. Specification section 4.
 *
 * <p>Long values that are the same in many notes may stand apart from them, each kept once in a
 * session. A note says in an object {@code shared} which of its fields have which value, by the
 * values' names; whoever reads it finds them in an object {@code apart}, by these names.
 *
 * @param node the id of the answer's message, unless the client has another name for it
 * @param json the note as it is when the turn begins: one JSON object, whose {@code id} is the
 *     response's
 * @param fork whether the turn follows the message that is named as the parent, and no other: it
 *     waits for no other turn, needs no lease, and is refused where that message is not there
 * @param apart the JSON of the values that stand apart, by their names, each 48 of {@code 0-9a-f}
 *     as those of a hash, and the same for no other value
 */
public record ResponseNote(String node, String json, boolean fork, Map<String, String> apart) {
  /** The id of a node that there is not yet: a prefix and a random UUID. */
  public static String newNode() {
    return Placer.newId();
  }

  /**
   * The name of the lease that is held while a response is answered, of which nothing is stored.
   */
  public static SessionId sign(String node) {
    return named("answering-", node);
  }

  /** The name of the lease that is taken to have a response cancelled by who answers it. */
  public static SessionId cancellation(String node) {
    return named("cancelled-", node);
  }

  private static SessionId named(String prefix, String node) {
    byte[] hash = Sha256.of(node.getBytes(StandardCharsets.UTF_8));
    return new SessionId(prefix + HexFormat.of().formatHex(hash).substring(0, 32));
  }

  public ResponseNote {
    Objects.requireNonNull(node, "node");
    apart = Map.copyOf(apart);
    if (ResponseJson.of(json).id().isEmpty()) {
      throw new IllegalArgumentException("the note of a response must say its id");
    }
    if (!apart.keySet().stream().allMatch(ValueNames::isName)) {
      throw new IllegalArgumentException("not names of values: " + apart.keySet());
    }
  }

  /** A note of which nothing stands apart. */
  public ResponseNote(String node, String json, boolean fork) {
    this(node, json, fork, Map.of());
  }

  /** The same with all values in the note itself. */
  ResponseNote whole() {
    return apart.isEmpty() ? this : new ResponseNote(node, NoteValues.with(json, apart), fork);
  }
}
