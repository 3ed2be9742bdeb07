package dev.helix.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How far a request's history and a path of the tree agree, seen from their ends. Where ids say
 * what a question follows, the history is not looked for; but an answer in it that a person changed
 * in place is found here. Specification section 4.
 *
 * @param at the question's place in the request
 * @param asked whether the question says what the stored one of its id does
 * @param steps how many messages before it agree, or are changes
 * @param whole whether the request and the path begin together
 * @param changes the answers that say something else now
 */
record LineUp(int at, boolean asked, int steps, boolean whole, List<Change> changes) {
  /** More user messages than these are not added behind a question. */
  private static final int MOST_TRIED = 16;

  private static final Comparator<LineUp> WORST_FIRST =
      Comparator.comparing(LineUp::whole)
          .thenComparing(LineUp::asked)
          .thenComparing(LineUp::steps)
          .thenComparing(LineUp::at);

  /** An answer that a person changed in place. */
  record Change(Node node, Message message) {}

  /** Finds a stored question in a request that may have further user messages behind it. */
  static LineUp ofStored(SessionTree tree, Chain chain, Node question) {
    LineUp best = null;
    int tried = 0;
    for (int i = chain.size() - 1; i >= 0 && tried < MOST_TRIED; i--) {
      if (chain.kind(i) != Kind.QUESTION) {
        continue;
      }
      tried++;
      LineUp next = of(tree, chain, i, question.is(chain.get(i)), tree.parent(question));
      best = best == null || WORST_FIRST.compare(next, best) > 0 ? next : best;
      if (best.whole() && best.asked()) {
        break;
      }
    }
    return best;
  }

  /** Goes back from a question in the request, and from its parent in the tree, in step. */
  static LineUp of(SessionTree tree, Chain chain, int at, boolean asked, Node parent) {
    List<Change> changes = new ArrayList<>();
    Node node = parent;
    int i = at - 1;
    int left = tree.size(); // A file changed by hand may lead in a circle.
    boolean answered = false;
    while (i >= 0 && node != null && left-- > 0) {
      Message message = chain.get(i);
      Kind kind = chain.kind(i);
      if (node.is(message)) {
        answered = kind == Kind.ANSWER;
      } else if (kind == Kind.QUESTION && node.kind() != Kind.QUESTION) {
        node = tree.parent(node); // The client left this out.
        continue;
      } else if (kind == Kind.QUESTION && answered) {
        answered = false; // It gained or lost its context: the same answer follows it.
      } else if (kind == Kind.ANSWER
          && node.kind() == Kind.ANSWER
          && agree(before(tree, node, chain, i), i == 0 ? null : chain.get(i - 1))) {
        changes.add(new Change(node, message));
        answered = false;
      } else {
        break;
      }
      node = before(tree, node, chain, i);
      i--;
    }
    return new LineUp(at, asked, at - 1 - i, i < 0 && node == null, List.copyOf(changes));
  }

  private static boolean agree(Node node, Message message) {
    return node == null ? message == null : message != null && node.is(message);
  }

  /** What stands before a message in the tree, without tool rounds that the client left out. */
  private static Node before(SessionTree tree, Node node, Chain chain, int at) {
    Node parent = tree.parent(node);
    boolean rounds = parent != null && (parent.kind() == Kind.RESULT || parent.kind() == Kind.CALL);
    boolean resent =
        at > 0 && (chain.kind(at - 1) == Kind.RESULT || chain.kind(at - 1) == Kind.CALL);
    return node.kind() == Kind.ANSWER && rounds && !resent ? tree.question(parent) : parent;
  }
}
