package dev.helix.model;

import dev.helix.model.WireTree.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How a request without ids is found in a tree: an independent reading of the specification's
 * section 4, which looks at every message each time. Not thread-safe.
 */
final class WireWalk {
  /**
   * How far a request is found.
   *
   * @param from the first message that counts as found; what stands before it is not stored
   * @param to behind the last one
   * @param ends where the last one may be, each with how often it took forgiving to come there
   */
  record Found(int from, int to, Map<Node, Integer> ends) {
    int length() {
      return to - from;
    }

    /**
     * The end that is meant: where an answer is to go on, rather one with nothing below, as a
     * person lets only a last message go on; then the one with the fewest tolerances; then the
     * newest.
     */
    Node best(int size) {
      boolean goesOn = to == size && ends.keySet().stream().anyMatch(WireWalk::isAnswer);
      Comparator<Node> leavesFirst = Comparator.comparing(node -> !node.children.isEmpty());
      Comparator<Node> leastFirst = Comparator.comparing(ends::get);
      Comparator<Node> newestFirst = Comparator.comparing(node -> -node.recorded);
      Comparator<Node> order = leastFirst.thenComparing(newestFirst);
      return ends.keySet().stream()
          .min(goesOn ? leavesFirst.thenComparing(order) : order)
          .orElseThrow();
    }

    private Node newest() {
      return best(-1);
    }
  }

  private final Node root;
  private final List<Node> nodes;

  /**
   * @param nodes all of them
   */
  WireWalk(Node root, List<Node> nodes) {
    this.root = root;
    this.nodes = nodes;
  }

  Found find(List<Said> said) {
    Found found = fromRootOrMiddle(said);
    while (found.length() > 0
        && said.subList(found.to(), said.size()).stream().anyMatch(WireWalk::isSpoken)) {
      Found behind = behindGap(found, said);
      if (behind == null) {
        break;
      }
      found = behind;
    }
    return found;
  }

  /**
   * What the request goes on with, further down than where it was found: at least a question and
   * its answer, or an answer and the next question. It may begin with a question that was taken for
   * an equal one before the gap. Of several it is the one that leads furthest.
   */
  private Found behindGap(Found found, List<Said> said) {
    Found best = null;
    int last = found.to() - 1;
    for (int first :
        last > 0 && said.get(last).isUser() ? List.of(last, last + 1) : List.of(last + 1)) {
      List<Node> tops =
          found.ends().keySet().stream().map(end -> first == last ? end.parent : end).toList();
      Predicate<Node> below = node -> tops.stream().anyMatch(top -> isBelow(node, top));
      // A question that is known by its answer alone counts only where no equal one has that.
      Predicate<Node> pair = below.and(node -> isPair(said, first, node));
      Found run = run(said, first, false, nodes.stream().anyMatch(pair) ? pair : below);
      if (run.length() > 1
          && run.to() > found.to()
          && said.subList(run.from(), run.to()).stream().anyMatch(WireWalk::isSpoken)
          && (best == null || REACHES.compare(run, best) >= 0)) {
        best = run;
      }
    }
    return best;
  }

  private static boolean isPair(List<Said> said, int first, Node node) {
    return isAnswered(said, first)
        && equal(said.get(first), node)
        && hasAnswer(node, said.get(first + 1));
  }

  private static boolean isBelow(Node node, Node top) {
    for (Node at = node.parent; at != null; at = at.parent) {
      if (at == top) {
        return true;
      }
    }
    return false;
  }

  private Found fromRootOrMiddle(List<Said> said) {
    Found found = fromRoot(said);
    if (said.subList(0, found.to()).stream().anyMatch(WireWalk::isSpoken)) {
      return found;
    }
    // A history that begins in the middle; only if nothing at all is found may it lose its start.
    Found best = null;
    for (int first = 0; first < (found.to() == 0 ? said.size() : 1); first++) {
      Found run = run(said, first, found.to() > 0, node -> true);
      if (run.length() > found.to()
          && said.subList(run.from(), run.to()).stream().anyMatch(WireWalk::isSpoken)
          && (best == null || RUNS.compare(run, best) >= 0)) {
        best = run;
      }
    }
    return best == null ? found : best;
  }

  /** The longest last, then those with the fewest tolerances, then the newest. */
  private static final Comparator<Found> RUNS =
      Comparator.comparing(Found::length)
          .thenComparing(run -> -run.ends().get(run.newest()))
          .thenComparing(run -> run.newest().recorded);

  private static final Comparator<Found> REACHES =
      Comparator.comparing(Found::to).thenComparing(RUNS);

  Found fromRoot(List<Said> said) {
    return walk(Map.of(root, 0), said, 0, 0);
  }

  /** Whether a model said it, be it only that a tool is to be called. */
  private static boolean isSpoken(Said said) {
    return said.isAnswer() || said.isCalls();
  }

  /** Consecutive messages that are consecutive in the tree, wherever. */
  private Found run(List<Said> said, int first, boolean rooted, Predicate<Node> where) {
    Map<Node, Integer> starts = new LinkedHashMap<>();
    // Only what is stored just so can begin a run: of a broken answer no part is looked for.
    nodes.stream()
        .filter(node -> where.test(node) && equal(said.get(first), node))
        .forEach(node -> starts.put(node, 0));
    // What stands at the root is no other question, whatever its answer.
    if (!rooted && isAnswered(said, first)) {
      nodes.stream()
          .filter(where)
          .filter(node -> node.said.isUser() && hasAnswer(node, said.get(first + 1)))
          .forEach(node -> starts.putIfAbsent(node, 1));
    }
    return starts.isEmpty()
        ? new Found(first, first, starts)
        : walk(starts, said, first, first + 1);
  }

  private static boolean hasAnswer(Node question, Said answer) {
    return question.children.stream().anyMatch(child -> equal(answer, child))
        || (answer.isAnswer()
            && afterRounds(question).stream().anyMatch(child -> equal(answer, child)));
  }

  /** Walks with all nodes that equal the next message, as deep as any goes. */
  private static Found walk(Map<Node, Integer> from, List<Said> said, int first, int start) {
    Map<Node, Integer> at = from;
    int next = start;
    while (next < said.size()) {
      Map<Node, Integer> deeper = step(at, said, next);
      if (deeper.isEmpty()) {
        break;
      }
      at = deeper;
      next++;
    }
    return new Found(first, next, at);
  }

  private static Map<Node, Integer> step(Map<Node, Integer> at, List<Said> said, int next) {
    Map<Node, Integer> below = new LinkedHashMap<>();
    at.forEach((node, given) -> node.children.forEach(child -> put(below, child, given)));
    if (said.get(next).isAnswer()) {
      // The client may leave the rounds of tools out.
      at.forEach(
          (node, given) -> afterRounds(node).forEach(answer -> put(below, answer, given + 1)));
    }
    Map<Node, Integer> equal = inWords(below, said.get(next));
    if (isAnswered(said, next) && step(equal, said, next + 1).isEmpty()) {
      Map<Node, Integer> same = sameAnswer(below, said, next);
      return same.isEmpty() ? equal : same;
    }
    return equal;
  }

  private static void put(Map<Node, Integer> map, Node node, int given) {
    map.merge(node, given, Math::min);
  }

  /** The answers to a question to which rounds of tools led. */
  private static List<Node> afterRounds(Node question) {
    List<Node> answers = new ArrayList<>();
    if (question.said != null && question.said.isUser()) {
      collect(question.children, answers);
    }
    return answers;
  }

  private static void collect(Collection<Node> nodes, List<Node> answers) {
    for (Node node : nodes) {
      if (node.said.isCalls() || node.said.result() != null) {
        node.children.stream().filter(WireWalk::isAnswer).forEach(answers::add);
        collect(node.children, answers);
      }
    }
  }

  private static Map<Node, Integer> inWords(Map<Node, Integer> nodes, Said said) {
    Map<Node, Integer> equal = new LinkedHashMap<>();
    nodes.forEach(
        (node, given) -> {
          if (equal(said, node)) {
            put(equal, node, given);
          } else if (isPart(said, node)) {
            put(equal, node, given + 1);
          }
        });
    return equal;
  }

  /** A question that gained or lost its context: the same answer follows it. */
  private static Map<Node, Integer> sameAnswer(
      Map<Node, Integer> nodes, List<Said> said, int next) {
    Map<Node, Integer> same = new LinkedHashMap<>();
    if (isAnswered(said, next)) {
      nodes.forEach(
          (node, given) -> {
            if (node.said.isUser() && !step(Map.of(node, 0), said, next + 1).isEmpty()) {
              put(same, node, given + 1);
            }
          });
    }
    return same;
  }

  private static boolean isAnswered(List<Said> said, int question) {
    if (!said.get(question).isUser() || question + 1 == said.size()) {
      return false;
    }
    return said.get(question + 1).isAnswer() || said.get(question + 1).isCalls();
  }

  static boolean equal(Said sent, Node node) {
    Said stored = node.said;
    if (!sent.role().equals(stored.role()) || sent.isCalls() != stored.isCalls()) {
      return false;
    }
    if (sent.isCalls()) {
      return sent.calls().equals(stored.calls());
    }
    if (sent.result() != null) {
      return sent.result().equals(stored.result());
    }
    if (sent.isUser()) {
      return sent.image() == stored.image() && sent.core().equals(stored.core());
    }
    // Where an answer was gone on with, white space between the two is anyone's.
    return node.continued
        ? sent.squeezedCore().equals(stored.squeezedCore())
        : sent.core().equals(stored.core());
  }

  /** Whether a client may have kept just this of an answer that broke off. */
  private static boolean isPart(Said sent, Node node) {
    if (!sent.isAnswer() || !isAnswer(node) || !node.isBroken()) {
      return false;
    }
    return node.continued
        ? node.said.squeezedCore().startsWith(sent.squeezedCore())
        : node.said.core().startsWith(sent.core());
  }

  private static boolean isAnswer(Node node) {
    return node.said != null && node.said.isAnswer();
  }
}
