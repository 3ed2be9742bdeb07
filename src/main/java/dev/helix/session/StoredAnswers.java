package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Numbering;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.IncompleteTreeException;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.TranscriptTree;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Finds answers that are responses, and what stands on a path, by the session's warm tree and the
 * end of its log. Where the tree is not warm a response is looked for in the log's end first, and
 * all of the log is read only where it is not near. Thread-safe.
 */
final class StoredAnswers {
  /** How much of a log's end is looked at, at first and at last. */
  private static final int FIRST_BYTES = 1 << 16;

  private static final int LAST_BYTES = 1 << 22;
  private static final int GROWTH = 4;

  /** What reading the JSON of a note takes of the memory, as many times its bytes. */
  private static final long OF_JSON = 8;

  private final SessionStore store;
  private final WarmTrees trees;
  private final LogMemory memory;
  private final NoteValues values;
  private final MissedResponses missed = new MissedResponses();

  StoredAnswers(SessionStore store, WarmTrees trees, LogMemory memory, NoteValues values) {
    this.store = store;
    this.trees = trees;
    this.memory = memory;
    this.values = values;
  }

  SessionLook look(SessionId id) {
    return new SessionLook(this, id, memory.part());
  }

  /** Whose locks a look takes. */
  WarmTrees trees() {
    return trees;
  }

  /** As {@link SessionLook#answer} says. */
  Optional<StoredAnswer> find(SessionId id, String nodeEnd, LogMemory.Part part) {
    return trees.locked(id, () -> find(id, nodeEnd, trees.take(id), new LogReader(store, part)));
  }

  /** As {@link SessionLook#whole} says. */
  StoredAnswer whole(SessionId id, StoredAnswer answer, LogMemory.Part part) {
    Message whole = values.whole(id, answer.message());
    part.accept(Math.min(part.most(), OF_JSON * whole.element().responseBytes()));
    return new StoredAnswer(whole, answer.asked());
  }

  private Optional<StoredAnswer> find(
      SessionId id, String nodeEnd, TranscriptTree tree, LogReader log) {
    if (!tree.isWhole() && missed.isMissing(id, nodeEnd, log)) {
      trees.give(id, tree);
      return Optional.empty();
    }
    Reading read = null;
    for (int bytes = FIRST_BYTES; tree.isEmpty() && bytes <= LAST_BYTES; bytes *= GROWTH) {
      Reading end = log.readEnd(id, bytes);
      if (end.state() == null) {
        return Optional.empty();
      }
      if (end.fromStart()) {
        read = end;
        tree.apply(end.version(), true, end.elements());
        break;
      }
      Optional<StoredAnswer> near = near(end.elements(), nodeEnd);
      if (near.isPresent()) {
        return near;
      }
    }
    Optional<StoredAnswer> found =
        look(id, tree, log, read, (whole, stored) -> inTree(whole, stored, nodeEnd));
    if (found.isEmpty() && tree.isWhole()) {
      missed.missed(id, tree);
    }
    return found;
  }

  /** As {@link SessionLook#transcript} says. */
  Transcript transcript(SessionId id, LogMemory.Part part) {
    return Transcript.of(store.read(id, LogVersion.NONE, part).elements());
  }

  /** As {@link SessionLook#path} says. */
  SessionLook.Path path(SessionId id, String node, LogMemory.Part part) {
    return path(
        id,
        part,
        (tree, stored) -> {
          Node end = tree.get(node);
          return end == null ? Optional.empty() : to(end, stored);
        });
  }

  /** As {@link SessionLook#currentPath} says. */
  SessionLook.Path currentPath(SessionId id, boolean results, LogMemory.Part part) {
    return path(
        id,
        part,
        (tree, stored) -> {
          Node end = stored.end(MessageIds.NONE, results);
          return end.equals(Node.ROOT)
              ? Optional.of(new SessionLook.Path(List.of(), stored.system()))
              : to(end, stored);
        });
  }

  private SessionLook.Path path(
      SessionId id,
      LogMemory.Part part,
      BiFunction<TranscriptTree, StoredHistory, Optional<SessionLook.Path>> to) {
    return trees.locked(
        id,
        () ->
            look(id, trees.take(id), new LogReader(store, part), null, to)
                .orElse(SessionLook.Path.NONE));
  }

  private static Optional<SessionLook.Path> to(Node end, StoredHistory stored) {
    List<Message> path = stored.path(end, SentHistory.ALL);
    return path.isEmpty() ? null : Optional.of(new SessionLook.Path(path, stored.system()));
  }

  /**
   * Looks in the tree at the log's end, and once more when all was read where the tree was cut, or
   * another log came in the place of its own. The caller holds the session's lock.
   *
   * @param known what the tree has read last; null where it must read on
   * @param look gives null where all has to be read
   */
  private <T> Optional<T> look(
      SessionId id,
      TranscriptTree tree,
      LogReader log,
      Reading known,
      BiFunction<TranscriptTree, StoredHistory, Optional<T>> look) {
    Reading read = known != null ? known : TurnPlan.readOn(log, tree, id);
    Optional<T> found =
        read.state() == null ? Optional.empty() : attempt(id, tree, log, read, look);
    if (found == null) {
      found = attempt(id, tree, log, TurnPlan.readWhole(log, tree, id), look);
    }
    trees.give(id, tree);
    return found == null ? Optional.empty() : found;
  }

  private static <T> Optional<T> attempt(
      SessionId id,
      TranscriptTree tree,
      LogReader log,
      Reading read,
      BiFunction<TranscriptTree, StoredHistory, Optional<T>> look) {
    try {
      return look.apply(tree, new StoredHistory(log, tree, id, read));
    } catch (IncompleteTreeException e) {
      return null;
    }
  }

  private static Optional<StoredAnswer> inTree(
      TranscriptTree tree, StoredHistory stored, String nodeEnd) {
    Node node = tree.response(nodeEnd);
    if (node == null) {
      return Optional.empty();
    }
    Message answer = stored.get(node);
    Deque<Message> asked = new ArrayDeque<>();
    // A file changed by hand may lead in a circle.
    Set<String> seen = new HashSet<>();
    Node at = tree.parent(node);
    while (answer != null && at != null && isAsked(at) && seen.add(at.id())) {
      Message message = stored.get(at);
      if (message == null) {
        return null;
      }
      asked.addFirst(message);
      at = tree.parent(at);
    }
    boolean still = answer != null && nodeEnd.equals(Node.responseEnd(answer));
    return still ? Optional.of(new StoredAnswer(answer, List.copyOf(asked))) : null;
  }

  private static boolean isAsked(Node node) {
    return !node.given() && node.kind() != MessageKind.ERASED;
  }

  /** The answer where it and all that it answers stand in the end of a log; else empty. */
  private static Optional<StoredAnswer> near(List<Message> elements, String nodeEnd) {
    if (!elements.stream().allMatch(StoredAnswers::isPlain)) {
      return Optional.empty();
    }
    Transcript end = Transcript.of(elements);
    for (int i = elements.size() - 1; i >= 0; i--) {
      if (nodeEnd.equals(Node.responseEnd(elements.get(i)))) {
        Message newest = end.get(elements.get(i).id());
        if (nodeEnd.equals(Node.responseEnd(newest))) {
          return asked(end, newest);
        }
      }
    }
    return Optional.empty();
  }

  /** Whether it says what it is and what it follows, so that it need not be counted. */
  private static boolean isPlain(Message element) {
    return isNamed(element.id())
        && (element.parentId() == null || isNamed(element.parentId()))
        && (element.element().parentKnown() || element.isSystem());
  }

  private static boolean isNamed(String id) {
    return id != null && !id.startsWith(Numbering.PREFIX);
  }

  private static Optional<StoredAnswer> asked(Transcript end, Message answer) {
    Deque<Message> asked = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    String parentId = answer.parentId();
    while (parentId != null && seen.add(parentId)) {
      Message parent = end.get(parentId);
      if (parent == null) {
        return Optional.empty(); // It stands further up.
      }
      if (parent.isErased()
          || parent.element().added()
          || (parent.isAssistant() && parent.status() != null)) {
        break;
      }
      asked.addFirst(parent);
      parentId = parent.parentId();
    }
    return Optional.of(new StoredAnswer(answer, List.copyOf(asked)));
  }
}
