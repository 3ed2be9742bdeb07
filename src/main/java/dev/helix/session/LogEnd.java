package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.Numbering;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.TranscriptTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the messages of a session's tree say, read from the end of its log: no further back than
 * what is asked for stands, and all of it only where the end does not tell. One for each turn; not
 * thread-safe.
 */
final class LogEnd {
  private static final int LEAST_BYTES = 1 << 12;
  private static final int GROWTH = 4;

  private final SessionStore store;
  private final TranscriptTree tree;
  private final SessionId id;
  private Reading read;
  private int bytes;

  /** The newest versions in what was read, as far as they have ids of their own. */
  private final Map<String, Message> newest = new HashMap<>();

  private Message system;
  private boolean systemKnown;
  private Transcript whole;

  /** The end of a session's log, of which this was read last; null where that is not at hand. */
  LogEnd(SessionStore store, TranscriptTree tree, SessionId id, Reading read) {
    this.store = store;
    this.tree = tree;
    this.id = id;
    this.read = tree.isEmpty() ? Reading.NOTHING : read;
    this.systemKnown = tree.system() == null;
    // About as much again, for what others have said and what stands around it.
    this.bytes = Math.max(LEAST_BYTES, 2 * Math.min(tree.reachBytes(), Integer.MAX_VALUE / 4));
  }

  /** Whether all that was given is of the log that the tree has read. */
  boolean isTrees() {
    return read == null || read.version().equals(tree.version());
  }

  /** The newest version of a message; null where another log came in the place of the tree's. */
  Message get(Node node) {
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

  Message system() {
    while (!systemKnown && whole == null) {
      readFurther();
    }
    return whole != null ? whole.system() : system;
  }

  Transcript whole() {
    if (whole == null) {
      read = read != null && read.fromStart() ? read : store.read(id, LogVersion.NONE);
      whole = Transcript.of(read.elements());
    }
    return whole;
  }

  private void readFurther() {
    if (read != null && read.fromStart()) {
      whole = Transcript.of(read.elements());
      return;
    }
    read = store.readEnd(id, bytes);
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
      } else if (element.isSystem() && !placed) {
        // One without an id leads only where nothing stands before it.
        system = element;
        systemKnown = element.id() != null;
      }
    }
  }
}
