package dev.helix.store.files;

import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.files.recent.Use;
import dev.helix.store.files.recent.UseOrder;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * When sessions were last used, as far as their files do not say it yet, and the thread that writes
 * it there about every second; and the order of all of them. Thread-safe; the entries of one
 * session are changed under its lock.
 */
final class LastUse {
  private static final Logger LOG = System.getLogger(LastUse.class.getName());

  private final Map<SessionId, Instant> used = new ConcurrentHashMap<>();
  private final UseOrder order;
  private final Consumer<SessionId> writer;
  private final ScheduledExecutorService executor;
  private final ScheduledFuture<?> flushes;
  private volatile boolean failing;

  /** Starts the thread, which has the writer write one session after the other. */
  LastUse(UseOrder order, Consumer<SessionId> writer) {
    this.order = order;
    this.writer = writer;
    this.executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "helix-session-flush");
              thread.setDaemon(true);
              return thread;
            });
    this.flushes = executor.scheduleWithFixedDelay(this::flush, 1, 1, TimeUnit.SECONDS);
  }

  /** The session was used, as {@link #in} says from now on. */
  void add(SessionState stored, Instant time) {
    SessionId id = stored.sessionId();
    used.merge(id, time, (a, b) -> a.isAfter(b) ? a : b);
    order.used(Use.of(in(stored)), true);
  }

  /** The state is about to be written as it is. */
  void writing(SessionState state) {
    order.used(Use.of(state), false);
  }

  /** The session is gone. */
  void gone(SessionId id) {
    forget(id);
    order.forget(id);
  }

  /** The sessions in the order of their last use. */
  UseOrder order() {
    return order;
  }

  /** There is nothing to write for the session any more. */
  void forget(SessionId id) {
    used.remove(id);
  }

  /** A state as it stands in a file, with the time of last use that is not in there yet. */
  SessionState in(SessionState stored) {
    Instant time = used.get(stored.sessionId());
    return time != null && time.isAfter(stored.updatedAt()) ? stored.withUpdatedAt(time) : stored;
  }

  private void flush() {
    order.write(); // Before the sessions say it: a line that is not true yet is found out.
    for (SessionId id : List.copyOf(used.keySet())) {
      try {
        writer.accept(id);
        failing = false;
      } catch (RuntimeException e) {
        if (!failing) {
          LOG.log(Level.WARNING, "cannot write when sessions were last used; it is tried again", e);
        }
        failing = true;
      }
    }
  }

  /** Ends the thread and writes what is outstanding. */
  void close() {
    flushes.cancel(false);
    executor.shutdown();
    try {
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.log(Level.WARNING, "the disk is slow: the store is closed while it is still written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    flush();
    order.close();
  }
}
