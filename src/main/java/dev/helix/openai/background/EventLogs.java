package dev.helix.openai.background;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The logs of events that are kept, each for a time after its end, and of all so many bytes. Where
 * there are more, those go first that ended, and then the oldest events of the log that grows.
 * Thread-safe; never blocks for long.
 */
final class EventLogs {
  /** So great a part of a bound is made free at once. */
  private static final int SLACK = 8;

  private final long each;
  private final long all;
  private final Duration kept;
  private final Clock clock;

  /** By the ids of their responses, the oldest first. Guarded by this. */
  private final Map<String, EventLog> logs = new LinkedHashMap<>();

  private long bytes; // guarded by this

  EventLogs(BackgroundSettings settings, Clock clock) {
    this.each = settings.logBytes();
    this.all = settings.allLogBytes();
    this.kept = settings.kept();
    this.clock = clock;
  }

  /** A log of this id, to which nothing has been written; {@code onEnd} is run when it ends. */
  synchronized EventLog open(String id, Runnable onEnd) {
    forgetOld();
    EventLog log = new EventLog(this, onEnd);
    logs.put(id, log);
    return log;
  }

  /** The log of an id, unless it is gone. */
  synchronized Optional<EventLog> find(String id) {
    forgetOld();
    return Optional.ofNullable(logs.get(id));
  }

  /** Forgets a log; who reads it already reads it to its end. */
  synchronized void forget(String id) {
    EventLog log = logs.remove(id);
    if (log != null) {
      forgotten(log);
    }
  }

  /** How many bytes are kept. */
  synchronized long bytes() {
    return bytes;
  }

  Instant now() {
    return clock.instant();
  }

  /** A log that is kept has so many bytes more. Under the lock. */
  void grew(EventLog log, long more) {
    bytes += log.isKept() ? more : 0;
  }

  /** Keeps the bounds after a log has grown. Under the lock. */
  void trim(EventLog log) {
    if (log.bytes() > each) {
      log.shrinkTo(each - each / SLACK);
    }
    if (bytes > all) {
      forgetIf(ended -> ended.endedAt() != null && bytes > all);
    }
    if (bytes > all) {
      log.shrinkTo(Math.max(0, log.bytes() - (bytes - all) - all / SLACK));
    }
  }

  private void forgetOld() {
    Instant now = clock.instant();
    forgetIf(log -> log.endedAt() != null && !now.isBefore(log.endedAt().plus(kept)));
  }

  private void forgetIf(Predicate<EventLog> gone) {
    Iterator<EventLog> every = logs.values().iterator();
    while (every.hasNext()) {
      EventLog log = every.next();
      if (gone.test(log)) {
        every.remove();
        forgotten(log);
      }
    }
  }

  private void forgotten(EventLog log) {
    bytes -= log.bytes();
    log.forgotten();
  }
}
