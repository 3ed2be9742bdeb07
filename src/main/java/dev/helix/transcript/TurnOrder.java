package dev.helix.transcript;

import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import java.time.Instant;
import java.util.Comparator;

/**
 * Which of two answers is of the later turn, whenever they were recorded: the one whose turn began
 * when the log had more elements; of turns that began at one length of it, that which began later
 * by the clock, or of which that is not known, as clients have sent its answer. Immutable.
 * Specification section 4.
 *
 * @param after how many elements the log had when the turn began
 * @param began when that was; null where it is not known
 * @param recorded the number of the answer's element in the log
 */
public record TurnOrder(long after, Instant began, long recorded) implements Comparable<TurnOrder> {
  private static final Comparator<TurnOrder> ORDER =
      Comparator.comparingLong(TurnOrder::after)
          .thenComparing(TurnOrder::began, Comparator.nullsLast(Comparator.naturalOrder()))
          .thenComparing(TurnOrder::recorded);

  /** The place of an answer that is the element of this number, of which the first is 1. */
  public static TurnOrder of(Message answer, long recorded) {
    ElementFields fields = answer.element();
    long before = recorded - 1;
    long after = fields.after() == null ? before : Math.min(before, fields.after());
    return new TurnOrder(after, fields.began(), recorded);
  }

  /** Whether no answer that was recorded before can be of a later turn. */
  public boolean isLast() {
    return after == recorded - 1;
  }

  @Override
  public int compareTo(TurnOrder other) {
    return ORDER.compare(this, other);
  }

  /** The later of two. */
  static TurnOrder latest(TurnOrder one, TurnOrder other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
