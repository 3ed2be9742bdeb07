package dev.helix.chat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs tasks one after the other, in the order they came, on an executor's threads. What only its
 * tasks touch needs no lock: each task sees all that the ones before it did. Any thread may post,
 * and is never held up.
 */
final class Mailbox implements Executor {
  private final Executor executor;
  private final Consumer<RuntimeException> onFailure;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /** A task that throws goes to {@code onFailure}, and the next one runs all the same. */
  Mailbox(Executor executor, Consumer<RuntimeException> onFailure) {
    this.executor = executor;
    this.onFailure = onFailure;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (waiting.getAndIncrement() == 0) {
      executor.execute(this::drain);
    }
  }

  private void drain() {
    int taken = 1;
    do {
      for (int i = 0; i < taken; i++) {
        try {
          tasks.remove().run();
        } catch (RuntimeException e) {
          onFailure.accept(e);
        }
      }
      taken = waiting.addAndGet(-taken);
    } while (taken != 0);
  }
}
