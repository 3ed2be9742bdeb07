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
 * <p>A task that may block runs on a thread of another executor, and those behind it with it.
 *
 * <p>A task may leave work that is not done in the mailbox, as it may hold its thread up: the
 * thread does it when no tasks are left, and while it is held another one runs those that come.
 */
public final class Mailbox implements Executor {
  private static final System.Logger LOG = System.getLogger(Mailbox.class.getName());

  private final Executor executor;
  private final Executor blocking;
  private final boolean outsideHoldsUp;
  private final Consumer<Throwable> onFailure;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** Whether a thread runs the tasks, or has been asked to. */
  private final AtomicBoolean taken = new AtomicBoolean();

  /** What the tasks have left to be done outside; theirs, as all else that they touch. */
  private Supplier<Runnable> outside;

  private record Blocking(Runnable task) implements Runnable {
    @Override
    public void run() {
      task.run();
    }
  }

  /**
   * A mailbox without tasks. One that throws goes to {@code onFailure}, and the next one runs all
   * the same.
   *
   * @param blocking runs those tasks that may block
   * @param outsideHoldsUp whether what is done outside may hold its thread up for long
   */
  public Mailbox(
      Executor executor, Executor blocking, boolean outsideHoldsUp, Consumer<Throwable> onFailure) {
    this.executor = executor;
    this.blocking = blocking;
    this.outsideHoldsUp = outsideHoldsUp;
    this.onFailure = onFailure;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (taken.compareAndSet(false, true)) {
      startNext();
    }
  }

  /** Adds a task that may block. */
  public void executeBlocking(Runnable task) {
    execute(new Blocking(task));
  }

  /**
   * Runs a task on this thread where no other one has the mailbox, else as {@link #execute} does.
   * This thread also runs those that come meanwhile, but none that may block, and does what they
   * leave to be done outside, unless that may hold it up. Where nobody else can have the mailbox
   * yet, the task itself may block.
   */
  public void executeHere(Runnable task) {
    tasks.add(task);
    Supplier<Runnable> work = taken.compareAndSet(false, true) ? runAll(false) : null;
    if (work != null && outsideHoldsUp) {
      start(executor, () -> doOutside(work));
    } else if (work != null) {
      doOutside(work);
    }
  }

  /** Has a thread run the tasks that may run the first of them. The mailbox must be taken. */
  private void startNext() {
    boolean blocks = tasks.peek() instanceof Blocking;
    start(blocks ? blocking : executor, () -> drain(blocks));
  }

  private static void start(Executor on, Runnable work) {
    try {
      on.execute(work);
    } catch (RejectedExecutionException stopped) {
      // The application is no more, and neither is who would act on the task.
      LOG.log(System.Logger.Level.DEBUG, "came after the end of the application", stopped);
    }
  }

  /**
   * Has something done by the thread that runs this task, when it has given the mailbox up; what it
   * gives is a task again. Called within a task; one at a time.
   */
  public void outside(Supplier<Runnable> work) {
    outside = work;
  }

  /**
   * Has another thread do what was to be done outside, if there is something: the task goes on with
   * what takes its time. Called within a task.
   */
  public void handOver() {
    Supplier<Runnable> work = takeOutside();
    if (work != null) {
      start(executor, () -> doOutside(work));
    }
  }

  /** Takes what is left to be done, as long as the mailbox is this thread's. */
  private Supplier<Runnable> takeOutside() {
    Supplier<Runnable> work = outside;
    outside = null;
    return work;
  }

  private void doOutside(Supplier<Runnable> work) {
    if (comeBack(work)) {
      drain(false);
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

  private void drain(boolean mayBlock) {
    Supplier<Runnable> work;
    do {
      work = runAll(mayBlock);
    } while (work != null && comeBack(work));
  }

  /** Runs tasks up to one it must not run, and gives the mailbox up; what is left to be done. */
  private Supplier<Runnable> runAll(boolean mayBlock) {
    while (true) {
      for (Runnable task = tasks.peek(); task != null; task = tasks.peek()) {
        if (!mayBlock && task instanceof Blocking) {
          Supplier<Runnable> left = takeOutside();
          startNext();
          return left;
        }
        tasks.remove();
        run(task);
      }
      Supplier<Runnable> work = takeOutside();
      taken.set(false);
      // Looked at again, as one may have come before the mailbox was given up.
      if (tasks.isEmpty() || !taken.compareAndSet(false, true)) {
        return work;
      }
      outside = work;
    }
  }
}
