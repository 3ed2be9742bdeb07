package dev.helix.transfer.read;

import dev.helix.message.Message;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;

/**
 * A chat of another program as a session keeps it. Immutable.
 *
 * @param id what the program calls it, or, where it has no id of its own, one made of its content
 * @param user whose it is, as the program says; null where it does not
 * @param title null where it has none
 * @param created null where neither the chat nor a message says
 * @param updated the same
 * @param elements the messages with their places, each behind its parent; what the program shows is
 *     the current path
 * @param models those that answered
 * @param attachments how many files there were, of which only placeholders are left
 */
public record ReadChat(
    String id,
    String user,
    String title,
    Instant created,
    Instant updated,
    List<Message> elements,
    SortedSet<String> models,
    int attachments) {
  public ReadChat {
    elements = List.copyOf(elements);
  }
}
