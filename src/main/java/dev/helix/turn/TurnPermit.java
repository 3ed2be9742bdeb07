package dev.helix.turn;

import dev.helix.session.Lease;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.turn.ConversationQueue.QueuedTurn;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One request's right to the next turn of its conversation: it is first in this server's queue, and
 * then has the session's lease among all servers of the store. Safe for use by many threads. Who
 * has one must {@linkplain #leave leave} it, whatever happens. Specification section 4.
 */
final class TurnPermit {
  private static final System.Logger LOG = System.getLogger(TurnPermit.class.getName());

  /** How often another server's lease is asked for, at first and at last. */
  private static final long FIRST_PAUSE_MILLIS = 50;

  private static final long LAST_PAUSE_MILLIS = 500;

  /** So many renewals fit into the time of a lease: one or two may fail. */
  private static final int RENEWALS = 3;

  private final SessionManager sessions;
  private final SessionId session;
  private final Duration time;
  private final QueuedTurn queued;
  private final Executor disk;
  private final ScheduledExecutorService timers;
  private final AtomicBoolean renewing = new AtomicBoolean();
  private Lease lease;
  private ScheduledFuture<?> renewals;
  private ScheduledFuture<?> nextLook;
  private long pause = FIRST_PAUSE_MILLIS;
  private boolean left;

  /** A right that is not had yet, to a lease that holds for this time without being renewed. */
  TurnPermit(
      SessionManager sessions,
      SessionId session,
      Duration time,
      QueuedTurn queued,
      Executor disk,
      ScheduledExecutorService timers) {
    this.sessions = sessions;
    this.session = session;
    this.time = time;
    this.queued = queued;
    this.disk = disk;
    this.timers = timers;
  }

  /**
   * Runs the task, which may not block, whenever another turn of this server waits for this one.
   */
  void whenAwaited(Runnable task) {
    queued.whenAwaited(task);
  }

  /**
   * Takes the lease, if this is the first in the queue and nobody else has it. Blocks on the store;
   * for one thread at a time.
   *
   * @return the lease, or empty where the turn has to wait
   */
  Optional<Lease> take() {
    synchronized (this) {
      if (lease != null || left || !queued.isFirst()) {
        return Optional.ofNullable(lease);
      }
    }
    // Not under the lock: who leaves meanwhile does not wait for a store that hangs.
    Lease taken = sessions.lease(session, time).orElse(null);
    synchronized (this) {
      if (!left) {
        lease = taken;
        return Optional.ofNullable(lease);
      }
    }
    release(taken);
    return Optional.empty();
  }

  /**
   * Runs the task when the lease was taken, without holding a thread until then; not at all where
   * this is left before. Neither task may block.
   *
   * @param onFailure run instead where the store fails
   */
  void whenTaken(Runnable task, Consumer<SessionException> onFailure) {
    // Not where turns do their work: a store that hangs would hold up all of them.
    queued.whenFirst(() -> disk.execute(() -> look(task, onFailure)));
  }

  private void look(Runnable task, Consumer<SessionException> onFailure) {
    try {
      if (take().isPresent()) {
        task.run();
      } else {
        lookAgain(task, onFailure);
      }
    } catch (SessionException e) {
      onFailure.accept(e);
    }
  }

  /** Another server has it, which tells nobody here when its turn ends. */
  private synchronized void lookAgain(Runnable task, Consumer<SessionException> onFailure) {
    if (!left) {
      nextLook =
          timers.schedule(
              () -> disk.execute(() -> look(task, onFailure)), pause, TimeUnit.MILLISECONDS);
      pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
    }
  }

  /** Renews the lease from now on. What may be run more than once when it is lost may not block. */
  synchronized void keep(Runnable onLost) {
    if (left || lease == null) {
      return;
    }
    Lease kept = lease;
    long every = Math.max(1, time.toMillis() / RENEWALS);
    renewals =
        timers.scheduleAtFixedRate(
            () -> {
              // A store that hangs is not asked again before it has answered.
              if (renewing.compareAndSet(false, true)) {
                disk.execute(() -> renew(kept, onLost));
              }
            },
            every,
            every,
            TimeUnit.MILLISECONDS);
  }

  private void renew(Lease kept, Runnable onLost) {
    try {
      if (!hasLeft() && !sessions.renew(kept, time) && !hasLeft()) {
        onLost.run();
      }
    } catch (SessionException e) {
      // It holds for a while yet, and what is written asks for it again.
      LOG.log(Level.WARNING, "a lease could not be renewed and is tried again: " + e.getMessage());
    } finally {
      renewing.set(false);
    }
  }

  private synchronized boolean hasLeft() {
    return left;
  }

  /** Gives all up for the next one; again it does nothing. Blocks on the store. */
  void leave() {
    Lease had;
    synchronized (this) {
      if (left) {
        return;
      }
      left = true;
      had = lease;
      for (ScheduledFuture<?> timer : Arrays.asList(renewals, nextLook)) {
        if (timer != null) {
          timer.cancel(false);
        }
      }
    }
    try {
      release(had);
    } finally {
      queued.leave();
    }
  }

  private void release(Lease had) {
    try {
      if (had != null) {
        sessions.release(had);
      }
    } catch (SessionException e) {
      LOG.log(Level.WARNING, "a lease could not be released and runs out: " + e.getMessage());
    }
  }
}
