package dev.helix.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

/** What is stored of a chat against what the person sees. Not thread-safe. */
final class Comparison {
  private final Habits habits;
  private final boolean threads;
  private final List<ChatNode> nodes;
  private final WireTree wire = new WireTree();

  /** Whether an answer of the chat went on, so that white space in answers is anyone's. */
  private boolean wentOn;

  /** Whether one of equal answers went on, so that it may be another one, or ids alone tell. */
  private boolean guessed;

  /**
   * @param threads whether it is left to threads what is stored first
   * @param nodes the chat's messages, as they are at each moment
   */
  Comparison(Habits habits, boolean threads, List<ChatNode> nodes) {
    this.habits = habits;
    this.threads = threads;
    this.nodes = nodes;
  }

  /** What comes now is told by ids alone. */
  void idsAlone() {
    guessed = true;
  }

  /** A request for an answer goes out. */
  WireTree.Place sent(ChatNode answer, Exchange.Round round) {
    WireTree.Place place = wire.place(round.request());
    wentOn |= place.goesOn() != null;
    guessed |= place.guessed();
    if (!isLost(answer)) {
      List<String> twice =
          place.added().stream()
              .filter(said -> said.isAnswer() || said.isCalls())
              .map(Said::toString)
              .toList();
      assertEquals(List.of(), twice, "answers that the model itself takes for new ones");
    }
    return place;
  }

  /** The reply to a request comes. */
  void replied(WireTree.Place place, Exchange.Round round) {
    if (round.recorded()) {
      wire.record(place, round.reply(), round.status());
    }
  }

  void check(Stored stored) {
    if (habits.ids()) {
      assertEquals(ChatOutline.of(nodes).sorted(), stored.named(nodes).sorted());
    } else if (threads) {
      assertEquals(wire.outline(wentOn).sorted(), stored.outline(wentOn).sorted());
    } else {
      assertEquals(wire.outline(wentOn).inOrder(), stored.outline(wentOn).inOrder());
    }
  }

  /** Each branch that a person could go on with is in the tree, as far as the wire tells. */
  void everyBranchIsFound() {
    if (habits.ids() || habits.last() > 0) {
      return;
    }
    for (ChatNode node : nodes) {
      List<Said> branch = new ArrayList<>();
      for (ChatNode at : node.path()) {
        branch.addAll(at.isAnswer() ? at.wire(habits) : List.of(at.question.plain()));
      }
      if (node.isShown() && !isLost(node) && !wire.has(branch)) {
        throw new AssertionError("not found: the branch of " + node.id);
      }
    }
  }

  /**
   * Whether the wire cannot tell where this message is. To it a hint is a question, and what
   * follows is sought in vain below the question that it was a hint for; so it may be of all in a
   * chat that has one. And a question whose unmarked context is gone is another question if no
   * answer follows.
   */
  private boolean isLost(ChatNode message) {
    return guessed
        || hasOddGap()
        || nodes.stream().anyMatch(node -> node.guided)
        || message.path().stream()
            .anyMatch(
                node -> !node.isAnswer() && node.question.context() == Question.Context.UNMARKED);
  }

  /**
   * Whether histories may lack something else than a question with its answer: then an answer
   * stands behind another question, as if it were another one. With ids it does not matter.
   */
  private boolean hasOddGap() {
    boolean clippedWithin =
        habits.last() > 0 && (habits.first() % 2 != 0 || habits.last() % 2 == 0);
    return clippedWithin
        || nodes.stream().anyMatch(node -> node.isAnswer() && node.parent != node.home)
        || (habits.ids() && (habits.last() > 0 || nodes.stream().anyMatch(node -> node.deleted)))
        || nodes.stream().anyMatch(node -> node.rewritten);
  }

  /** The trees, for people. */
  String account(Stored stored) {
    return "the person sees\n"
        + ChatOutline.of(nodes).inOrder()
        + (habits.ids() ? "" : "\nthe wire tells\n" + wire.outline(false).inOrder())
        + "\nstored is\n"
        + stored.outline(false).inOrder();
  }
}
