package dev.helix.archive;

import dev.helix.session.SessionManager;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Archives idle sessions now and again, on a thread of its own. Thread-safe. Closing it waits for
 * the session that is being archived.
 */
public final class ArchiveSchedule implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ArchiveSchedule.class.getName());

  /** Servers that start have better things to do. */
  private static final Duration FIRST = Duration.ofSeconds(10);

  private static final long LONGEST_END_SECONDS = 5;

  private final SessionManager sessions;
  private final Duration idle;
  private final ScheduledExecutorService executor;
  private volatile boolean closing;

  private ArchiveSchedule(SessionManager sessions, Duration idle, ThreadFactory threads) {
    this.sessions = sessions;
    this.idle = idle;
    this.executor = Executors.newSingleThreadScheduledExecutor(threads);
  }

  public static ArchiveSchedule start(
      SessionManager sessions, Duration idle, Duration interval, ThreadFactory threads) {
    ArchiveSchedule schedule = new ArchiveSchedule(sessions, idle, threads);
    Duration first = interval.compareTo(FIRST) < 0 ? interval : FIRST;
    ScheduledFuture<?> unused =
        schedule.executor.scheduleWithFixedDelay(
            schedule::sweep, first.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    return schedule;
  }

  private void sweep() {
    try {
      int archived = sessions.archiveIdle(idle, () -> !closing);
      if (archived > 0) {
        LOG.log(Level.INFO, "{0} idle sessions were archived", archived);
      }
    } catch (RuntimeException e) {
      // The schedule would end with it.
      LOG.log(Level.WARNING, "idle sessions could not be archived; it is tried again", e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    // Not interrupted: that would close the files and connections that it works on.
    executor.shutdown();
    if (!executor.awaitTermination(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
      LOG.log(Level.WARNING, "a session is still being archived while the application stops");
    }
  }
}
