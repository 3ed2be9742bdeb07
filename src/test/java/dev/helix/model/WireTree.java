package dev.helix.model;

import dev.helix.message.AnswerStatus;
import dev.helix.model.WireWalk.Found;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The tree that requests without ids tell of. Where it differs from the chat that the person sees,
 * a rule here or in {@link WireWalk} says so. Not thread-safe.
 */
final class WireTree {
  /** A message that is to be stored. */
  static final class Node {
    final Node parent;
    final List<Node> children = new ArrayList<>();
    Said said;
    AnswerStatus status;
    boolean continued;
    int recorded;

    private Node(Node parent) {
      this.parent = parent;
    }

    boolean isBroken() {
      return status != null && status != AnswerStatus.COMPLETED;
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
    List<Said> said = nodesOf(request);
    Found found = new WireWalk(root, nodes).find(said);
    Node end = found.best(said.size());
    List<Said> added = said.subList(found.to(), said.size());
    for (Said message : added) {
      end = add(end, message, statusOf(message));
    }
    Said last = said.isEmpty() ? null : said.get(said.size() - 1);
    boolean goesOn = last != null && last.isAnswer();
    boolean guessed = goesOn && found.ends().size() > 1;
    return new Place(end, goesOn ? last : null, List.copyOf(added), guessed);
  }

  /** How an answer ended that is stored elsewhere, the newest of equal ones. */
  private AnswerStatus statusOf(Said message) {
    return nodes.stream()
        .filter(node -> message.isAnswer() && WireWalk.equal(message, node))
        .max(Comparator.comparing(node -> node.recorded))
        .map(node -> node.status)
        .orElse(null);
  }

  /** Whether all of a request is found, so that placing it adds nothing. */
  boolean has(List<Said> request) {
    List<Said> said = nodesOf(request);
    return new WireWalk(root, nodes).find(said).to() == said.size();
  }

  /** Without the system message, which is no node, and empty answers, which add nothing. */
  private static List<Said> nodesOf(List<Said> request) {
    return request.stream()
        .filter(message -> !message.role().equals("system"))
        .filter(message -> !message.isAnswer() || !message.core().isEmpty())
        .toList();
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
    boolean whole = old.said.squeezedCore().equals(place.goesOn().squeezedCore());
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
