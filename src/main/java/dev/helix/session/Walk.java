package dev.helix.session;

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
  private static final int MOST_ENDS = 64;

  private final SessionTree tree;

  Walk(SessionTree tree) {
    this.tree = tree;
  }

  /**
   * A stored message that equals one of the request.
   *
   * @param given how often on the way to it something had to be forgiven
   */
  record Match(Node node, int given) {}

  private static final Comparator<Match> WORST_FIRST =
      Comparator.comparing(Match::given).reversed().thenComparing(match -> match.node().recorded());

  /**
   * What was found.
   *
   * @param to how many of the messages are found, or stand before those that are
   * @param ends the stored messages that equal the last of them; the start where there is none
   */
  record Found(int to, List<Match> ends) {
    Node best() {
      return Collections.max(ends, WORST_FIRST).node();
    }
  }

  /** Those that are tried of messages that stand in their order, the newest last. */
  static List<Node> newestOf(List<Node> equal) {
    return equal.subList(Math.max(0, equal.size() - MOST_ENDS), equal.size());
  }

  /** Goes down from a message as deep as the request's messages are found there. */
  Found from(Node start, List<Message> chain) {
    List<Match> equal = List.of(new Match(start, 0));
    int found = 0;
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

  /** What equals a message right below a stored one. */
  Found below(Node parent, Message message) {
    return from(parent, List.of(message));
  }

  /**
   * Of the answers found the one that is continued: a person lets only a last one go on. The named
   * one where it is among them.
   */
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
    if (run == null || run.to() - run.from() <= whole.to()) {
      return whole;
    }
    Found behind = from(run.end(), chain.subList(run.to(), chain.size()));
    return new Found(run.to() + behind.to(), behind.ends());
  }

  /** The stored messages below these parents that equal the request's message at a place. */
  private List<Match> next(List<Match> parents, List<Message> chain, int at) {
    Message message = chain.get(at);
    List<Match> equal = below(parents, message);
    Message answer = at + 1 < chain.size() ? chain.get(at + 1) : null;
    if (answer == null || Kind.of(message) != Kind.QUESTION || !answer.isAssistant()) {
      return equal;
    }
    // A question that gained or lost its context is known by the answer that follows it.
    if (equal.isEmpty() || below(equal, answer).isEmpty()) {
      List<Match> answered = answered(parents, answer);
      return answered.isEmpty() ? equal : answered;
    }
    return equal;
  }

  /** The stored messages below these parents that equal a message of the request. */
  private List<Match> below(List<Match> parents, Message message) {
    List<Match> equal = new ArrayList<>(1);
    for (Match parent : parents) {
      for (Node node : tree.children(parent.node(), message.fingerprint())) {
        equal.add(below(parent, node, 0));
      }
      for (Node part : partsOf(tree.broken(parent.node()), message)) {
        equal.add(below(parent, part, 1));
      }
      // Right below one another they stand only in a file that was changed by hand.
      for (Node silent : parent.node().silent() ? List.<Node>of() : tree.silent(parent.node())) {
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
      List<Node> answers = new ArrayList<>(tree.grandchildren(parent.node(), answer.fingerprint()));
      answers.addAll(partsOf(tree.brokenGrandchildren(parent.node()), answer));
      answers.forEach(node -> questions.add(new Match(tree.question(node), parent.given() + 1)));
    }
    return eachOnce(questions);
  }

  /** Those of the answers that broke off of which the message is what a client kept. */
  private static List<Node> partsOf(List<Node> broken, Message message) {
    if (broken.isEmpty()) {
      return List.of();
    }
    String text = Wording.of(message.role(), message.text());
    return broken.stream()
        .filter(node -> !node.says(message) && node.isBegunBy(text, message))
        .toList();
  }

  private static List<Match> eachOnce(List<Match> matches) {
    Map<String, Match> best = new LinkedHashMap<>();
    for (Match match : matches) {
      best.merge(
          match.node().id(), match, (one, other) -> other.given() < one.given() ? other : one);
    }
    return List.copyOf(best.values());
  }

  /**
   * Consecutive messages of the request that are consecutive in the tree.
   *
   * @param to behind the last of them
   * @param end where the last of them is in the tree
   * @param given how often on the way something had to be forgiven
   */
  private record Run(int from, int to, Node end, int given) {
    int length() {
      return to - from;
    }
  }

  private static final Comparator<Run> LONGEST_LAST =
      Comparator.comparing(Run::length)
          .thenComparing(Comparator.comparing(Run::given).reversed())
          .thenComparing(run -> run.end().recorded())
          .thenComparing(Run::to);

  /**
   * The longest run that contains an answer, of equal ones the newest; null where there is none.
   *
   * @param atOnce whether only runs count that begin with the request's first message
   */
  private Run longestRun(List<Message> chain, boolean atOnce) {
    Run longest = null;
    long steps = (long) MOST_ENDS * 2 * chain.size();
    // A run that ends further up cannot be longer than what is up there.
    for (int i = chain.size() - 1; i >= 0 && (longest == null || longest.length() <= i + 1); i--) {
      for (Node end : newestOf(tree.saying(chain.get(i).fingerprint()))) {
        Run run = upFrom(end, chain, i, steps);
        steps -= run.length();
        boolean fits =
            (run.from() == 0 || !atOnce)
                && chain.subList(run.from(), run.to()).stream().anyMatch(Message::isAssistant);
        if (fits && (longest == null || LONGEST_LAST.compare(run, longest) > 0)) {
          longest = run;
        }
      }
    }
    return longest;
  }

  /** The run that ends at a message of the request and its equal in the tree. */
  private Run upFrom(Node end, List<Message> chain, int at, long mostSteps) {
    Node node = end;
    int i = at;
    int given = 0;
    while (i > 0 && at - i < mostSteps) {
      Message before = chain.get(i - 1);
      Node parent = before(tree, node, before);
      boolean equal = parent != null && parent.is(before);
      boolean sameAnswer =
          parent != null
              && parent.kind() == Kind.QUESTION
              && (node.kind() == Kind.ANSWER || node.kind() == Kind.CALL)
              && Kind.of(before) == Kind.QUESTION;
      if (!equal && !sameAnswer) {
        break;
      }
      given += equal && parent.id().equals(node.parentId()) ? 0 : 1;
      node = parent;
      i--;
    }
    return new Run(i, at + 1, end, given);
  }

  /**
   * What stands before a message in the tree, apart from an answer without a word; where that is a
   * tool's round, which the request does not have there, the question before it.
   *
   * @param before what the request has there; null at its beginning
   */
  static Node before(SessionTree tree, Node node, Message before) {
    Node parent = tree.parent(node);
    if (parent != null && parent.silent()) {
      return tree.parent(parent);
    }
    if (node.kind() != Kind.ANSWER || parent == null || !isRound(parent.kind())) {
      return parent;
    }
    return before != null && isRound(Kind.of(before)) ? parent : tree.question(parent);
  }

  private static boolean isRound(Kind kind) {
    return kind == Kind.CALL || kind == Kind.RESULT;
  }
}
