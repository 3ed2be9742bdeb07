package dev.helix.turn;

import java.util.function.LongSupplier;

/**
 * When what happened last in a turn, and how long it may go on like that. All in nanoseconds of a
 * clock such as {@link System#nanoTime}; used from the turn's mailbox.
 */
final class TurnTimes {
  static final long NEVER = Long.MAX_VALUE;

  /** So many signs of life come at twice the pace: who left must be noticed within 15 s. */
  private static final int HURRIED = 2;

  /** The first silence after which a caller shows that it is there, when another turn waits. */
  private static final long FIRST_PROBE = 100_000_000;

  /** How long a backend may take to end its body behind the answer's end before it is given up. */
  private static final long LINGER = 2_000_000_000L;

  /** What may come due, the more urgent first, named as what comes of it. */
  enum Due {
    LOCKED,
    LATE,
    COMMIT,
    FINISHED,
    SILENT,
    STALLED,
    KEEP_ALIVE,
    CHECKPOINT,
    WATCH,
    LINGER
  }

  /**
   * What of a turn decides which times count.
   *
   * @param callerOwes whether the caller has not taken what it was given
   * @param atBoundary whether a sign of life may be put in
   * @param finished whether the backend has said all of its answer, though it has not ended
   */
  record Situation(
      TurnPhase phase,
      boolean streamBegun,
      boolean queued,
      boolean callerOwes,
      boolean atBoundary,
      boolean finished,
      boolean backendOver) {}

  private static final Due[] DUES = Due.values();

  private final TurnSettings settings;
  private final boolean stream;
  private final LongSupplier clock;
  private final CheckpointTimes checkpoints;
  private long started;
  private long backend;
  private long answered;
  private long answerSize;
  private long progress;
  private long written;
  private long over;
  private int hurried;
  private long probe = NEVER;
  private boolean watched;

  TurnTimes(TurnSettings settings, boolean stream, LongSupplier clock) {
    this.settings = settings;
    this.stream = stream;
    this.clock = clock;
    this.checkpoints = new CheckpointTimes(settings.checkpoint().toNanos());
    begun();
    over = started;
  }

  /** The turn begins only now: until here it waited for the one before. */
  void begun() {
    started = clock.getAsLong();
    backend = started;
    answered = started;
    progress = started;
    written = started;
  }

  void backendSpoke() {
    backend = clock.getAsLong();
  }

  /** The backend was held up by us until now. */
  void backendHeldUp() {
    backend = clock.getAsLong();
    answered = backend;
  }

  CheckpointTimes checkpoints() {
    return checkpoints;
  }

  /**
   * So much of the answer has come: if it is more, what the backend said was no sign of life.
   *
   * @param kept how much it is to record
   */
  void answerIs(long size, long kept) {
    checkpoints.answerIs(kept, backend);
    if (size != answerSize) {
      answerSize = size;
      answered = backend;
    }
  }

  /** Something was given to the caller; {@code first} where nothing waited before. */
  void callerGiven(boolean first) {
    written = clock.getAsLong();
    if (first) {
      progress = written;
    }
  }

  void callerTook() {
    progress = clock.getAsLong();
  }

  void committed() {
    hurried = HURRIED;
  }

  /** Another turn waits: whether the caller is there is to show soon, then more and more rarely. */
  void awaited() {
    probe = FIRST_PROBE;
  }

  void keptAlive() {
    if (hurried > 0) {
      hurried--;
    }
    probe = probe > NEVER / 2 ? NEVER : 2 * probe;
  }

  /** The server is to tell when the caller leaves; false where that was asked before. */
  boolean watched() {
    boolean first = !watched;
    watched = true;
    return first;
  }

  /** The turn is over, though its backend may not be. */
  void over() {
    over = clock.getAsLong();
  }

  /** What is due; the most urgent, where there is more than one. Null when nothing is. */
  Due due(Situation now) {
    long at = clock.getAsLong();
    for (Due due : DUES) {
      if (left(due, now, at) <= 0) {
        return due;
      }
    }
    return null;
  }

  /** In how many nanoseconds something may be due next, or {@link #NEVER}. */
  long untilNext(Situation now) {
    long at = clock.getAsLong();
    long next = NEVER;
    for (Due due : DUES) {
      next = Math.min(next, left(due, now, at));
    }
    // In time for a silent whole answer, whose head need not set the alarm anew then.
    return now.phase() == TurnPhase.WAITING
        ? Math.min(next, settings.idleTimeout().toNanos())
        : next;
  }

  /** How long a stream may be silent before a sign of life goes out. */
  private long silence() {
    long usual = settings.commentInterval().toNanos() / (hurried > 0 ? 2 : 1);
    return Math.min(usual, probe);
  }

  private long left(Due due, Situation now, long at) {
    TurnPhase phase = now.phase();
    boolean waiting = phase == TurnPhase.WAITING;
    boolean answering = phase == TurnPhase.ANSWERING;
    return switch (due) {
      case LOCKED ->
          phase == TurnPhase.IN_QUEUE ? settings.historyWait().toNanos() - (at - started) : NEVER;
      case LATE -> waiting ? settings.firstByteTimeout().toNanos() - (at - started) : NEVER;
      case COMMIT ->
          waiting && stream && !now.streamBegun()
              ? settings.commitAfter().toNanos() - (at - started)
              : NEVER;
      // While the caller holds the backend up, its silence is not its own.
      case FINISHED ->
          answering && now.finished() && !now.queued()
              ? Math.min(settings.doneTimeout().toNanos(), settings.idleTimeout().toNanos())
                  - (at - answered)
              : NEVER;
      case SILENT ->
          answering && !now.queued() ? settings.idleTimeout().toNanos() - (at - backend) : NEVER;
      case STALLED ->
          phase != TurnPhase.ENDED && now.callerOwes()
              ? settings.stalledReaderTimeout().toNanos() - (at - progress)
              : NEVER;
      // A whole answer that passes has begun too, and is no place for one.
      case KEEP_ALIVE ->
          (waiting || answering) && stream && now.streamBegun() && !now.queued() && now.atBoundary()
              ? silence() - (at - written)
              : NEVER;
      case CHECKPOINT -> answering && now.streamBegun() ? checkpoints.left(at) : NEVER;
      // A stream shows by its signs of life that its caller is there.
      case WATCH ->
          (waiting || answering) && !stream && !watched
              ? settings.commentInterval().toNanos() - (at - started)
              : NEVER;
      case LINGER -> phase == TurnPhase.ENDED && !now.backendOver() ? LINGER - (at - over) : NEVER;
    };
  }
}
