package dev.helix.session;

import java.time.Duration;
import java.util.Optional;

/** The part of a {@link SessionStore} that says whose turn it is, among all its servers. */
public interface SessionLeases {
  /**
   * Takes the lease of a session, of which nothing need be stored, unless somebody holds it. Its
   * time is told by one clock for all servers of this store.
   *
   * @param time after which it is free again, unless it is renewed; at least a millisecond
   * @return empty where another lease holds
   */
  Optional<Lease> lease(SessionId id, Duration time);

  /**
   * Lets a lease hold for so long from now.
   *
   * @return false where it is lost: released, taken by another, or run out for so long that the
   *     store has forgotten it
   */
  boolean renew(Lease lease, Duration time);

  /** Gives a lease up; nothing happens where it is lost already. */
  void release(Lease lease);

  /**
   * Whether other processes may use this store meanwhile; unless overridden it is taken to be so.
   */
  default boolean isShared() {
    return true;
  }

  /**
   * Whether somebody holds the lease of a session. Unless overridden it is taken for a moment, in
   * which it seems to be held.
   */
  default boolean isLeased(SessionId id) {
    Optional<Lease> free = lease(id, Duration.ofSeconds(1));
    free.ifPresent(this::release);
    return free.isEmpty();
  }
}
