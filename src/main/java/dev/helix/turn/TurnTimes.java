package dev.helix.turn;

import dev.helix.turn.stream.Alarm;
import java.util.EnumMap;
import java.util.Map;

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

  /** How long an upstream may take to end its body behind {@code [DONE]} before it is given up. */
  private static final long LINGER = 2_000_000_000L;

  /** What may come due, the more urgent first. */
  enum Due {
    /** The turn before has not ended. */
    LOCKED,
    /** The upstream gave no status. */
    LATE,
    /** The stream begins without the upstream. */
    BEGIN,
    /** The upstream is silent within its answer. */
    SILENT,
    /** The caller takes nothing. */
    STALLED,
    /** A comment shows that the stream lives. */
    COMMENT,
    /** All is over but the upstream's body. */
    LINGERING
  }

  /**
   * What of a turn decides which times count.
   *
   * @param inLine for the turn before
   * @param waiting for the upstream's status
   * @param answering whether the answer comes
   * @param over whether the turn has ended
   * @param streamBegun whether the caller was given a stream
   * @param queued whether something waits for the caller
   * @param callerOwes whether the caller has not taken what it was given
   * @param atBoundary whether a comment may be put in
   * @param upstreamOver whether the upstream has nothing more to say
   */
  record Situation(
      boolean inLine,
      boolean waiting,
      boolean answering,
      boolean over,
      boolean streamBegun,
      boolean queued,
      boolean callerOwes,
      boolean atBoundary,
      boolean upstreamOver) {}

  private final long inLine;
  private final long firstByte;
  private final long idle;
  private final long stalled;
  private final long commitAfter;
  private final long commentInterval;
  private final boolean stream;
  private long started = System.nanoTime();
  private long upstream = started;
  private long progress = started;
  private long written = started;
  private long over = started;
  private int hurried;

  TurnTimes(TurnSettings settings, boolean stream) {
    this.inLine = settings.historyWait().toNanos();
    this.firstByte = settings.firstByteTimeout().toNanos();
    this.idle = settings.idleTimeout().toNanos();
    this.stalled = settings.stalledReaderTimeout().toNanos();
    this.commitAfter = settings.commitAfter().toNanos();
    this.commentInterval = settings.commentInterval().toNanos();
    this.stream = stream;
  }

  /** The turn begins only now: until here it waited for the one before. */
  void begun() {
    started = System.nanoTime();
    upstream = started;
    progress = started;
    written = started;
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

  /** The turn is over, though its upstream may not be. */
  void over() {
    over = System.nanoTime();
  }

  /** What is due; the first, where there are several. Null when nothing is. */
  Due due(Situation now) {
    for (Map.Entry<Due, Long> deadline : deadlines(now).entrySet()) {
      if (deadline.getValue() <= 0) {
        return deadline.getKey();
      }
    }
    return null;
  }

  /** In how many nanoseconds something is due next, or {@link Alarm#NEVER}. */
  long untilNext(Situation now) {
    long next = Alarm.NEVER;
    for (long left : deadlines(now).values()) {
      next = Math.min(next, left);
    }
    return next;
  }

  private Map<Due, Long> deadlines(Situation now) {
    Map<Due, Long> deadlines = new EnumMap<>(Due.class);
    if (now.over()) {
      if (!now.upstreamOver()) {
        deadlines.put(Due.LINGERING, left(over, LINGER));
      }
      return deadlines;
    }
    if (now.inLine()) {
      deadlines.put(Due.LOCKED, left(started, inLine));
    }
    if (now.waiting()) {
      deadlines.put(Due.LATE, left(started, firstByte));
      if (stream && !now.streamBegun()) {
        deadlines.put(Due.BEGIN, left(started, commitAfter));
      }
    }
    // While the caller holds the upstream up, its silence is not its own.
    if (now.answering() && !now.queued()) {
      deadlines.put(Due.SILENT, left(upstream, idle));
    }
    if (now.callerOwes()) {
      deadlines.put(Due.STALLED, left(progress, stalled));
    }
    boolean open = now.waiting() || now.answering();
    if (open && now.streamBegun() && !now.queued() && now.atBoundary()) {
      deadlines.put(
          Due.COMMENT, left(written, hurried > 0 ? commentInterval / 2 : commentInterval));
    }
    return deadlines;
  }

  private static long left(long since, long allowed) {
    return allowed - (System.nanoTime() - since);
  }
}
