package dev.helix.store.files;

import dev.helix.message.Message;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionLocks;
import dev.helix.session.SessionState;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.disk.Disk;
import dev.helix.store.files.recent.Use;
import dev.helix.store.files.recent.UseOrder;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The folders of a directory's sessions, of which those last used are remembered, as many as there
 * is memory for, and for each a lock; and the order of their last use. Thread-safe.
 */
final class SessionFolders {
  private static final Logger LOG = System.getLogger(SessionFolders.class.getName());

  private final Path sessions;
  private final SetAside setAside;
  private final Clock clock;
  private final UseOrder order;
  private final Forces forces;
  private final long bound;
  private final SessionLocks locks = new SessionLocks();
  private final FolderCheck check;

  /** The folders last used; each is only touched under its session's lock. */
  private final Map<SessionId, Known> folders = new LinkedHashMap<>(16, 0.75f, true);

  private long bytes;
  private volatile boolean closed;

  /** A folder and what it took of the memory when it was last used. */
  private record Known(SessionFolder folder, long bytes) {}

  SessionFolders(Path sessions, Clock clock, UseOrder order, Forces forces, long bound) {
    this.sessions = sessions;
    this.setAside = new SetAside(sessions);
    this.check = new FolderCheck(sessions, clock);
    this.clock = clock;
    this.order = order;
    this.forces = forces;
    this.bound = bound;
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
    locks.lock(id);
    try {
      checkOpen();
      SessionFolder known = known(id);
      return work.on(known != null ? known : new SessionFolder(sessions, id, clock, setAside));
    } catch (IOException e) {
      throw Disk.failure("cannot " + what + " session " + id, e);
    } finally {
      locks.unlock(id);
    }
  }

  /** Something done to a session that exists, under its lock. */
  interface Existing<T> {
    T on(SessionFolder folder, SessionState state) throws IOException;
  }

  /** Does it under the session's lock, as {@link #locked} does, unless there is none. */
  <T> T existing(SessionId id, String what, T absent, Existing<T> work) {
    return locked(
        id,
        what,
        folder -> {
          Optional<SessionState> state = state(id, folder);
          return state.isEmpty() ? absent : work.on(folder, state.get());
        });
  }

  /**
   * The state, under the session's lock; what exists is remembered, and what is gone forgotten.
   * Where a forced write has failed all of the session is read again and written anew first.
   */
  Optional<SessionState> state(SessionId id, SessionFolder folder) throws IOException {
    if (forces.hasFailed(id)) {
      folder.mend();
      forces.mended(id);
    }
    return look(id, folder);
  }

  /** The state as {@link #state} gives it, but also where a forced write has failed. */
  Optional<SessionState> look(SessionId id, SessionFolder folder) throws IOException {
    Optional<SessionState> stored = folder.state();
    if (stored.isEmpty()) {
      forget(id);
    } else {
      remember(id, folder);
    }
    return stored;
  }

  /** Makes a session, under its lock. */
  void make(SessionState state, SessionFolder folder, List<Message> elements) throws IOException {
    order.used(Use.of(state));
    Object mark = forces.making(state.sessionId());
    try {
      folder.create(state, elements);
    } catch (IOException | RuntimeException e) {
      forces.notMade(mark);
      throw e;
    }
    forces.made(state.sessionId(), mark);
    remember(state.sessionId(), folder);
  }

  private synchronized SessionFolder known(SessionId id) {
    Known known = folders.get(id);
    return known == null ? null : known.folder();
  }

  /** Keeps what is known of a folder, under its session's lock. */
  synchronized void remember(SessionId id, SessionFolder folder) {
    Known now = new Known(folder, folder.bytes());
    Known before = folders.put(id, now);
    bytes += now.bytes() - (before == null ? 0 : before.bytes());
    Iterator<Known> eldest = folders.values().iterator();
    while (bytes > bound && folders.size() > 1) {
      bytes -= eldest.next().bytes();
      eldest.remove();
    }
  }

  private synchronized void forget(SessionId id) {
    Known known = folders.remove(id);
    bytes -= known == null ? 0 : known.bytes();
  }

  /**
   * Takes a folder out of sight, durably and under its session's lock; only to empty it is left.
   */
  Path moveAway(SessionId id, SessionFolder folder) throws IOException {
    Path away = folder.unfinished("deleted");
    Files.move(folder.path(), away);
    forget(id); // Not before: where it cannot be moved, it is there still.
    forces.gone(id);
    order.forget(id);
    Disk.forceDirectory(sessions);
    return away;
  }

  /** The folders that were set aside. */
  SetAside setAside() {
    return setAside;
  }

  /** The sessions in the order of their last use. */
  UseOrder order() {
    return order;
  }

  private void checkOpen() {
    if (closed) {
      throw new StoreUnavailableException("the session store is closed", null);
    }
  }

  /** Makes a session that nobody sees, as in a first turn, reads and removes it. */
  void check() {
    checkOpen();
    try {
      check.run();
    } catch (IOException e) {
      throw Disk.failure("cannot make a session in " + sessions, e);
    }
  }

  /** Writes when the remembered sessions were used, where their files do not tell it. */
  void writeUse() {
    List<SessionId> all;
    synchronized (this) {
      all = List.copyOf(folders.keySet());
    }
    for (SessionId id : all) {
      try {
        locked(
            id,
            "update",
            folder -> {
              folder.writeUse();
              return null;
            });
      } catch (SessionException e) {
        LOG.log(Level.WARNING, "it is not known when session " + id + " was last used", e);
      }
    }
  }

  /** Refuses all that begins later. */
  void close() {
    closed = true;
  }
}
