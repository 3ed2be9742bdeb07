package dev.helix.transcript.tree;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The search for a request's messages in a session's tree, tolerant of what clients are known to
 * rewrite. Specification section 4.
 */
final class Walk {
  /** Of very many equal messages only the newest are tried. */
  static final int MOST_TRIED = 64;

  private final TranscriptTree tree;

  Walk(TranscriptTree tree) {
    this.tree = tree;
  }

  /** A stored message that equals one of the request, and how often something was forgiven. */
  record Match(Node node, int given) {}

  static final Comparator<Match> WORST_FIRST =
      Comparator.comparing(Match::given).reversed().thenComparing(match -> match.node().recorded());

  /** How many messages are found, or before those that are, and what equals the last of them. */
  record Found(int to, List<Match> ends) {
    Node best() {
      return bestMatch().node();
    }

    Match bestMatch() {
      return Collections.max(ends, WORST_FIRST);
    }
  }

  /** Those that are tried of messages that stand in their order, the newest last. */
  static List<Node> newestOf(List<Node> equal) {
    return equal.subList(Math.max(0, equal.size() - MOST_TRIED), equal.size());
  }

  /** Goes down from a message as deep as the request's messages are found there. */
  Found from(Node start, List<Message> chain) {
    return down(List.of(new Match(start, 0)), chain, 0);
  }

  /** Goes on from matches of what stands before a place in the request. */
  Found down(List<Match> starts, List<Message> chain, int at) {
    List<Match> equal = starts;
    int found = at;
    while (found < chain.size()) {
      List<Match> next = below(equal, chain.get(found));
      Message answer = answerTo(chain, found);
      List<Match> both = answer == null || next.isEmpty() ? List.of() : below(next, answer);
      if (!both.isEmpty()) {
        equal = both;
        found += 2;
        continue;
      }
      // A question that gained or lost its context is known by the answer that follows it.
      List<Match> answered = answer == null ? List.of() : answered(equal, answer);
      next = answered.isEmpty() ? next : answered;
      if (next.isEmpty()) {
        break;
      }
      equal = next;
      found++;
    }
    return new Found(found, equal);
  }

  Found below(Node parent, Message message) {
    return from(parent, List.of(message));
  }

  /** The answer that is continued: the named one if it was found, else one with nothing below. */
  Node goesOn(Found found, Node named) {
    if (found.ends().stream().anyMatch(match -> match.node().equals(named))) {
      return named;
    }
    Comparator<Match> leavesLast = Comparator.comparing(match -> !tree.isFollowed(match.node()));
    return Collections.max(found.ends(), leavesLast.thenComparing(WORST_FIRST)).node();
  }

  /** The assistant's message right behind a question; null where there is no such pair. */
  static Message answerTo(List<Message> chain, int at) {
    boolean asked =
        at + 1 < chain.size()
            && MessageKind.of(chain.get(at)) == MessageKind.QUESTION
            && chain.get(at + 1).isAssistant();
    return asked ? chain.get(at + 1) : null;
  }

  private List<Match> below(List<Match> parents, Message message) {
    List<Match> equal = new ArrayList<>(1);
    for (Match parent : parents) {
      NodeIndex index = tree.below(parent.node());
      for (Node node : index.children.equal(parent.node(), message.fingerprint())) {
        equal.add(below(parent, node, 0));
      }
      for (Node part : Node.begunBy(message, index.children.broken(parent.node()))) {
        equal.add(below(parent, part, 1));
      }
      // Right below one another they stand only in a file that was changed by hand.
      for (Node silent : parent.node().silent() ? List.<Node>of() : index.silent(parent.node())) {
        equal.addAll(below(List.of(new Match(silent, parent.given() + 1)), message));
      }
    }
    List<Match> found = parents.size() == 1 ? equal : eachOnce(equal);
    if (found.size() < 2) {
      return found;
    }
    List<Node> asking = Node.asking(message, found.stream().map(Match::node).toList());
    return asking.size() == found.size()
        ? found
        : found.stream().filter(match -> asking.contains(match.node())).toList();
  }

  private static Match below(Match parent, Node node, int given) {
    boolean roundsLeftOut = !Objects.equals(node.parentId(), parent.node().id());
    return new Match(node, parent.given() + given + (roundsLeftOut ? 1 : 0));
  }

  /** The questions below these parents that have this answer. */
  private List<Match> answered(List<Match> parents, Message answer) {
    List<Match> questions = new ArrayList<>();
    for (Match parent : parents) {
      NodeIndex.Below below = tree.below(parent.node()).grandchildren;
      List<Node> answers = new ArrayList<>(below.equal(parent.node(), answer.fingerprint()));
      answers.addAll(Node.begunBy(answer, below.broken(parent.node())));
      for (Node node : Node.asking(answer, answers)) {
        Node question = tree.question(node);
        // Another program may have made something else of it since.
        if (question != null) {
          questions.add(new Match(question, parent.given() + 1));
        }
      }
    }
    return eachOnce(questions);
  }

  static List<Match> eachOnce(List<Match> matches) {
    Map<String, Match> best = new LinkedHashMap<>();
    for (Match match : matches) {
      best.merge(
          match.node().id(), match, (one, other) -> other.given() < one.given() ? other : one);
    }
    return List.copyOf(best.values());
  }

  /**
   * What stands before a message in the tree, apart from an answer without a word where the request
   * has none; where that is a tool's round, which the request does not have there, the question
   * before it.
   *
   * @param before what the request has there; null at its beginning
   */
  static Node before(TranscriptTree tree, Node node, Message before) {
    Node parent = tree.parent(node);
    if (parent != null && parent.silent()) {
      boolean spoken = before != null && MessageKind.of(before) == MessageKind.ANSWER;
      return spoken ? parent : tree.parent(parent);
    }
    if (node.kind() != MessageKind.ANSWER || parent == null || !parent.kind().isRound()) {
      return parent;
    }
    return before != null && MessageKind.of(before).isRound() ? parent : tree.question(parent);
  }

  /** Whether a message stands somewhere below another. */
  static boolean isBelow(TranscriptTree tree, Node node, Node above) {
    Node at = node;
    // As many steps as there are messages: a file changed by hand may lead in a circle.
    for (int i = 0; at != null && i <= tree.size(); i++) {
      if (above.id().equals(at.parentId())) {
        return true;
      }
      at = tree.parent(at);
    }
    return false;
  }
}
