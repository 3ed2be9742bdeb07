package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.tree.MessageCache;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.PathEnd;
import dev.helix.transcript.tree.TranscriptTree;
import java.util.List;

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

  /** The messages of the path to an end, as far up as a limit on what is sent can concern. */
  List<Message> path(Node end, int most) {
    List<Message> path = PathEnd.of(tree, end, most, this::text);
    if (path == null) {
      // Another log came in its place since the tree was read: the append will find that out.
      return List.of();
    }
    tree.reaches(path.size(), (int) Math.min(1 << 30, bytes(path)));
    Message system = system();
    if (log.isTrees()) {
      recent.keep(path, system);
    }
    return path;
  }

  private static long bytes(List<Message> path) {
    return path.stream().mapToLong(Message::length).sum();
  }

  private Message text(Node node) {
    Message kept = recent.get(node);
    return kept != null ? kept : log.get(node);
  }

  /** The newest leading system message, or null. */
  Message system() {
    return recent.isOn() ? recent.system() : log.system();
  }
}
