package dev.helix.transcript.tree;

import dev.helix.message.Fingerprint;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.transcript.tree.Alignment.Change;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A history that lacks messages of the path that it is on, as some were deleted or a filter keeps
 * only a part. Whatever it lacks nothing is changed by that. A message counts as changed in place
 * only if it is new to the path and to be told by what stands around it, each of which comes once
 * only: an answer by the questions before and behind it, a question by the answers. Specification
 * section 4.
 */
final class GappedHistory {
  /** Of what comes more than once, or not at all. */
  private static final int NO_PLACE = -1;

  private final List<Node> path = new ArrayList<>();
  private final List<Message> history = new ArrayList<>();
  private final Map<Fingerprint, Integer> onPath = new HashMap<>();
  private final Map<Fingerprint, Integer> inHistory = new HashMap<>();
  private final List<Node> broken;
  private final WordsElsewhere elsewhere;

  /**
   * Where the last turn that stands in both ends on the path, of those before the place looked at.
   */
  private int reached = NO_PLACE;

  private GappedHistory(
      TranscriptTree tree,
      RequestChain chain,
      int at,
      Node parent,
      Function<Node, Message> stored) {
    path.addAll(tree.path(parent));
    path.removeIf(node -> !isSpeech(node.kind()) || node.silent());
    Collections.reverse(path);
    broken = path.stream().filter(node -> node.kept() != null).toList();
    elsewhere = new WordsElsewhere(path, this::isInHistory, stored);
    for (int i = 0; i < path.size(); i++) {
      for (Fingerprint saying : path.get(i).sayings()) {
        note(onPath, saying, i);
      }
    }
    for (int i = 0; i < at; i++) {
      // A tool's images are the request's alone.
      boolean images =
          i > 0 && chain.kind(i) == MessageKind.QUESTION && chain.kind(i - 1) == MessageKind.RESULT;
      if (isSpeech(chain.kind(i)) && !images) {
        note(inHistory, chain.get(i).fingerprint(), history.size());
        history.add(chain.get(i));
      }
    }
  }

  private static boolean isSpeech(MessageKind kind) {
    return kind == MessageKind.QUESTION || kind == MessageKind.ANSWER;
  }

  private static void note(Map<Fingerprint, Integer> places, Fingerprint saying, int place) {
    places.merge(saying, place, (one, other) -> one.equals(other) ? one : NO_PLACE);
  }

  /**
   * The messages before a question that say something else now.
   *
   * @param parent the path's end
   * @param stored what is stored of a message, null where another log came in the tree's place
   */
  static List<Change> changes(
      TranscriptTree tree,
      RequestChain chain,
      int at,
      Node parent,
      Function<Node, Message> stored) {
    if (parent == null || at == 0) {
      return List.of();
    }
    return new GappedHistory(tree, chain, at, parent, stored).changes();
  }

  private List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    Set<String> changed = new HashSet<>();
    int questions = 0;
    int rewritten = 0;
    for (int i = 0; i < history.size(); i++) {
      Message message = history.get(i);
      boolean asks = MessageKind.of(message) == MessageKind.QUESTION;
      questions += asks ? 1 : 0;
      if (onPath.containsKey(message.fingerprint()) || !Node.begunBy(message, broken).isEmpty()) {
        reached = isTurn(i - 1) ? Math.max(reached, once(message)) : reached;
        continue; // It stands there, or says what another one does.
      }
      rewritten += asks ? 1 : 0;
      Node node = asks ? question(i) : answer(i);
      if (node != null && !node.is(message) && changed.add(node.id())) {
        changes.add(new Change(node, message));
      }
    }
    return Alignment.byPeople(changes, rewritten, questions);
  }

  /** The answer to the question before this place in the history; null where that is in doubt. */
  private Node answer(int i) {
    int asked = i == 0 ? NO_PLACE : once(history.get(i - 1));
    if (asked <= reached || path.get(asked).kind() != MessageKind.QUESTION) {
      return null;
    }
    Node node = asked + 1 < path.size() ? path.get(asked + 1) : null;
    boolean its = node != null && node.kind() == MessageKind.ANSWER && leadsOn(i, asked + 1);
    return !its || isInHistory(node) || isElsewhere(i - 1, asked) ? null : node;
  }

  /**
   * Whether the question behind this place in the history is the one behind an answer on the path,
   * or one further down, as turns between them were deleted.
   */
  private boolean leadsOn(int i, int answered) {
    if (i + 1 == history.size()) {
      return answered + 1 == path.size();
    }
    int next = once(history.get(i + 1));
    // A filter that keeps the first message goes on with any other, also with an answer.
    return i == 1 ? next == answered + 1 && isTurn(i + 1) : next > answered;
  }

  /** The question before the answer behind this place; null where that is in doubt. */
  private Node question(int i) {
    int answered = i + 1 == history.size() ? NO_PLACE : once(history.get(i + 1));
    if (answered < 1 || path.get(answered).kind() != MessageKind.ANSWER) {
      return null;
    }
    Node node = path.get(answered - 1);
    boolean follows =
        i == 0 ? answered == 1 : answered > 1 && once(history.get(i - 1)) == answered - 2;
    boolean its =
        follows
            && answered - 1 > reached
            && node.kind() == MessageKind.QUESTION
            && !isInHistory(node);
    // A client may have kept as much of an answer that broke off.
    boolean sure = its && Node.begunBy(history.get(i + 1), broken).isEmpty();
    return !sure || isElsewhere(i, answered - 1) ? null : node;
  }

  /**
   * Whether a question of the history may be another than the one at this place on the path, one
   * between the turns before and behind it.
   */
  private boolean isElsewhere(int i, int place) {
    int next = isTurn(i + 2) ? once(history.get(i + 2)) : NO_PLACE;
    int to = next > place ? next : path.size();
    return elsewhere.stand(history.get(i), reached + 1, to, place);
  }

  /** Whether a question and its answer follow one another here and on the path, each there once. */
  private boolean isTurn(int i) {
    if (i < 0 || i + 1 >= history.size()) {
      return false;
    }
    int asked = once(history.get(i));
    return asked >= 0
        && path.get(asked).kind() == MessageKind.QUESTION
        && once(history.get(i + 1)) == asked + 1
        && path.get(asked + 1).kind() == MessageKind.ANSWER;
  }

  /** Where on the path a message stands that comes once there and in the history. */
  private int once(Message message) {
    return inHistory.get(message.fingerprint()) == NO_PLACE
        ? NO_PLACE
        : onPath.getOrDefault(message.fingerprint(), NO_PLACE);
  }

  private boolean isInHistory(Node node) {
    return node.sayings().stream().anyMatch(inHistory::containsKey);
  }
}
