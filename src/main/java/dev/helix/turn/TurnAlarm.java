package dev.helix.turn;

import dev.helix.turn.TurnTimes.Due;
import dev.helix.turn.TurnTimes.Situation;
import dev.helix.turn.stream.Alarm;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Tells a turn what comes due, by its times and its situation. Used from the turn's mailbox. */
final class TurnAlarm {
  private final TurnTimes times;
  private final Supplier<Situation> situation;
  private final Consumer<Due> turn;
  private final Alarm alarm;

  TurnAlarm(
      TurnTimes times,
      Supplier<Situation> situation,
      Consumer<Due> turn,
      ScheduledExecutorService timers,
      Executor mailbox) {
    this.times = times;
    this.situation = situation;
    this.turn = turn;
    this.alarm = new Alarm(timers, mailbox, this::rung);
  }

  /** Sets the alarm anew, after the turn's situation may have changed. */
  void set() {
    long next = times.untilNext(situation.get());
    if (next == Alarm.NEVER) {
      alarm.cancel();
    } else {
      alarm.in(next);
    }
  }

  private void rung() {
    Due due = times.due(situation.get());
    if (due != null) {
      turn.accept(due);
    }
    // What else is due rings again at once, and sees what this has changed.
    set();
  }
}
