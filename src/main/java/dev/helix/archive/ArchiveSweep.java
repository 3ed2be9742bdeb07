package dev.helix.archive;

import dev.helix.session.Lease;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Archives the idle sessions of a store, on one server of a cluster at a time. Thread-safe, without
 * state.
 */
public final class ArchiveSweep {
  private static final Logger LOG = System.getLogger(ArchiveSweep.class.getName());

  /** No session is called so: what first messages name ends in a hash. */
  static final SessionId TURN = new SessionId("helix-archive");

  /** Longer than one session takes, and as long as others wait for a server that died. */
  private static final Duration LEASE = Duration.ofMinutes(5);

  /** Who reads the log knows after so many. */
  private static final int LOGGED = 10;

  private final ArchivingStore store;

  public ArchiveSweep(ArchivingStore store) {
    this.store = store;
  }

  /** Archives what was last used before a time, as long as it may go on; says how many. */
  public int run(Instant unusedSince, BooleanSupplier goesOn) {
    Optional<Lease> lease = store.lease(TURN, LEASE);
    if (lease.isEmpty()) {
      LOG.log(Level.DEBUG, "another server archives");
      return 0;
    }
    try {
      store.tidy();
      return archive(unusedSince, goesOn, lease.get());
    } finally {
      store.release(lease.get());
    }
  }

  private int archive(Instant unusedSince, BooleanSupplier goesOn, Lease lease) {
    int archived = 0;
    int failed = 0;
    // The first name there is: nothing used at this very moment comes after it.
    Position after = new Position(unusedSince, new SessionId("-"));
    for (Iterator<SessionState> each = store.all(after).iterator(); each.hasNext(); ) {
      SessionState idle = each.next();
      if (!goesOn.getAsBoolean() || !store.renew(lease, LEASE)) {
        return archived;
      }
      try {
        archived += store.archive(idle.sessionId(), unusedSince) ? 1 : 0;
      } catch (StoreUnavailableException | StorageFullException e) {
        throw e; // The next one would fare no better.
      } catch (SessionException | OutOfMemoryError e) {
        // The latter where a session has a file that is larger than an array can be.
        failed++;
        LOG.log(
            failed <= LOGGED ? Level.WARNING : Level.DEBUG,
            "session " + idle.sessionId() + " stays unarchived for now",
            e);
      }
    }
    return archived;
  }
}
