package dev.helix.transcript.tree;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.transcript.Transcript;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The messages at the end of a path, as many as a limit on what is sent can concern. */
public final class PathEnd {
  private PathEnd() {}

  /**
   * The messages from a place on the path to its end, the oldest first. That place is the root, or
   * a question from which on there are as many to send as the limit allows: {@link
   * HistoryLimit#latest} never keeps one above it, and decides about those below it without them.
   *
   * @param end {@link Node#ROOT} for a path without messages
   * @param texts the newest version of a message; null where it is not at hand
   * @return null where a message is not at hand
   */
  public static List<Message> of(
      TranscriptTree tree, Node end, int most, Function<Node, Message> texts) {
    Deque<Message> path = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    int sent = 0;
    Node at = end.equals(Node.ROOT) ? null : end;
    // A file changed by hand may lead in a circle.
    while (at != null && seen.add(at.id())) {
      Message message = texts.apply(at);
      if (message == null) {
        return null;
      }
      path.addFirst(message);
      // Calls without all their results are not sent, and some results neither.
      boolean anyway = Transcript.isSentAnyway(message);
      sent += anyway ? 1 : 0;
      boolean question = anyway && at.kind() == MessageKind.QUESTION;
      at = question && sent >= most ? null : tree.parent(at);
    }
    return List.copyOf(path);
  }
}
