package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.MessageCache;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.TranscriptTree;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a turn with stored history follows and sends, as of the end of the log that its tree has
 * read. It comes from the tree and the messages that are kept beside it, else from the log's end.
 * One for each turn; not thread-safe. Specification section 4.
 */
final class StoredHistory {
  private final TranscriptTree tree;
  private final MessageCache recent;
  private final LogEnd log;

  StoredHistory(TranscriptTree tree, LogEnd log) {
    this.tree = tree;
    this.recent = tree.recent();
    this.log = log;
  }

  /**
   * What the request follows: what its ids name, else the current path's end; {@link Node#ROOT} for
   * nothing.
   *
   * @param results whether the path may end in tool calls, because their results come
   */
  Node end(MessageIds ids, boolean results) {
    Node question = tree.get(ids.question());
    if (!results && question != null && question.kind() == MessageKind.QUESTION) {
      return orRoot(tree.parent(question));
    }
    Node named = tree.get(ids.parent());
    return named != null ? named : currentEnd(results);
  }

  private Node currentEnd(boolean results) {
    if (!tree.knowsNewestAnswer()) {
      Message message = log.whole().currentEnd(results);
      return orRoot(message == null ? null : tree.get(message.id()));
    }
    Node end = tree.newestAnswer();
    while (end != null && !results && !end.ends()) {
      end = tree.parent(end);
    }
    return orRoot(end);
  }

  private static Node orRoot(Node node) {
    return node == null ? Node.ROOT : node;
  }

  /**
   * The messages from a place on the path to its end, the oldest first. That place is the root, or
   * a question from which on there are as many to send as the limit allows: {@link TurnPlan#latest}
   * never keeps one above it, and decides about those below it without them.
   *
   * @param end {@link Node#ROOT} for a path without messages
   */
  List<Message> path(Node end, int most) {
    Deque<Message> path = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    long bytes = 0;
    int sent = 0;
    Node at = end.equals(Node.ROOT) ? null : end;
    // A file changed by hand may lead in a circle.
    while (at != null && seen.add(at.id())) {
      Message message = text(at);
      if (message == null) {
        // Another log came in its place since the tree was read: the append will find that out.
        return List.of();
      }
      path.addFirst(message);
      bytes += message.length();
      // Calls without all their results are not sent, and some results neither.
      boolean anyway = Transcript.isSentAnyway(message);
      sent += anyway ? 1 : 0;
      boolean question = anyway && at.kind() == MessageKind.QUESTION;
      at = question && sent >= most ? null : tree.parent(at);
    }
    tree.reaches(path.size(), (int) Math.min(1 << 30, bytes));
    Message system = system();
    List<Message> messages = List.copyOf(path);
    if (log.isTrees()) {
      recent.keep(messages, system);
    }
    return messages;
  }

  private Message text(Node node) {
    Message kept = recent.get(node);
    return kept != null ? kept : log.get(node);
  }

  Message system() {
    return recent.isOn() ? recent.system() : log.system();
  }
}
