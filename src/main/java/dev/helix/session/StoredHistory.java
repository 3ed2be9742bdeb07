package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Numbering;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.TranscriptTree;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the messages of a session's tree say, and which of them a turn with stored history follows
 * and sends, as of the end of the log that the tree has read. It comes from the tree and the
 * messages that are kept beside it, else from the log's end: no further back than what is asked for
 * stands, and all of it only where the end does not tell. One for each turn; not thread-safe.
 * Specification section 4.
 */
final class StoredHistory {
  private static final int LEAST_BYTES = 1 << 12;
  private static final int GROWTH = 4;

  /** How much tells about how long elements are. */
  private static final int SAMPLE_BYTES = 1 << 14;

  /** So many elements more are read than are known to stand behind the one that is looked for. */
  private static final int SPARE = 16;

  private final LogReader log;
  private final TranscriptTree tree;
  private final SessionId id;
  private Reading read;
  private int bytes;

  /** The newest versions in what was read, as far as they have ids of their own. */
  private final Map<String, Message> newest = new HashMap<>();

  private Message system;
  private boolean systemKnown;
  private Transcript whole;

  /** The history in a session's log, of which this was read last; null where it is not at hand. */
  StoredHistory(LogReader log, TranscriptTree tree, SessionId id, Reading read) {
    this.log = log;
    this.tree = tree;
    this.id = id;
    this.read = tree.isEmpty() ? Reading.NOTHING : read;
    this.systemKnown = tree.system() == null;
    // About as much again, for what others have said and what stands around it.
    this.bytes = Math.max(LEAST_BYTES, 2 * Math.min(tree.reachBytes(), Integer.MAX_VALUE / 4));
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
      Message message = whole().currentEnd(results);
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
   * The messages from a place on the path to its end, the oldest first and without the notes of
   * responses. That place is the root, or a question from which on there is as much to send as the
   * limit allows: {@link SentHistory#latest} never keeps one above it, and decides about those
   * below it without them.
   *
   * @param end {@link Node#ROOT} for a path without messages
   */
  List<Message> path(Node end, SentHistory limit) {
    Deque<Message> path = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    long size = 0;
    int sent = 0;
    long characters = 0;
    long sentBytes = 0;
    Node at = end.equals(Node.ROOT) ? null : end;
    // A file changed by hand may lead in a circle.
    while (at != null && seen.add(at.id())) {
      Message message = sent(at);
      if (message == null) {
        // Another log came in its place since the tree was read: the append will find that out.
        return List.of();
      }
      path.addFirst(message);
      size += message.length();
      // Calls without all their results are not sent, and some results neither.
      boolean anyway = Transcript.isSentAnyway(message);
      sent += anyway ? 1 : 0;
      characters += anyway ? limit.characters(message) : 0;
      sentBytes += anyway ? message.length() : 0;
      boolean question = anyway && at.kind() == MessageKind.QUESTION;
      boolean filled = question && limit.isFilledBy(sent, characters, sentBytes);
      at = filled ? null : tree.parent(at);
    }
    tree.reaches(path.size(), (int) Math.min(1 << 30, size));
    Message leading = system();
    List<Message> messages = List.copyOf(path);
    if (read == null || read.version().equals(tree.version())) {
      tree.recent().keep(messages, leading);
    }
    return messages;
  }

  /** The newest leading system message; null where there is none. */
  Message system() {
    if (tree.recent().isOn()) {
      return tree.recent().system();
    }
    while (!systemKnown && whole == null) {
      readFurther();
    }
    return whole != null ? whole.system() : system;
  }

  /** The newest version of a message; null where another log came in the place of the tree's. */
  Message get(Node node) {
    Message recent = node.response() == null ? tree.recent().get(node) : null;
    if (recent != null) {
      return recent;
    }
    aimAt(node);
    return read(node);
  }

  /** The same without the note of a response, which is neither sent nor counts. */
  private Message sent(Node node) {
    Message recent = tree.recent().get(node);
    Message message = recent != null ? recent : read(node);
    return message == null ? null : message.withoutResponse();
  }

  private Message read(Node node) {
    // Of elements without ids only the whole log tells which they are.
    boolean named = !node.id().startsWith(Numbering.PREFIX);
    while (named && whole == null && !newest.containsKey(node.id())) {
      readFurther();
    }
    if (!named || whole != null) {
      return whole().get(node.id());
    }
    Message element = newest.get(node.id());
    return Objects.equals(element.parentId(), node.parentId())
        ? element
        : element.as(element.element().placed(node.id(), true, node.parentId()));
  }

  private Transcript whole() {
    if (whole == null) {
      read = read != null && read.fromStart() ? read : log.read(id, LogVersion.NONE);
      whole = Transcript.of(read.elements());
    }
    return whole;
  }

  /** Has the next reading begin about where an element stands, be it in the end or far from it. */
  private void aimAt(Node node) {
    boolean named = !node.id().startsWith(Numbering.PREFIX);
    if (!named || whole != null || newest.containsKey(node.id())) {
      return;
    }
    if (newest.isEmpty()) {
      bytes = SAMPLE_BYTES;
      readFurther();
    }
    List<Message> known = read.elements();
    if (!known.isEmpty()) {
      long each = known.stream().mapToLong(Message::length).sum() / known.size() + 1;
      long behind = tree.recorded() - node.recorded() + SPARE;
      bytes = (int) Math.max(bytes, Math.min(each * behind * 9 / 8, Integer.MAX_VALUE));
    }
  }

  private void readFurther() {
    if (read != null && read.fromStart()) {
      whole = Transcript.of(read.elements());
      return;
    }
    read = log.readEnd(id, bytes);
    bytes = bytes > Integer.MAX_VALUE / GROWTH ? Integer.MAX_VALUE : GROWTH * bytes;
    if (!read.fromStart()) {
      take(read.elements());
    }
  }

  private void take(List<Message> elements) {
    newest.clear();
    systemKnown = tree.system() == null;
    for (Message element : elements) {
      boolean placed = element.element().parentKnown();
      if (element.id() != null && (placed || !element.isSystem())) {
        newest.put(element.id(), element);
      } else if (element.isSystem() && !placed && !element.element().aside()) {
        // One without an id leads only where nothing stands before it.
        system = element;
        systemKnown = element.id() != null;
      }
    }
  }
}
