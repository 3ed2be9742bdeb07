package dev.helix.chat;

/**
 * When what happened last in a turn, and how long it may go on like that. All in nanoseconds of
 * {@link System#nanoTime}; used from the turn's mailbox.
 */
final class TurnTimes {
  /**
   * How many comments come at twice the pace after a stream began unanswered: a caller that left
   * must be noticed within 15 s.
   */
  private static final int HURRIED_COMMENTS = 2;

  /** By then the answer is not near, and the question does not wait to be forced with it. */
  private static final long FORCE_AFTER = 20_000_000L;

  private final long firstByte;
  private final long idle;
  private final long stalled;
  private final long commitAfter;
  private final long commentInterval;
  private final boolean stream;
  private final long started = System.nanoTime();
  private long upstream = started;
  private long progress = started;
  private long written = started;
  private int hurried;

  TurnTimes(ChatSettings settings, boolean stream) {
    this.firstByte = settings.firstByteTimeout().toNanos();
    this.idle = settings.idleTimeout().toNanos();
    this.stalled = settings.stalledReaderTimeout().toNanos();
    this.commitAfter = settings.commitAfter().toNanos();
    this.commentInterval = settings.commentInterval().toNanos();
    this.stream = stream;
  }

  void upstreamSpoke() {
    upstream = System.nanoTime();
  }

  /** The upstream was held up by us until now. */
  void upstreamAsked() {
    upstream = System.nanoTime();
  }

  /** Something was given to the caller; {@code first} where nothing waited before. */
  void callerGiven(boolean first) {
    written = System.nanoTime();
    if (first) {
      progress = written;
    }
  }

  void callerTook() {
    progress = System.nanoTime();
  }

  /** The stream began without the upstream. */
  void begunUnanswered() {
    hurried = HURRIED_COMMENTS;
  }

  void commented() {
    if (hurried > 0) {
      hurried--;
    }
  }

  boolean mustForce() {
    return untilForce() <= 0;
  }

  long untilForce() {
    return left(started, FORCE_AFTER);
  }

  boolean firstByteMissed() {
    return left(started, firstByte) <= 0;
  }

  boolean mustBegin(boolean begun) {
    return stream && !begun && left(started, commitAfter) <= 0;
  }

  long untilWaitingEnds(boolean begun) {
    long first = left(started, firstByte);
    return stream && !begun ? Math.min(first, left(started, commitAfter)) : first;
  }

  boolean idle() {
    return untilIdle() <= 0;
  }

  long untilIdle() {
    return left(upstream, idle);
  }

  boolean callerStalled() {
    return untilStalled() <= 0;
  }

  long untilStalled() {
    return left(progress, stalled);
  }

  boolean commentDue() {
    return untilComment() <= 0;
  }

  long untilComment() {
    return left(written, hurried > 0 ? commentInterval / 2 : commentInterval);
  }

  private static long left(long since, long allowed) {
    return allowed - (System.nanoTime() - since);
  }
}
