package dev.helix.session;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/** A lock for each session, which others may share: no thread may hold two. Thread-safe. */
public final class SessionLocks {
  private final ReentrantLock[] locks = new ReentrantLock[1024];

  public SessionLocks() {
    Arrays.setAll(locks, i -> new ReentrantLock());
  }

  /** The lock of a session. */
  public ReentrantLock of(SessionId id) {
    int hash = id.hashCode();
    return locks[(hash ^ (hash >>> 16)) & (locks.length - 1)];
  }
}
