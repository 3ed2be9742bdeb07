package dev.helix.turn;

import dev.helix.session.SessionException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Brings questions to the disk whose answers do not come at once, and so will not be forced with
 * them. All that wait are looked at together, by one timer. Thread-safe.
 */
final class QuestionForcer {
  /** By then the answer is not near. */
  private static final long PATIENCE_NANOS = 20_000_000;

  private static final long LOOK_MILLIS = 10;

  /** Asked since, on the clock of {@link System#nanoTime}. */
  private record Waiting(long since, TurnRecord record, Consumer<SessionException> onFailure) {}

  private final Executor disk;
  private final ScheduledExecutorService timers;
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean looks = new AtomicBoolean();

  QuestionForcer(Executor disk, ScheduledExecutorService timers) {
    this.disk = disk;
    this.timers = timers;
  }

  /** A question has been placed; a failure to force it is told on one of the disk's threads. */
  void add(TurnRecord record, Consumer<SessionException> onFailure) {
    if (record.mustForce()) {
      waiting.add(new Waiting(System.nanoTime(), record, onFailure));
      lookLater();
    }
  }

  private void lookLater() {
    if (!looks.get() && looks.compareAndSet(false, true)) {
      ScheduledFuture<?> unused = timers.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    long now = System.nanoTime();
    for (Waiting first = waiting.peek();
        first != null && now - first.since() >= PATIENCE_NANOS;
        first = waiting.peek()) {
      waiting.remove();
      force(first);
    }
    looks.set(false);
    if (!waiting.isEmpty()) {
      lookLater();
    }
  }

  private void force(Waiting question) {
    if (question.record().mustForce()) {
      disk.execute(
          () -> {
            try {
              question.record().forceQuestion();
            } catch (SessionException e) {
              question.onFailure().accept(e);
            }
          });
    }
  }
}
