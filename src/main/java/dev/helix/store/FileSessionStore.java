package dev.helix.store;

import dev.helix.session.Lease;
import dev.helix.session.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sessions as folders in a directory that this store holds alone. Thread-safe: each session has a
 * lock, which others may share. Files are opened for each use, so that none stay open.
 */
final class FileSessionStore implements SessionStore {
  private static final Logger LOG = System.getLogger(FileSessionStore.class.getName());
  private static final int STRIPES = 1024;
  private static final int REMEMBERED = 4096;

  private final Path sessions;
  private final Clock clock;
  private final DirectoryLock directoryLock;
  private final ReentrantLock[] locks = new ReentrantLock[STRIPES];
  private final LastUse lastUse;
  private final OwnerSecretFile ownerSecret;
  private final Leases leases;

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

  /** Sessions that were made and not forced yet. */
  private final Set<SessionId> unforced = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  private FileSessionStore(Path sessions, Clock clock, DirectoryLock directoryLock) {
    this.sessions = sessions;
    this.clock = clock;
    this.directoryLock = directoryLock;
    this.ownerSecret = new OwnerSecretFile(sessions);
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new ReentrantLock();
    }
    this.leases = new Leases(clock);
    this.lastUse = new LastUse(this::writeLastUse);
  }

  static FileSessionStore open(Path directory, Clock clock) {
    Path sessions = directory.toAbsolutePath().normalize();
    DirectoryLock lock = DirectoryLock.acquire(sessions);
    try {
      tidy(sessions);
      // A damaged secret stops the start: it is found out now, not with the first owner.
      Optional<byte[]> unused = new OwnerSecretFile(sessions).find();
    } catch (IOException e) {
      lock.close();
      throw Disk.failure("cannot tidy " + sessions, e);
    } catch (SessionException e) {
      lock.close();
      throw e;
    }
    LOG.log(Level.INFO, "sessions are kept in {0}", sessions);
    return new FileSessionStore(sessions, clock, lock);
  }

  /** What a deletion, or the making of a secret, that was cut short left is of use to nobody. */
  private static void tidy(Path sessions) throws IOException {
    for (String left : List.of(".deleted.*", OwnerSecretFile.NAME + ".*")) {
      for (Path leftover : Disk.entries(sessions, left)) {
        Disk.deleteTree(leftover);
      }
    }
  }

  /** Something done to a folder, under its session's lock. */
  private interface FolderWork<T> {
    T on(SessionFolder folder) throws IOException;
  }

  private <T> T locked(SessionId id, String what, FolderWork<T> work) {
    ReentrantLock lock = lock(id);
    lock.lock();
    try {
      if (closed) {
        throw new SessionException("the session store is closed");
      }
      SessionFolder known = folders.get(id);
      SessionFolder folder = known != null ? known : new SessionFolder(sessions, id, clock);
      return work.on(folder);
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

  /** The folder's state with the time of last use; what exists is remembered. */
  private Optional<SessionState> state(SessionId id, SessionFolder folder) throws IOException {
    Optional<SessionState> stored = folder.state();
    if (stored.isEmpty()) {
      folders.remove(id);
      lastUse.forget(id);
      return stored;
    }
    folders.put(id, folder);
    return stored.map(lastUse::in);
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    return locked(id, "find", folder -> state(id, folder));
  }

  @Override
  public Reading read(SessionId id, Version since) {
    return locked(
        id,
        "read",
        folder ->
            state(id, folder).isEmpty()
                ? new Reading(Version.NONE, true, List.of())
                : folder.transcript().read(since));
  }

  @Override
  public Appended append(
      SessionState state, Version expected, List<Message> elements, Lease lease) {
    SessionId id = state.sessionId();
    return locked(
        id,
        "append to",
        folder -> {
          Optional<SessionState> stored = state(id, folder);
          if (stored.isEmpty() && lease != null && !leases.isHeld(lease)) {
            return new Appended(Outcome.FENCED, Version.NONE);
          }
          if (stored.isEmpty()) {
            return expected.equals(Version.NONE)
                ? create(state, folder, elements)
                : new Appended(Outcome.CONFLICT, Version.NONE);
          }
          if (!stored.get().isSameConversation(state)) {
            return new Appended(Outcome.HELD, Version.NONE);
          }
          if (lease != null && !leases.isHeld(lease)) {
            return new Appended(Outcome.FENCED, Version.NONE);
          }
          if (!folder.transcript().append(expected, elements)) {
            return new Appended(Outcome.CONFLICT, Version.NONE);
          }
          lastUse.add(id, state.updatedAt());
          return new Appended(Outcome.DONE, folder.transcript().version());
        });
  }

  private Appended create(SessionState state, SessionFolder folder, List<Message> elements)
      throws IOException {
    folder.create(state, elements);
    unforced.add(state.sessionId());
    folders.put(state.sessionId(), folder);
    return new Appended(Outcome.DONE, folder.transcript().version());
  }

  @Override
  public void force(SessionId id) {
    // Not under the session's lock: others go on while the disk works.
    SessionFolder folder = new SessionFolder(sessions, id, clock);
    try {
      if (unforced.contains(id)) {
        folder.forceMade();
        unforced.remove(id);
      } else {
        folder.transcript().force();
      }
    } catch (IOException e) {
      throw Disk.failure("cannot force session " + id, e);
    }
  }

  @Override
  public boolean update(SessionState state) {
    SessionId id = state.sessionId();
    return locked(
        id,
        "update",
        folder -> {
          Optional<SessionState> stored = state(id, folder);
          if (stored.isEmpty() || !stored.get().isSameConversation(state)) {
            return false;
          }
          replace(folder, state);
          return true;
        });
  }

  private void replace(SessionFolder folder, SessionState state) throws IOException {
    folder.write(state);
    Disk.forceDirectory(folder.path());
    lastUse.forget(state.sessionId());
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    return locked(
        id,
        "adopt",
        folder -> {
          Optional<SessionState> stored = state(id, folder);
          if (stored.isEmpty() || !stored.get().owner().isAnonymous()) {
            return false;
          }
          replace(folder, stored.get().withOwner(owner));
          return true;
        });
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    return locked(
        id,
        "read a note of",
        folder ->
            state(id, folder).isEmpty()
                ? Optional.empty()
                : NoteFile.in(folder.path(), name).read());
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    return locked(
        id,
        "save a note of",
        folder -> {
          if (state(id, folder).isEmpty()) {
            return false;
          }
          NoteFile.in(folder.path(), name).write(text);
          return true;
        });
  }

  @Override
  public byte[] ownerSecret() {
    try {
      return ownerSecret.get();
    } catch (IOException e) {
      throw Disk.failure("cannot make or read the owners' secret in " + sessions, e);
    }
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return NewestSessions.in(sessions, after, limit, this::find);
  }

  @Override
  public boolean delete(SessionId id) {
    return locked(
        id,
        "delete",
        folder -> {
          boolean existed = state(id, folder).isPresent();
          folders.remove(id);
          unforced.remove(id);
          lastUse.forget(id);
          if (Files.exists(folder.path())) {
            Files.move(folder.path(), sessions.resolve(".deleted." + id + "." + UUID.randomUUID()));
          }
          Disk.forceDirectory(sessions);
          // What was set aside of the session is its content too. An id has no dot in it.
          for (String left :
              List.of(".deleted." + id + ".*", id + ".unreadable-*", ".new." + id + ".*")) {
            for (Path leftover : Disk.entries(sessions, left)) {
              Disk.deleteTree(leftover);
            }
          }
          Disk.forceDirectory(sessions);
          return existed;
        });
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

  @Override
  public Optional<Lease> lease(SessionId id, Duration time) {
    return leases.take(id, time);
  }

  @Override
  public boolean renew(Lease lease, Duration time) {
    return leases.renew(lease, time);
  }

  @Override
  public void release(Lease lease) {
    leases.release(lease);
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public boolean restore(SessionId id, SessionFiles files) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public void check() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    lastUse.close();
    try {
      List.copyOf(unforced).forEach(this::force);
    } finally {
      closed = true;
      directoryLock.close();
    }
  }
}
