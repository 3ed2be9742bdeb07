package dev.helix.session;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/** A lock for each session that is locked or waited for. Thread-safe. */
public final class SessionLocks {
  private final ConcurrentMap<SessionId, Used> used = new ConcurrentHashMap<>();

  /** A lock, and how many threads hold it or wait for it. */
  private record Used(ReentrantLock lock, int threads) {}

  /** Waits for the session's lock; not for others', however long these are held. */
  public void lock(SessionId id) {
    used.compute(
            id,
            (key, now) ->
                now == null
                    ? new Used(new ReentrantLock(), 1)
                    : new Used(now.lock(), now.threads() + 1))
        .lock()
        .lock();
  }

  /**
   * Gives a lock back.
   *
   * @throws IllegalMonitorStateException if this thread does not hold it
   */
  public void unlock(SessionId id) {
    Used now = used.get(id);
    if (now == null) {
      throw new IllegalMonitorStateException("session " + id + " is not locked");
    }
    now.lock().unlock();
    used.compute(
        id, (key, last) -> last.threads() == 1 ? null : new Used(last.lock(), last.threads() - 1));
  }
}
