package dev.helix.store.files;

import dev.helix.session.Lease;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.store.Leases;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** The leases of a store that one server holds alone: they are in its memory. Thread-safe. */
abstract class OneServerStore implements SessionStore {
  final Leases leases;

  OneServerStore(Clock clock) {
    leases = new Leases(clock);
  }

  @Override
  public final Optional<Lease> lease(SessionId id, Duration time) {
    return leases.take(id, time);
  }

  @Override
  public final boolean renew(Lease lease, Duration time) {
    return leases.renew(lease, time);
  }

  @Override
  public final void release(Lease lease) {
    leases.release(lease);
  }

  @Override
  public final boolean isLeased(SessionId id) {
    return leases.isHeld(id);
  }

  @Override
  public final boolean isShared() {
    return false;
  }
}
