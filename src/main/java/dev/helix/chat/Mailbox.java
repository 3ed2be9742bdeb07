package dev.helix.chat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs tasks one after the other, in the order they came, on an executor's threads. What only its
 * tasks touch needs no lock: each task sees all that the ones before it did. Any thread may post,
 * and is never held up.
 */
final class Mailbox implements Executor {
  private static final System.Logger LOG = System.getLogger(Mailbox.class.getName());

  private final Executor executor;
  private final Consumer<Throwable> onFailure;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /** A task that throws goes to {@code onFailure}, and the next one runs all the same. */
  Mailbox(Executor executor, Consumer<Throwable> onFailure) {
    this.executor = executor;
    this.onFailure = onFailure;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (waiting.getAndIncrement() == 0) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException stopped) {
        // The application is no more, and neither is who would act on the task.
        LOG.log(System.Logger.Level.DEBUG, "came after the end of the application", stopped);
      }
    }
  }

  // Also an error must not stop the mailbox: its later tasks are what ends a request.
  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      try {
        onFailure.accept(failure);
      } catch (Throwable worse) {
        LOG.log(System.Logger.Level.ERROR, "a failure could not be dealt with", worse);
      }
    }
  }

  private void drain() {
    int taken = 1;
    do {
      for (int i = 0; i < taken; i++) {
        run(tasks.remove());
      }
      taken = waiting.addAndGet(-taken);
    } while (taken != 0);
  }
}
