package dev.helix.turn;

import dev.helix.turn.TurnTimes.Due;
import dev.helix.turn.TurnTimes.Situation;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tells a turn what comes due, by its times and its situation. Its one timer is set again only for
 * something earlier: when it rings too early, it is looked at again. Used from the turn's mailbox,
 * to which it also rings.
 */
final class TurnAlarm {
  /** So much later than asked for it may ring, so that it is not set anew for nothing. */
  private static final long LATE = 1_000_000;

  private final TurnTimes times;
  private final Supplier<Situation> situation;
  private final Consumer<Due> turn;
  private final ScheduledExecutorService timers;
  private final Executor mailbox;
  private ScheduledFuture<?> scheduled;
  private long scheduledIn;
  private long scheduledFrom;

  TurnAlarm(
      TurnTimes times,
      Supplier<Situation> situation,
      Consumer<Due> turn,
      ScheduledExecutorService timers,
      Executor mailbox) {
    this.times = times;
    this.situation = situation;
    this.turn = turn;
    this.timers = timers;
    this.mailbox = mailbox;
  }

  /** Sets the alarm anew, after the turn's situation may have changed. */
  void set() {
    long next = times.untilNext(situation.get());
    if (scheduled != null) {
      long left = scheduledIn - (System.nanoTime() - scheduledFrom);
      if (next != TurnTimes.NEVER && left <= next + LATE) {
        return;
      }
      scheduled.cancel(false);
      scheduled = null;
    }
    if (next != TurnTimes.NEVER) {
      scheduledIn = Math.max(0, next);
      scheduledFrom = System.nanoTime();
      scheduled =
          timers.schedule(() -> mailbox.execute(this::rung), scheduledIn, TimeUnit.NANOSECONDS);
    }
  }

  private void rung() {
    scheduled = null;
    Due due = times.due(situation.get());
    if (due != null) {
      turn.accept(due);
    }
    // What else is due rings again at once, and sees what this has changed.
    set();
  }
}
