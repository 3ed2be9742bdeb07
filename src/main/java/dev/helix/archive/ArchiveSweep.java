package dev.helix.archive;

import dev.helix.session.Lease;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Position;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Moves idle sessions into an archive, on one server at a time. Thread-safe. */
record ArchiveSweep(SessionStore store, Archive archive) {
  private static final Logger LOG = System.getLogger(ArchiveSweep.class.getName());

  /** The lease of whoever archives. No session is called so: a fallback id ends in a hash. */
  static final SessionId SWEEP = new SessionId("helix-archive");

  /** Longer than one session takes, and as long as others wait for a server that died. */
  private static final Duration SWEEP_LEASE = Duration.ofMinutes(5);

  /** Who reads the log knows after so many. */
  private static final int LOGGED = 10;

  /** As {@link SessionStore#archiveIdle} says. */
  int run(Instant unusedSince, BooleanSupplier goesOn) {
    Optional<Lease> lease = store.lease(SWEEP, SWEEP_LEASE);
    if (lease.isEmpty()) {
      LOG.log(Level.DEBUG, "another server archives");
      return 0;
    }
    try {
      archive.tidy();
      return run(unusedSince, goesOn, lease.get());
    } catch (IOException e) {
      throw new SessionException("the archive " + archive.folder() + " cannot be tidied", e);
    } finally {
      store.release(lease.get());
    }
  }

  private int run(Instant unusedSince, BooleanSupplier goesOn, Lease lease) {
    int archived = 0;
    int failed = 0;
    // The first name there is: nothing used at this very moment comes after it.
    Position after = new Position(unusedSince, new SessionId("-"));
    for (Iterator<SessionState> each = store.all(after).iterator(); each.hasNext(); ) {
      SessionId idle = each.next().sessionId();
      if (!goesOn.getAsBoolean() || !store.renew(lease, SWEEP_LEASE)) {
        return archived;
      }
      try {
        archived += store.archive(idle, unusedSince) ? 1 : 0;
      } catch (StoreUnavailableException | StorageFullException e) {
        throw e; // The next one would fare no better.
      } catch (SessionException | OutOfMemoryError e) {
        // The latter where a session has a file that is larger than an array can be.
        failed++;
        LOG.log(
            failed <= LOGGED ? Level.WARNING : Level.DEBUG,
            "session " + idle + " stays unarchived for now",
            e);
      }
    }
    return archived;
  }
}
