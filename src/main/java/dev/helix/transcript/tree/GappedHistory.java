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

  private GappedHistory(TranscriptTree tree, RequestChain chain, int at, Node parent) {
    path.addAll(tree.path(parent));
    path.removeIf(node -> !isSpeech(node.kind()) || node.silent());
    Collections.reverse(path);
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
   */
  static List<Change> changes(TranscriptTree tree, RequestChain chain, int at, Node parent) {
    if (parent == null || at == 0) {
      return List.of();
    }
    return new GappedHistory(tree, chain, at, parent).changes();
  }

  private List<Change> changes() {
    List<Node> broken = path.stream().filter(node -> node.kept() != null).toList();
    List<Change> changes = new ArrayList<>();
    Set<String> changed = new HashSet<>();
    int questions = 0;
    int rewritten = 0;
    for (int i = 0; i < history.size(); i++) {
      Message message = history.get(i);
      boolean asks = MessageKind.of(message) == MessageKind.QUESTION;
      questions += asks ? 1 : 0;
      if (onPath.containsKey(message.fingerprint()) || !Node.begunBy(message, broken).isEmpty()) {
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
    if (asked == NO_PLACE || path.get(asked).kind() != MessageKind.QUESTION) {
      return null;
    }
    Node node = asked + 1 < path.size() ? path.get(asked + 1) : null;
    boolean its = node != null && node.kind() == MessageKind.ANSWER && leadsOn(i, asked + 1);
    return !its || isInHistory(node) ? null : node;
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
    return i == 1 ? next == answered + 1 : next > answered;
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
    return !follows || node.kind() != MessageKind.QUESTION || isInHistory(node) ? null : node;
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
