package dev.helix.archive;

import dev.helix.session.Rounds;
import dev.helix.session.SessionManager;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;

/** Archives idle sessions now and again, on a thread of its own. */
public final class ArchiveSchedule {
  private static final Logger LOG = System.getLogger(ArchiveSchedule.class.getName());

  /** Servers that start have better things to do. */
  private static final Duration FIRST = Duration.ofSeconds(10);

  private ArchiveSchedule() {}

  /** Begins; closing what this gives ends it. */
  public static Rounds start(
      SessionManager sessions, Duration idle, Duration interval, ThreadFactory threads) {
    return Rounds.start(
        "idle sessions are archived",
        goesOn -> {
          int archived = sessions.archiveIdle(idle, goesOn);
          if (archived > 0) {
            LOG.log(Level.INFO, "{0} idle sessions were archived", archived);
          }
        },
        interval.compareTo(FIRST) < 0 ? interval : FIRST,
        interval,
        threads);
  }
}
