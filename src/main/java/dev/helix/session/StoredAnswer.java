package dev.helix.session;

import dev.helix.message.Message;
import java.util.List;

/**
 * An answer that is a response, as it is stored. Immutable.
 *
 * @param message the newest version of its element, with its note
 * @param asked what it answers, the oldest first: the messages on its path behind the answer that a
 *     turn before gave
 */
public record StoredAnswer(Message message, List<Message> asked) {
  public StoredAnswer {
    asked = List.copyOf(asked);
  }
}
