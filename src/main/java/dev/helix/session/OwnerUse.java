package dev.helix.session;

import dev.helix.message.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What owners have made in this hour and hold in the store, as far as this server knows, and
 * whether they may make more. What they hold is what was {@linkplain #count counted}, and what this
 * server has stored since. Thread-safe; only counting blocks.
 */
final class OwnerUse {
  private static final Logger LOG = System.getLogger(OwnerUse.class.getName());

  /** What a session takes beside what is said in it. */
  private static final long SESSION = 4096;

  /** What an element takes beside its message. */
  private static final long ELEMENT = 200;

  private static final long HOUR = Duration.ofHours(1).toNanos() / 1000;
  private static final int FEW = 1000;

  private final OwnerLimits limits;
  private final Clock clock;

  /** How long it is, in microseconds, until an owner may make another one for each that it made. */
  private final long pause;

  /** When each owner will have all of an hour's sessions to make again, in microseconds. */
  private final Map<Owner, Long> freeAt = new HashMap<>(); // guarded by this

  private int tidyAt = FEW; // guarded by this
  private Map<Owner, Long> held = new HashMap<>(); // guarded by this

  /** What was stored since a count began; null while there is none. Guarded by this. */
  private Map<Owner, Long> meanwhile;

  OwnerUse(OwnerLimits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
    this.pause = HOUR / limits.sessionsPerHour();
  }

  /**
   * Returns if a turn may begin.
   *
   * @throws OwnerLimitException if the owner's sessions take as much as they may
   */
  void checkRoom(Owner owner) {
    if (limits.limitBytes() && heldBy(owner) >= limits.bytes()) {
      throw OwnerLimitException.ofBytes(limits.bytes());
    }
  }

  private synchronized long heldBy(Owner owner) {
    return held.getOrDefault(owner, 0L);
  }

  /**
   * A session is about to be made.
   *
   * @throws OwnerLimitException if the owner has made as many as it may
   */
  void making(Owner owner) {
    if (limits.limitSessions()) {
      Duration wait = make(owner, now());
      if (!wait.isZero()) {
        throw OwnerLimitException.ofSessions(limits.sessionsPerHour(), wait);
      }
    }
  }

  private synchronized Duration make(Owner owner, long now) {
    long free = Math.max(now, freeAt.getOrDefault(owner, now));
    long early = free + pause - HOUR - now;
    if (early > 0) {
      return Duration.of(early, ChronoUnit.MICROS);
    }
    if (freeAt.size() >= tidyAt) {
      freeAt.values().removeIf(at -> at <= now);
      tidyAt = Math.max(FEW, 2 * freeAt.size());
    }
    freeAt.put(owner, free + pause);
    return Duration.ZERO;
  }

  private long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }

  /** It was not made, or is gone again. */
  synchronized void notMade(Owner owner) {
    if (limits.limitSessions()) {
      freeAt.computeIfPresent(owner, (same, at) -> at - pause);
    }
  }

  /** An owner's elements were stored, of a session that was made with them or was there. */
  void stored(Owner owner, List<Message> elements, boolean made) {
    if (limits.limitBytes()) {
      long bytes = made ? SESSION : 0;
      for (Message element : elements) {
        bytes += ELEMENT + element.length() + element.element().responseBytes();
      }
      add(owner, bytes);
    }
  }

  /** So many bytes were stored beside elements. */
  void stored(Owner owner, long bytes) {
    if (limits.limitBytes()) {
      add(owner, bytes);
    }
  }

  /** What {@link #gone} is given: 0 where nobody asks. */
  long bytes(SessionStore store, SessionId id) {
    return limits.limitBytes() ? SESSION + store.bytes(id) : 0;
  }

  /** A session of the owner's that took so much is gone. */
  void gone(Owner owner, long bytes) {
    if (limits.limitBytes()) {
      add(owner, -bytes);
    }
  }

  private synchronized void add(Owner owner, long bytes) {
    held.merge(owner, bytes, Long::sum);
    if (meanwhile != null) {
      meanwhile.merge(owner, bytes, Long::sum);
    }
  }

  /**
   * Counts what all sessions of a store take. Until that is done the count before holds. What is
   * stored meanwhile may be counted twice until the next time.
   *
   * @param goesOn asked before each session; false ends it
   */
  void count(SessionStore store, BooleanSupplier goesOn) {
    begin();
    Map<Owner, Long> counted = new HashMap<>();
    try {
      for (Iterator<SessionState> each = store.all(null).iterator(); each.hasNext(); ) {
        if (!goesOn.getAsBoolean()) {
          return;
        }
        SessionState state = each.next();
        counted.merge(state.owner(), bytesOf(store, state.sessionId()), Long::sum);
      }
      holds(counted);
    } finally {
      end();
    }
  }

  private long bytesOf(SessionStore store, SessionId id) {
    try {
      return bytes(store, id);
    } catch (StoreUnavailableException e) {
      throw e; // The next one would fare no better.
    } catch (SessionException e) {
      LOG.log(Level.DEBUG, "it is not known what session " + id + " takes", e);
      return SESSION;
    }
  }

  private synchronized void begin() {
    meanwhile = new HashMap<>();
  }

  private synchronized void holds(Map<Owner, Long> counted) {
    meanwhile.forEach((owner, bytes) -> counted.merge(owner, bytes, Long::sum));
    held = counted;
  }

  private synchronized void end() {
    meanwhile = null;
  }
}
