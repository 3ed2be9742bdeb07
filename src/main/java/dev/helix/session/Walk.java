package dev.helix.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The search for a request's messages in a session's tree, tolerant of what clients are known to
 * rewrite. Specification section 4.
 */
final class Walk {
  /** Of very many equal messages only the newest are tried, and only the longest runs followed. */
  private static final int MOST_RUNS = 64;

  private static final Comparator<Node> OLDEST_FIRST = Comparator.comparing(Node::recorded);

  private final SessionTree tree;

  Walk(SessionTree tree) {
    this.tree = tree;
  }

  /**
   * What was found.
   *
   * @param to how many of the messages are found, or stand before those that are
   * @param ends the stored messages that equal the last of them; the start where there is none
   */
  record Found(int to, List<Node> ends) {
    Node newest() {
      return Walk.newest(ends);
    }
  }

  /** The one whose version was recorded last. */
  static Node newest(Collection<Node> equal) {
    return equal.stream().max(OLDEST_FIRST).orElseThrow();
  }

  /** Goes down from a message as deep as the request's messages are found there. */
  Found from(Node start, List<Message> chain) {
    List<Node> equal = List.of(start);
    int found = 0;
    while (found < chain.size()) {
      List<Node> next = next(equal, chain, found);
      if (next.isEmpty()) {
        break;
      }
      equal = next;
      found++;
    }
    return new Found(found, equal);
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
    Run run = longestRun(chain);
    boolean middle = run != null && (whole.to() == 0 || (run.from() == 0 && run.to() > whole.to()));
    return middle ? new Found(run.to(), List.of(run.end())) : whole;
  }

  /** The stored messages below these parents that equal the request's message at a place. */
  private List<Node> next(List<Node> parents, List<Message> chain, int at) {
    Message message = chain.get(at);
    List<Node> equal = below(parents, message);
    Message answer = at + 1 < chain.size() ? chain.get(at + 1) : null;
    if (answer == null || Kind.of(message) != Kind.QUESTION || Kind.of(answer) != Kind.ANSWER) {
      return equal;
    }
    // A question that gained or lost its context is known by the answer that follows it.
    if (equal.isEmpty() || below(equal, answer).isEmpty()) {
      List<Node> answered = new ArrayList<>();
      parents.forEach(parent -> answered.addAll(tree.answered(parent, answer.fingerprint())));
      return answered.isEmpty() ? equal : answered;
    }
    return equal;
  }

  /** The stored messages below these parents that equal a message of the request. */
  List<Node> below(List<Node> parents, Message message) {
    if (parents.size() == 1 && tree.broken(parents.get(0)).isEmpty()) {
      return tree.children(parents.get(0), message.fingerprint());
    }
    Set<Node> equal = new LinkedHashSet<>();
    String text = null;
    for (Node parent : parents) {
      equal.addAll(tree.children(parent, message.fingerprint()));
      for (Node broken : tree.broken(parent)) {
        text = text == null ? Wording.of(message.role(), message.text()) : text;
        if (broken.isBegunBy(text, message)) {
          equal.add(broken);
        }
      }
    }
    return List.copyOf(equal);
  }

  /**
   * Consecutive messages of the request that are consecutive in the tree.
   *
   * @param to behind the last of them
   * @param end where the last of them is in the tree
   * @param answers whether there is an answer in it
   */
  private record Run(int from, int to, Node end, boolean answers) {
    int length() {
      return to - from;
    }
  }

  private static final Comparator<Run> SHORTEST_FIRST =
      Comparator.comparing(Run::length).thenComparing(run -> run.end().recorded());

  /**
   * The longest run that contains an answer, of equal ones the newest; null where there is none.
   */
  private Run longestRun(List<Message> chain) {
    Run longest = null;
    List<Run> runs = List.of();
    for (int i = 0; i < chain.size(); i++) {
      Message message = chain.get(i);
      boolean assistant = message.isAssistant();
      Map<String, Run> longer = new HashMap<>();
      for (Run run : runs) {
        for (Node end : next(List.of(run.end()), chain, i)) {
          Run grown = new Run(run.from(), i + 1, end, run.answers() || assistant);
          longer.merge(end.id(), grown, Walk::longerOf);
        }
      }
      List<Node> starts = tree.saying(message.fingerprint());
      for (Node start : starts.subList(Math.max(0, starts.size() - MOST_RUNS), starts.size())) {
        longer.putIfAbsent(start.id(), new Run(i, i + 1, start, assistant));
      }
      runs = longer.values().stream().sorted(SHORTEST_FIRST.reversed()).limit(MOST_RUNS).toList();
      for (Run run : runs) {
        if (run.answers() && (longest == null || SHORTEST_FIRST.compare(run, longest) > 0)) {
          longest = run;
        }
      }
    }
    return longest;
  }

  private static Run longerOf(Run one, Run other) {
    return other.length() > one.length() ? other : one;
  }
}
