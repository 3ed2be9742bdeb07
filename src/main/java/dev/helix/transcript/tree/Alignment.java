package dev.helix.transcript.tree;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How far a request's history and a path of the tree agree, seen from their ends. Where ids say
 * what a question follows, the history is not looked for; but messages in it that a person changed
 * in place are found here, in a history that is whole, one for one. Specification section 4.
 *
 * @param at the question's place in the request
 * @param differences how many messages of the request are not what is stored
 * @param spoken whether it does not stand right behind a result, as a tool's images do
 * @param steps how many messages before it agree
 * @param walked how many messages of both were looked at
 * @param whole whether the request and the path begin together, and nothing is missing between
 * @param doubtful whether the history agrees as well where the question stands elsewhere in it
 * @param changes in a whole history those that say something else now
 */
record Alignment(
    int at,
    int differences,
    boolean spoken,
    int steps,
    int walked,
    boolean whole,
    boolean doubtful,
    List<Change> changes) {
  private static final Comparator<Alignment> WORST_FIRST =
      Comparator.comparing(Alignment::differences)
          .reversed()
          .thenComparing(Alignment::whole)
          .thenComparing(Alignment::steps)
          .thenComparing(Alignment::spoken)
          .thenComparing(Alignment::at);

  /** Whether the question is the one at that place, also where it says something else. */
  boolean isSure(RequestChain chain) {
    return !doubtful && (whole || steps > 0 || chain.hasOneQuestion());
  }

  record Change(Node node, Message message) {}

  /**
   * Finds a stored question in a request that may have further user messages behind it, also behind
   * an old answer to it.
   */
  static Alignment ofStored(TranscriptTree tree, RequestChain chain, Node question, Node parent) {
    Walk walk = new Walk(tree);
    List<Alignment> places = new ArrayList<>();
    Alignment best = null;
    long steps = 4L * chain.size() + 2L * tree.size();
    for (int i = chain.size() - 1; i >= 0 && steps > 0; i--) {
      if (chain.kind(i) != MessageKind.QUESTION) {
        continue;
      }
      boolean foreign = talks(chain, i) && !answered(walk, question, chain, i);
      int differences = (question.is(chain.get(i)) ? 0 : 1) + (foreign ? 1 : 0);
      Alignment next = of(tree, chain, i, differences, parent);
      steps -= next.walked() + 1;
      places.add(next);
      best = best == null || WORST_FIRST.compare(next, best) > 0 ? next : best;
      if (best.whole() && best.differences() == 0) {
        return best;
      }
    }
    if (best == null || answered(walk, question, chain, best.at())) {
      return best;
    }
    Alignment first = best;
    places.removeIf(place -> !first.mayBeAt(place.at(), walk, chain, question));
    return best.isRivalled(places, chain, question) ? best.inDoubt() : best;
  }

  /**
   * Whether the question may stand at another place too. Where another answer than its own follows,
   * only if that was changed: further down, or as the one before a hint.
   */
  private boolean mayBeAt(int other, Walk walk, RequestChain chain, Node question) {
    boolean foreign = talks(chain, other) && !answered(walk, question, chain, other);
    boolean hint = at - other == 2 && question.is(chain.get(at)) && question.is(chain.get(other));
    return !foreign || other > at || hint;
  }

  /** Whether a stored answer to the question stands behind that place in the request. */
  private static boolean answered(Walk walk, Node question, RequestChain chain, int at) {
    return talks(chain, at) && walk.below(question, chain.get(at + 1)).to() > 0;
  }

  private static boolean talks(RequestChain chain, int at) {
    return at + 1 < chain.size() && chain.get(at + 1).isAssistant();
  }

  /** Whether the question may as well stand at another place, by what differs or by its words. */
  private boolean isRivalled(List<Alignment> places, RequestChain chain, Node question) {
    boolean sound = whole || question.is(chain.get(at));
    return places.stream()
        .filter(place -> place.at() != at)
        .anyMatch(
            place -> {
              boolean equal = question.is(chain.get(place.at()));
              boolean asGood = place.differences() == differences;
              return (asGood && (equal || place.whole() == whole)) || (equal && !sound);
            });
  }

  private Alignment inDoubt() {
    return new Alignment(at, differences, spoken, steps, walked, whole, true, List.of());
  }

  /** Goes back from a question in the request, and from its parent in the tree, in step. */
  static Alignment of(TranscriptTree tree, RequestChain chain, int at, Node parent) {
    return of(tree, chain, at, 0, parent);
  }

  private static Alignment of(
      TranscriptTree tree, RequestChain chain, int at, int differences, Node parent) {
    List<Change> changes = new ArrayList<>();
    Node node = parent;
    int i = at - 1;
    int left = tree.size(); // A file changed by hand may lead in a circle.
    boolean answered = false;
    int agreed = 0;
    int questions = 0;
    int rewritten = 0;
    while (i >= 0 && node != null && left-- > 0) {
      Message message = chain.get(i);
      int above = above(tree, node, chain, i);
      Message before = above < 0 ? null : chain.get(above);
      MessageKind kind = chain.kind(i);
      if (node.is(message)) {
        answered = message.isAssistant();
        agreed++;
      } else if (kind == MessageKind.QUESTION
          && !isBehindResult(chain, i)
          && node.kind() == MessageKind.QUESTION
          && answered) {
        // A person wrote it anew, or its context is gone: the same answer follows it.
        changes.add(new Change(node, message));
        answered = false;
        rewritten++;
        agreed++;
      } else if (kind == MessageKind.ANSWER
          && node.kind() == MessageKind.ANSWER
          && agree(Walk.before(tree, node, before), before)) {
        changes.add(new Change(node, message));
        answered = false;
      } else if (isBehindResult(chain, i) && node.is(chain.get(i - 1))) {
        i--; // A tool's images, which the tree does not have.
        continue;
      } else if (isLeftOut(node, kind)) {
        node = tree.parent(node);
        continue;
      } else {
        break;
      }
      questions += kind == MessageKind.QUESTION ? 1 : 0;
      node = Walk.before(tree, node, before);
      i = above;
    }
    boolean spoken = at == 0 || chain.kind(at - 1) != MessageKind.RESULT;
    boolean whole = i < 0 && node == null;
    List<Change> found = whole ? byPeople(changes, rewritten, questions) : List.of();
    int more = node == null ? i + 1 : 0; // The path has none that they could be.
    return new Alignment(
        at,
        differences + found.size() + more,
        spoken,
        agreed,
        tree.size() - left,
        whole,
        false,
        found);
  }

  /** Nobody writes most of their questions anew: then a filter does, each time. */
  static List<Change> byPeople(List<Change> changes, int rewritten, int questions) {
    return rewritten < 2 || 2L * rewritten <= questions
        ? List.copyOf(changes)
        : changes.stream().filter(change -> change.node().kind() != MessageKind.QUESTION).toList();
  }

  /** The place before one in the request, without a tool's images. */
  private static int above(TranscriptTree tree, Node node, RequestChain chain, int at) {
    Node parent = tree.parent(node);
    return isBehindResult(chain, at - 1) && parent != null && parent.is(chain.get(at - 2))
        ? at - 2
        : at - 1;
  }

  private static boolean isBehindResult(RequestChain chain, int at) {
    return at > 0
        && chain.kind(at) == MessageKind.QUESTION
        && chain.kind(at - 1) == MessageKind.RESULT;
  }

  /** Whether a client leaves a message out where the request has one of another kind. */
  private static boolean isLeftOut(Node node, MessageKind there) {
    return switch (node.kind()) {
      case ANSWER -> node.silent() || (there != MessageKind.ANSWER && node.kept() != null);
      case CALL, RESULT -> there == MessageKind.QUESTION;
      case ERASED -> true;
      default -> false;
    };
  }

  private static boolean agree(Node node, Message message) {
    return node == null ? message == null : message != null && node.is(message);
  }
}
