package dev.helix.turn.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs tasks one after the other, in the order they came, on an executor's threads. What only its
 * tasks touch needs no lock: each task sees all that the ones before it did. Any thread may post,
 * and is never held up.
 *
 * <p>A task may leave work that is not done in the mailbox, as it may hold its thread up: the
 * thread does it when no tasks are left, and while it is held another one runs those that come.
 */
public final class Mailbox implements Executor {
  private static final System.Logger LOG = System.getLogger(Mailbox.class.getName());

  private final Executor executor;
  private final Consumer<Throwable> onFailure;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** Whether a thread runs the tasks, or has been asked to. */
  private final AtomicBoolean taken = new AtomicBoolean();

  /** What the tasks have left to be done outside; theirs, as all else that they touch. */
  private Supplier<Runnable> outside;

  /** A task that throws goes to {@code onFailure}, and the next one runs all the same. */
  public Mailbox(Executor executor, Consumer<Throwable> onFailure) {
    this.executor = executor;
    this.onFailure = onFailure;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (taken.compareAndSet(false, true)) {
      start(this::drain);
    }
  }

  /**
   * Adds a task that need not run before another one comes, which spares a change of thread. That
   * another one comes is the caller's to know.
   */
  public void post(Runnable task) {
    tasks.add(task);
  }

  /**
   * Runs a task on this thread where no other one has the mailbox, else as {@link #execute} does.
   * It must not hold the thread up, and is the only one that this thread runs.
   */
  public void executeHere(Runnable task) {
    if (!taken.compareAndSet(false, true)) {
      execute(task);
      return;
    }
    if (!tasks.isEmpty()) {
      tasks.add(task);
      start(this::drain);
      return;
    }
    run(task);
    handOver();
    taken.set(false);
    if (!tasks.isEmpty() && taken.compareAndSet(false, true)) {
      start(this::drain);
    }
  }

  private void start(Runnable work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException stopped) {
      // The application is no more, and neither is who would act on the task.
      LOG.log(System.Logger.Level.DEBUG, "came after the end of the application", stopped);
    }
  }

  /**
   * Has something done by the thread that runs this task, when it has given the mailbox up; what it
   * gives is a task again. Called within a task; one at a time.
   */
  void outside(Supplier<Runnable> work) {
    outside = work;
  }

  /**
   * Has another thread do what was to be done outside, if there is something: the task goes on with
   * what takes its time. Called within a task.
   */
  public void handOver() {
    Supplier<Runnable> work = outside;
    outside = null;
    if (work != null) {
      start(() -> doOutside(work));
    }
  }

  private void doOutside(Supplier<Runnable> work) {
    if (comeBack(work)) {
      drain();
    }
  }

  /** Does the work; whether the mailbox is this thread's again. */
  private boolean comeBack(Supplier<Runnable> work) {
    Runnable task;
    try {
      task = work.get();
    } catch (Throwable failure) {
      task = () -> fail(failure);
    }
    tasks.add(task);
    return taken.compareAndSet(false, true);
  }

  // Also an error must not stop the mailbox: its later tasks are what ends a request.
  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      fail(failure);
    }
  }

  private void fail(Throwable failure) {
    try {
      onFailure.accept(failure);
    } catch (Throwable worse) {
      LOG.log(System.Logger.Level.ERROR, "a failure could not be dealt with", worse);
    }
  }

  private void drain() {
    Supplier<Runnable> work;
    do {
      work = runAll();
    } while (work != null && comeBack(work));
  }

  /** Runs tasks until there are none, and gives the mailbox up; what they left to be done. */
  private Supplier<Runnable> runAll() {
    while (true) {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        run(task);
      }
      // Taken before the mailbox is given up: behind that it belongs to another thread.
      Supplier<Runnable> work = outside;
      outside = null;
      taken.set(false);
      // Looked at again, as one may have come before the mailbox was given up.
      if (tasks.isEmpty() || !taken.compareAndSet(false, true)) {
        return work;
      }
      outside = work;
    }
  }
}
