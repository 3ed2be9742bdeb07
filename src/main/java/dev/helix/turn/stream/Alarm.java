package dev.helix.turn.stream;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One timer that is set again and again, for a deadline that mostly moves away: setting it later
 * costs nothing, it then rings early and is looked at again. Used from one mailbox, to which it
 * also rings.
 */
public final class Alarm {
  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  /** So much later than asked for it may ring, so that it is not set anew for nothing. */
  private static final long LATE = 1_000_000;

  private final ScheduledExecutorService timers;
  private final Executor mailbox;
  private final Runnable ring;
  private ScheduledFuture<?> scheduled;
  private long scheduledIn;
  private long scheduledFrom;

  public Alarm(ScheduledExecutorService timers, Executor mailbox, Runnable ring) {
    this.timers = timers;
    this.mailbox = mailbox;
    this.ring = ring;
  }

  /**
   * Rings when so many nanoseconds have passed, or earlier, or a millisecond later; {@link #NEVER}
   * leaves the alarm as it is.
   */
  public void in(long nanos) {
    if (nanos == NEVER) {
      return;
    }
    if (scheduled != null) {
      long left = scheduledIn - (System.nanoTime() - scheduledFrom);
      if (left <= nanos + LATE) {
        return;
      }
      scheduled.cancel(false);
    }
    scheduledIn = Math.max(0, nanos);
    scheduledFrom = System.nanoTime();
    scheduled =
        timers.schedule(() -> mailbox.execute(this::rung), scheduledIn, TimeUnit.NANOSECONDS);
  }

  private void rung() {
    scheduled = null;
    ring.run();
  }

  public void cancel() {
    if (scheduled != null) {
      scheduled.cancel(false);
      scheduled = null;
    }
  }
}
