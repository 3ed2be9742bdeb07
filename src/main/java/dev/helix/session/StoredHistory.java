package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.MessageCache;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.PathEnd;
import dev.helix.transcript.tree.TranscriptTree;
import java.util.List;
import java.util.function.Function;

/**
 * What a turn with stored history follows and sends, as of the end of the log that its tree has
 * read. It comes from the tree and the messages that are kept beside it; where these are not
 * enough, the whole log is read, once. One for each turn; not thread-safe. Specification section 4.
 */
final class StoredHistory {
  private final SessionStore store;
  private final TranscriptTree tree;
  private final SessionId id;
  private final MessageCache recent;
  private Reading read;
  private Transcript whole;

  /** A turn's, with what its tree was given last, or null. */
  StoredHistory(SessionStore store, TranscriptTree tree, SessionId id, Reading read) {
    this.store = store;
    this.tree = tree;
    this.id = id;
    this.recent = tree.recent();
    this.read = read;
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
    Node end = tree.newestAnswer();
    if (end == null) {
      Message message = whole().currentEnd(results);
      return orRoot(message == null ? null : tree.get(message.id()));
    }
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
    if (recent.isOn()) {
      List<Message> path = path(end, most, recent::get);
      if (path != null) {
        recent.keep(path, recent.system());
        return path;
      }
    }
    recent.forget();
    Transcript all = whole();
    List<Message> path = path(end, most, node -> all.get(node.id()));
    if (path == null) {
      // Another log came in its place since the tree was read: the append will find that out.
      return List.of();
    }
    if (read.version().equals(tree.version())) {
      recent.keep(path, all.system());
    }
    return path;
  }

  private List<Message> path(Node end, int most, Function<Node, Message> texts) {
    return PathEnd.of(tree, end, most, texts);
  }

  /** The newest leading system message, or null. */
  Message system() {
    return recent.isOn() ? recent.system() : whole().system();
  }

  private Transcript whole() {
    if (whole == null) {
      read = tree.isEmpty() ? Reading.NOTHING : read;
      read = read != null && read.fromStart() ? read : store.read(id, LogVersion.NONE);
      whole = Transcript.of(read.elements());
    }
    return whole;
  }
}
