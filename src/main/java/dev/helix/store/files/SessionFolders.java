package dev.helix.store.files;

import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.disk.Disk;
import dev.helix.store.files.recent.UseOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The folders of a directory's sessions, of which those last used are remembered, and for each a
 * lock, which others may share, and the time of its last use. Thread-safe.
 */
final class SessionFolders {
  private static final int STRIPES = 1024;
  private static final int REMEMBERED = 4096;

  private final Path sessions;
  private final Clock clock;
  private final LastUse lastUse;
  private final ReentrantLock[] locks = new ReentrantLock[STRIPES];

  /** The folders last used; each is only touched under its session's lock. */
  private final Map<SessionId, SessionFolder> folders =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<SessionId, SessionFolder> eldest) {
              return size() > REMEMBERED;
            }
          });

  private volatile boolean closed;

  SessionFolders(Path sessions, Clock clock, UseOrder order) {
    this.sessions = sessions;
    this.clock = clock;
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new ReentrantLock();
    }
    this.lastUse = new LastUse(order, this::writeLastUse);
  }

  /** Something done to a folder, under its session's lock. */
  interface Work<T> {
    T on(SessionFolder folder) throws IOException;
  }

  /**
   * Does it under the session's lock.
   *
   * @param what for the message of a failure: it "cannot" do so with the session
   */
  <T> T locked(SessionId id, String what, Work<T> work) {
    ReentrantLock lock = lock(id);
    lock.lock();
    try {
      checkOpen();
      SessionFolder known = folders.get(id);
      return work.on(known != null ? known : new SessionFolder(sessions, id, clock));
    } catch (IOException e) {
      throw Disk.failure("cannot " + what + " session " + id, e);
    } finally {
      lock.unlock();
    }
  }

  private ReentrantLock lock(SessionId id) {
    int hash = id.hashCode();
    return locks[(hash ^ (hash >>> 16)) & (STRIPES - 1)];
  }

  /**
   * The state with the time of last use, under the session's lock; what exists is remembered, and
   * what is gone forgotten.
   */
  Optional<SessionState> state(SessionId id, SessionFolder folder) throws IOException {
    Optional<SessionState> stored = folder.state();
    if (stored.isEmpty()) {
      forget(id);
      return stored;
    }
    remember(id, folder);
    return stored.map(lastUse::in);
  }

  /** Keeps what is known of a folder, under its session's lock. */
  void remember(SessionId id, SessionFolder folder) {
    folders.put(id, folder);
  }

  private void forget(SessionId id) {
    folders.remove(id);
    lastUse.forget(id);
  }

  /**
   * Takes a folder out of sight, durably and under its session's lock; only to empty it is left.
   */
  Path moveAway(SessionId id, SessionFolder folder) throws IOException {
    Path away = folder.unfinished("deleted");
    Files.move(folder.path(), away);
    folders.remove(id); // Not before: where it cannot be moved, it is there still.
    lastUse.gone(id);
    Disk.forceDirectory(sessions);
    return away;
  }

  /** When sessions were used, as far as their files do not say it. */
  LastUse lastUse() {
    return lastUse;
  }

  private void writeLastUse(SessionId id) {
    locked(
        id,
        "update",
        folder -> {
          Optional<SessionState> state = state(id, folder);
          if (state.isPresent()) {
            folder.write(state.get());
          }
          lastUse.forget(id);
          return null;
        });
  }

  void checkOpen() {
    if (closed) {
      throw new SessionException("the session store is closed");
    }
  }

  /** Refuses all that begins later. */
  void close() {
    closed = true;
  }
}
