package dev.helix.store;

import dev.helix.session.Lease;
import dev.helix.session.SessionId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The leases of a store that one process holds alone: they are in memory and end with it.
 * Thread-safe.
 */
public final class Leases {
  /** So many that have run out are forgotten at the latest. */
  private static final int LEFT_BEHIND = 1000;

  private final Clock clock;
  private final Map<SessionId, Held> held = new HashMap<>();
  private long lastNumber;

  private record Held(long number, Instant until) {}

  public Leases(Clock clock) {
    this.clock = clock;
  }

  public synchronized Optional<Lease> take(SessionId of, Duration time) {
    Instant now = clock.instant();
    Held other = held.get(of);
    if (other != null && now.isBefore(other.until())) {
      return Optional.empty();
    }
    if (held.size() > LEFT_BEHIND) {
      held.values().removeIf(each -> !now.isBefore(each.until()));
    }
    held.put(of, new Held(++lastNumber, now.plus(time)));
    return Optional.of(new Lease(of, lastNumber));
  }

  public synchronized boolean renew(Lease lease, Duration time) {
    if (!isHeld(lease)) {
      return false;
    }
    held.put(lease.of(), new Held(lease.number(), clock.instant().plus(time)));
    return true;
  }

  /** Whether nobody took it since, also where its time is over. */
  public synchronized boolean isHeld(Lease lease) {
    Held now = held.get(lease.of());
    return now != null && now.number() == lease.number();
  }

  /** Whether somebody holds it, and its time is not over. */
  public synchronized boolean isHeld(SessionId of) {
    Held now = held.get(of);
    return now != null && clock.instant().isBefore(now.until());
  }

  public synchronized void release(Lease lease) {
    if (isHeld(lease)) {
      held.remove(lease.of());
    }
  }
}
