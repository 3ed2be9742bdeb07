package dev.helix.turn;

import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Threads for what turns do: few, and up to {@value #MOST} while some are held up, by a disk that
 * is slow or by callers who do not read, as Open Liberty holds who writes to them. Thread-safe.
 */
public final class TurnThreads implements Executor, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TurnThreads.class.getName());

  /** A thread that is held up costs little but its stack. */
  private static final int MOST = 500;

  /** How long tasks may wait while none ends, before there are more threads for them. */
  private static final long PATIENCE_MILLIS = 50;

  private final int usual = Math.max(8, 2 * Runtime.getRuntime().availableProcessors());
  private final AtomicBoolean watched = new AtomicBoolean();
  private final ScheduledExecutorService timers;
  private final ThreadPoolExecutor pool;

  /**
   * No threads yet.
   *
   * @param timers stays the caller's to close, after this
   */
  public TurnThreads(ScheduledExecutorService timers, ThreadFactory threads) {
    this.timers = timers;
    this.pool =
        new ThreadPoolExecutor(
            usual, MOST, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    pool.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(task);
    if (!pool.getQueue().isEmpty() && watched.compareAndSet(false, true)) {
      lookLater();
    }
  }

  private void lookLater() {
    long ended = pool.getCompletedTaskCount();
    ScheduledFuture<?> unused =
        timers.schedule(() -> look(ended), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Makes more threads where all are held up, and fewer again when they no longer are. */
  private void look(long endedBefore) {
    int size = pool.getCorePoolSize();
    int wanted = pool.getActiveCount() + usual;
    if (!pool.getQueue().isEmpty() && pool.getCompletedTaskCount() == endedBefore) {
      pool.setCorePoolSize(Math.min(MOST, Math.max(size, wanted)));
    } else if (wanted < size) {
      pool.setCorePoolSize(wanted);
    }
    if (pool.getCorePoolSize() > usual || !pool.getQueue().isEmpty()) {
      lookLater();
      return;
    }
    watched.set(false);
    if (!pool.getQueue().isEmpty() && watched.compareAndSet(false, true)) {
      lookLater(); // It came in between.
    }
  }

  /** Waits for what is being done, but not for callers who do not read. */
  @Override
  public void close() throws InterruptedException {
    pool.shutdown();
    if (!pool.awaitTermination(5, TimeUnit.SECONDS)) {
      pool.shutdownNow();
      LOG.log(Level.WARNING, "threads are still held up while the application stops");
    }
  }
}
