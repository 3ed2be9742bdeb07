package dev.helix.model;

import dev.helix.session.AnswerStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The tree that requests without ids tell of: an independent reading of the specification's section
 * 4, which looks at every message each time. Each case in which it differs from the chat that the
 * person sees is a rule here. Not thread-safe.
 */
final class WireTree {
  /** A message that is to be stored. */
  static final class Node {
    private final Node parent;
    private final List<Node> children = new ArrayList<>();
    private Said said;
    private AnswerStatus status;
    private boolean continued;
    private int recorded;

    private Node(Node parent) {
      this.parent = parent;
    }

    private String label(boolean squeezed) {
      return (squeezed ? said.squeezed() : said)
          + (status == null ? "" : " (" + status.wireName() + ")");
    }
  }

  /**
   * Where a request's messages are.
   *
   * @param end the last of them, below which the answer hangs
   * @param goesOn the answer's beginning where the request ends with one, else null
   * @param added what was not there before
   * @param guessed whether several were equal to the answer that is to go on
   */
  record Place(Node end, Said goesOn, List<Said> added, boolean guessed) {}

  private final Node root = new Node(null);
  private final List<Node> nodes = new ArrayList<>();
  private int recorded;

  /** Finds or adds a request's messages. */
  Place place(List<Said> request) {
    List<Said> said = new ArrayList<>();
    for (Said message : request) {
      // The system message is no node, and an empty assistant message adds nothing.
      boolean empty = message.isAnswer() && message.core().isEmpty();
      if (!empty && !message.role().equals("system")) {
        said.add(message);
      }
    }
    Run found = walk(Set.of(root), said, 0);
    boolean answered = said.subList(0, found.length()).stream().anyMatch(Said::isAnswer);
    if (found.length() == 0 || !answered) {
      Run anchored = anchor(said, found.length());
      found = anchored == null ? found : anchored;
    }
    Node end = best(found, said);
    List<Said> added = said.subList(found.first() + found.length(), said.size());
    for (Said message : added) {
      end = add(end, message, null);
    }
    Said last = said.isEmpty() ? null : said.get(said.size() - 1);
    boolean goesOn = last != null && last.isAnswer();
    boolean guessed = goesOn && found.ends().size() > 1;
    return new Place(end, goesOn ? last : null, List.copyOf(added), guessed);
  }

  /** Whether all of a request is found, so that placing it adds nothing. */
  boolean has(List<Said> request) {
    List<Said> said = request.stream().filter(m -> !m.core().isEmpty() || !m.isAnswer()).toList();
    return walk(Set.of(root), said, 0).length() == said.size();
  }

  /** Records an answer. */
  void record(Place place, Said answer, AnswerStatus status) {
    if (place.goesOn() == null) {
      add(place.end(), answer, status);
      return;
    }
    // "Continue" is a new version of the same answer, its text the old and the new together.
    Node old = place.end();
    if (status != AnswerStatus.COMPLETED && Said.trim(answer.text()).isEmpty()) {
      return; // nothing came
    }
    boolean whole = squeezed(old.said.core()).equals(squeezed(place.goesOn().core()));
    Said before = whole ? old.said : place.goesOn();
    old.said = Said.answer(before.text() + answer.text(), before.seen() + answer.seen(), null);
    old.status = status;
    old.continued = true;
    old.recorded = ++recorded;
  }

  private Node add(Node parent, Said said, AnswerStatus status) {
    Node node = new Node(parent);
    node.said = said;
    node.status = status;
    node.recorded = ++recorded;
    parent.children.add(node);
    nodes.add(node);
    return node;
  }

  /** Consecutive messages of a request that are consecutive messages of paths. */
  private record Run(int first, int length, Set<Node> ends) {}

  /** Walks with the set of all nodes that equal the next message, as deep as any goes. */
  private static Run walk(Set<Node> from, List<Said> said, int first) {
    Set<Node> at = from;
    int next = first;
    while (next < said.size()) {
      Set<Node> deeper = step(at, said, next);
      if (deeper.isEmpty()) {
        break;
      }
      at = deeper;
      next++;
    }
    return new Run(first, next - first, at);
  }

  private static Set<Node> step(Set<Node> at, List<Said> said, int next) {
    Set<Node> below = new LinkedHashSet<>();
    for (Node node : at) {
      below.addAll(node.children);
      if (said.get(next).isAnswer() && node.said != null && node.said.isUser()) {
        below.addAll(afterRounds(node)); // the client may leave the rounds out
      }
    }
    return equal(below, said, next);
  }

  private static Set<Node> equal(Collection<Node> nodes, List<Said> said, int next) {
    Set<Node> equal = new LinkedHashSet<>();
    for (Node node : nodes) {
      if (equal(said.get(next), node)) {
        equal.add(node);
      }
    }
    // A question that gained or lost its context: the same answer follows it.
    Said answer = next + 1 < said.size() ? said.get(next + 1) : null;
    if (said.get(next).isUser() && answer != null && (answer.isAnswer() || answer.isCalls())) {
      if (step(equal, said, next + 1).isEmpty()) {
        Set<Node> sameAnswer = new LinkedHashSet<>();
        for (Node node : nodes) {
          if (node.said.isUser() && !step(Set.of(node), said, next + 1).isEmpty()) {
            sameAnswer.add(node);
          }
        }
        return sameAnswer.isEmpty() ? equal : sameAnswer;
      }
    }
    return equal;
  }

  /** The answers to a question to which tool rounds led. */
  private static List<Node> afterRounds(Node node) {
    List<Node> answers = new ArrayList<>();
    for (Node child : node.children) {
      if (child.said.isCalls() || child.said.result() != null) {
        child.children.stream().filter(below -> below.said.isAnswer()).forEach(answers::add);
        answers.addAll(afterRounds(child));
      }
    }
    return answers;
  }

  private static boolean equal(Said sent, Node node) {
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
    if (sent.core().isEmpty()) {
      return false;
    }
    boolean broken = isBroken(node);
    if (node.continued) {
      // Where an answer was gone on with, white space between the two is anyone's.
      String words = squeezed(sent.core());
      String known = squeezed(stored.core());
      return known.equals(words) || (broken && known.startsWith(words));
    }
    return stored.core().equals(sent.core()) || (broken && stored.core().startsWith(sent.core()));
  }

  private static boolean isBroken(Node node) {
    return node.status != null && node.status != AnswerStatus.COMPLETED;
  }

  static String squeezed(String text) {
    return text.replaceAll("[\\s\\h\\v]+", "");
  }

  /**
   * The longest run with an answer in it, on the newest path, and of such the last in the request,
   * as what stands before a run is not stored; null if there is none.
   *
   * @param fromRoot how much of the request was found from the root, where no answer was
   */
  private Run anchor(List<Said> said, int fromRoot) {
    Run best = null;
    for (int first = 0; first < (fromRoot == 0 ? said.size() : 1); first++) {
      Set<Node> starts = equal(nodes, said, first);
      if (starts.isEmpty()) {
        continue;
      }
      Run rest = walk(starts, said, first + 1);
      Run run = new Run(first, 1 + rest.length(), rest.ends());
      boolean answered =
          said.subList(first, first + run.length()).stream().anyMatch(Said::isAnswer);
      if (!answered || run.length() <= fromRoot) {
        continue;
      }
      boolean newer =
          best != null
              && run.length() == best.length()
              && newest(run.ends()).recorded >= newest(best.ends()).recorded;
      if (best == null || run.length() > best.length() || newer) {
        best = run;
      }
    }
    return best;
  }

  /**
   * Among equal nodes the one that a request means: rather one that it has the whole of than one
   * that a client may have kept it of, and one that is complete; rather one without rounds of tools
   * where it has none; where it is to go on, rather one with nothing below, as a person lets only a
   * last message go on; then the newest.
   */
  private static Node best(Run found, List<Said> said) {
    int next = found.first() + found.length();
    Said last = next == 0 ? null : said.get(next - 1);
    Collection<Node> nodes = found.ends();
    if (last != null && last.isAnswer()) {
      nodes = preferably(nodes, node -> squeezed(last.core()).equals(squeezed(node.said.core())));
      nodes = preferably(nodes, node -> !isBroken(node));
      if (next > 1 && said.get(next - 2).isUser()) {
        nodes = preferably(nodes, node -> node.parent.said != null && node.parent.said.isUser());
      }
      if (next == said.size()) {
        nodes = preferably(nodes, node -> node.children.isEmpty());
      }
    }
    return newest(nodes);
  }

  private static Collection<Node> preferably(Collection<Node> nodes, Predicate<Node> which) {
    List<Node> some = nodes.stream().filter(which).toList();
    return some.isEmpty() ? nodes : some;
  }

  private static Node newest(Collection<Node> nodes) {
    return nodes.stream().max(Comparator.comparingInt(node -> node.recorded)).orElseThrow();
  }

  /**
   * @param squeezed whether answers are without white space
   */
  Outline outline(boolean squeezed) {
    Outline outline = new Outline();
    for (Node node : nodes) {
      String parent = node.parent == root ? null : "" + nodes.indexOf(node.parent);
      outline.add("" + nodes.indexOf(node), parent, node.label(squeezed));
    }
    return outline;
  }
}
