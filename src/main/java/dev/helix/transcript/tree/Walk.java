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
  private static final int MOST_TRIED = 64;

  private final TranscriptTree tree;

  Walk(TranscriptTree tree) {
    this.tree = tree;
  }

  /** A stored message that equals one of the request, and how often something was forgiven. */
  record Match(Node node, int given) {}

  private static final Comparator<Match> WORST_FIRST =
      Comparator.comparing(Match::given).reversed().thenComparing(match -> match.node().recorded());

  /** How many messages are found, or before those that are, and what equals the last of them. */
  record Found(int to, List<Match> ends) {
    Node best() {
      return bestMatch().node();
    }

    private Match bestMatch() {
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
  private Found down(List<Match> starts, List<Message> chain, int at) {
    List<Match> equal = starts;
    int found = at;
    while (found < chain.size()) {
      List<Match> next = next(equal, chain, found);
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

  /**
   * Goes down from the root, or, for a history that begins in the middle, along the longest run
   * with an answer in it. What stands before the run counts as found.
   */
  Found fromRootOrMiddle(List<Message> chain) {
    Found whole = from(Node.ROOT, chain);
    if (chain.subList(0, whole.to()).stream().anyMatch(Message::isAssistant)
        || chain.stream().noneMatch(Message::isAssistant)) {
      return whole;
    }
    Run run = longestRun(chain, whole.to() > 0);
    return run == null || run.length() <= whole.to() ? whole : run.found();
  }

  /** The stored messages below these parents that equal the request's message at a place. */
  private List<Match> next(List<Match> parents, List<Message> chain, int at) {
    List<Match> equal = below(parents, chain.get(at));
    Message answer = answerTo(chain, at);
    // A question that gained or lost its context is known by the answer that follows it.
    if (answer != null && (equal.isEmpty() || below(equal, answer).isEmpty())) {
      List<Match> answered = answered(parents, answer);
      return answered.isEmpty() ? equal : answered;
    }
    return equal;
  }

  /** The assistant's message right behind a question; null where there is no such pair. */
  private static Message answerTo(List<Message> chain, int at) {
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
    return parents.size() == 1 ? equal : eachOnce(equal);
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
      for (Node node : answers) {
        Node question = tree.question(node);
        // Another program may have made something else of it since.
        if (question != null) {
          questions.add(new Match(question, parent.given() + 1));
        }
      }
    }
    return eachOnce(questions);
  }

  private static List<Match> eachOnce(List<Match> matches) {
    Map<String, Match> best = new LinkedHashMap<>();
    for (Match match : matches) {
      best.merge(
          match.node().id(), match, (one, other) -> other.given() < one.given() ? other : one);
    }
    return List.copyOf(best.values());
  }

  /** Messages of the request, from a place in it, that are consecutive in the tree. */
  private record Run(int from, Found found) {
    int length() {
      return found.to() - from;
    }
  }

  private static final Comparator<Run> SHORTEST_FIRST =
      Comparator.comparing(Run::length).thenComparing(run -> run.found().bestMatch(), WORST_FIRST);

  /**
   * The longest run with an answer in it, of equal ones that with the least to forgive, then the
   * newest; null where there is none.
   *
   * @param rooted whether the request's first message stands at the root: then only a run counts
   *     that begins with just that message further down
   */
  private Run longestRun(List<Message> chain, boolean rooted) {
    Run longest = null;
    // Of messages that are all alike, not every run is followed to its end.
    long steps = 2L * MOST_TRIED * chain.size();
    for (int i = 0; i < (rooted ? 1 : chain.size()) && steps > 0; i++) {
      if (longest != null && longest.length() > chain.size() - i) {
        break;
      }
      List<Match> starts = rooted ? equal(chain, i) : starts(chain, i);
      if (starts.isEmpty()) {
        continue;
      }
      Run run = new Run(i, down(starts, chain, i + 1));
      steps -= (long) (run.length() + 1) * starts.size();
      boolean answers = chain.subList(i, run.found().to()).stream().anyMatch(Message::isAssistant);
      if (answers && (longest == null || SHORTEST_FIRST.compare(run, longest) >= 0)) {
        longest = run;
      }
    }
    return longest;
  }

  /** The messages of the tree, wherever they stand, that say just the same. */
  private List<Match> equal(List<Message> chain, int at) {
    List<Node> saying = tree.saying(chain.get(at).fingerprint());
    List<Match> equal = new ArrayList<>();
    newestOf(saying).forEach(node -> equal.add(new Match(node, 0)));
    // A window begins with the request, or behind one message that sums up what it lacks.
    if (saying.size() > MOST_TRIED && at < 2) {
      beginningsOfLatest(chain, at).forEach(node -> equal.add(new Match(node, 0)));
    }
    return eachOnce(equal);
  }

  /** What a run can begin with: besides what is equal, questions that have the answer behind it. */
  private List<Match> starts(List<Message> chain, int at) {
    List<Match> starts = new ArrayList<>(equal(chain, at));
    Message answer = answerTo(chain, at);
    if (answer != null) {
      for (Node node : newestOf(tree.saying(answer.fingerprint()))) {
        Node question = node.kind() == MessageKind.CALL ? tree.parent(node) : tree.question(node);
        if (question != null && question.kind() == MessageKind.QUESTION) {
          starts.add(new Match(question, 1));
        }
      }
    }
    return eachOnce(starts);
  }

  /** Where runs begin that lead to the newest of what the request ends with. */
  private List<Node> beginningsOfLatest(List<Message> chain, int at) {
    int last = chain.size() - 1;
    while (last > at && tree.saying(chain.get(last).fingerprint()).isEmpty()) {
      last--;
    }
    List<Node> beginnings = new ArrayList<>();
    for (Node end : newestOf(tree.saying(chain.get(last).fingerprint()))) {
      Node node = end;
      for (int i = last; i > at && node != null; i--) {
        Node parent = before(tree, node, chain.get(i - 1));
        node = parent != null && parent.says(chain.get(i - 1)) ? parent : null;
      }
      if (node != null) {
        beginnings.add(node);
      }
    }
    return beginnings;
  }

  /**
   * What stands before a message in the tree, apart from an answer without a word; where that is a
   * tool's round, which the request does not have there, the question before it.
   *
   * @param before what the request has there; null at its beginning
   */
  static Node before(TranscriptTree tree, Node node, Message before) {
    Node parent = tree.parent(node);
    if (parent != null && parent.silent()) {
      return tree.parent(parent);
    }
    if (node.kind() != MessageKind.ANSWER || parent == null || !isRound(parent.kind())) {
      return parent;
    }
    return before != null && isRound(MessageKind.of(before)) ? parent : tree.question(parent);
  }

  private static boolean isRound(MessageKind kind) {
    return kind == MessageKind.CALL || kind == MessageKind.RESULT;
  }
}
