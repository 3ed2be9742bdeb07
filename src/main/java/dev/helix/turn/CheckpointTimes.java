package dev.helix.turn;

/**
 * When what has come so far of an answer is to be recorded while it runs: when the first word that
 * is not recorded has been there for the interval, as long as all checkpoints of the answer come to
 * at most three times what has come of it by then, with what is kept beside it. So the first ones
 * follow one another at the interval, and further ones when the answer is half as long again, and
 * what is written is linear in the answer and its note. In nanoseconds of a clock such as {@link
 * System#nanoTime}; used from the turn's mailbox.
 */
final class CheckpointTimes {
  private static final int MOST_WRITTEN = 3;

  /** One that could not be taken is due again after such a part of the interval. */
  private static final int SOON = 4;

  private final long interval;
  private long size;
  private long recorded;
  private long written;
  private long note;
  private long since;
  private boolean underWay;
  private boolean over;

  /** No checkpoints, where the interval is zero. */
  CheckpointTimes(long interval) {
    this.interval = interval;
    this.over = interval == 0;
  }

  /** So much has come of the answer by then. */
  void answerIs(long newSize, long at) {
    if (newSize > size) {
      since = size == recorded ? at : since;
      size = newSize;
    }
  }

  /** In how many nanoseconds the next one is due; {@link TurnTimes#NEVER} where none is. */
  long left(long at) {
    boolean none = over || underWay || size == recorded;
    return none || written > (MOST_WRITTEN - 1) * (size + note)
        ? TurnTimes.NEVER
        : interval - (at - since);
  }

  /** One has begun: what has come by now is on its way to the store, and so much beside it. */
  void begun(long beside) {
    underWay = true;
    recorded = size;
    note = beside;
    written += size + beside;
  }

  void ended() {
    underWay = false;
  }

  /** None can be taken now. */
  void postponed(long at) {
    since = at - interval + interval / SOON;
  }

  /** None will be taken any more. */
  void over() {
    over = true;
  }
}
