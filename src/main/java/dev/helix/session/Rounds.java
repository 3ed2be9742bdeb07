package dev.helix.session;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Work on all sessions of a store that is done now and again, on a thread of its own. Thread-safe.
 * Closing it waits for the session that is being worked on.
 */
public final class Rounds implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Rounds.class.getName());
  private static final long LONGEST_END_SECONDS = 5;

  private final String what;
  private final Consumer<BooleanSupplier> work;
  private final ScheduledExecutorService executor;
  private volatile boolean closing;

  private Rounds(String what, Consumer<BooleanSupplier> work, ThreadFactory threads) {
    this.what = what;
    this.work = work;
    this.executor = Executors.newSingleThreadScheduledExecutor(threads);
  }

  /**
   * Begins.
   *
   * @param what for the log, such as "idle sessions are archived"
   * @param work one round, which ends early when what it is given says false
   * @param first after which time the first round begins
   * @param interval how long after one round the next one begins
   */
  public static Rounds start(
      String what,
      Consumer<BooleanSupplier> work,
      Duration first,
      Duration interval,
      ThreadFactory threads) {
    Rounds rounds = new Rounds(what, work, threads);
    ScheduledFuture<?> unused =
        rounds.executor.scheduleWithFixedDelay(
            rounds::round, first.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    return rounds;
  }

  private void round() {
    try {
      work.accept(() -> !closing);
    } catch (RuntimeException e) {
      // The schedule would end with it.
      LOG.log(Level.WARNING, "a round in which " + what + " failed; it is tried again", e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    // Not interrupted: that would close the files and connections that it works on.
    executor.shutdown();
    if (!executor.awaitTermination(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
      LOG.log(Level.WARNING, "the application stops while {0}", what);
    }
  }
}
