package dev.helix.session;

import dev.helix.message.Message;
import java.util.Map;
import java.util.Set;

/**
 * Which messages are erased, and what stays of those that are erased in part. Immutable.
 *
 * @param ids of all of them, and of leading system messages; those that are not in the log are
 *     passed over
 * @param rests what those say afterwards that are erased in part, by their ids: with the note, the
 *     status and the mark of an addition that they have then, and none of their other fields
 */
public record Erasing(Set<String> ids, Map<String, Message> rests) {
  public Erasing {
    ids = Set.copyOf(ids);
    rests = Map.copyOf(rests);
    if (!ids.containsAll(rests.keySet())) {
      throw new IllegalArgumentException("a rest of a message that is not erased");
    }
  }

  /** The erasure of whole messages. */
  public static Erasing of(Set<String> ids) {
    return new Erasing(ids, Map.of());
  }
}
