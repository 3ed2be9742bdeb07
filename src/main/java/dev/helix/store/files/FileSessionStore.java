package dev.helix.store.files;

import dev.helix.message.Message;
import dev.helix.session.Lease;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.store.Leases;
import dev.helix.store.disk.Disk;
import dev.helix.store.files.recent.UseOrder;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * Sessions as folders in a directory that this store holds alone. Thread-safe: what is done to a
 * session is done under its lock. Files are opened for each use, so that none stay open.
 */
public final class FileSessionStore implements SessionStore {
  private static final Logger LOG = System.getLogger(FileSessionStore.class.getName());

  private final Path sessions;
  private final Clock clock;
  private final DirectoryLock directoryLock;
  private final SessionFolders folders;
  private final WholeSessions whole;
  private final OwnerSecretFile ownerSecret;
  private final Leases leases;

  /** Sessions of which more than the transcript may not be forced yet. */
  private final Set<SessionId> unforced = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean closing = new AtomicBoolean();

  private FileSessionStore(
      Path sessions, Clock clock, DirectoryLock directoryLock, UseOrder order) {
    this.sessions = sessions;
    this.clock = clock;
    this.directoryLock = directoryLock;
    this.ownerSecret = new OwnerSecretFile(sessions);
    this.folders = new SessionFolders(sessions, clock, order);
    this.leases = new Leases(clock);
    this.whole = new WholeSessions(sessions, folders);
  }

  /**
   * Opens a directory, which is made where it is missing and held until the store is closed.
   *
   * <p>An append is one write to the end of {@code context/messages.json}, whatever its length. A
   * crash's half-written end is repaired when the session is next used, and the log says so. Files
   * that another program changes are read again; two servers cannot use one directory. A transcript
   * is at most 2 GB.
   *
   * @throws SessionException if the directory cannot be used, or another server uses it
   */
  public static SessionStore open(Path directory) {
    return open(directory, Clock.systemUTC());
  }

  /**
   * A look at the folders of a directory beside the server that uses it, which changes nothing.
   *
   * @throws SessionException if there is no such directory
   */
  public static SessionStore openToRead(Path directory) {
    return FileSessionReader.open(directory);
  }

  static FileSessionStore open(Path directory, Clock clock) {
    Path sessions = directory.toAbsolutePath().normalize();
    DirectoryLock lock = DirectoryLock.acquire(sessions);
    UseOrder order = null;
    try {
      order = UseOrder.open(sessions); // Which sees whether another program was here before.
      tidy(sessions);
      // A damaged secret stops the start: it is found out now, not with the first owner.
      Optional<byte[]> unused = new OwnerSecretFile(sessions).find();
    } catch (IOException e) {
      close(order, lock);
      throw Disk.failure("cannot tidy " + sessions, e);
    } catch (SessionException e) {
      close(order, lock);
      throw e;
    }
    LOG.log(Level.INFO, "sessions are kept in {0}", sessions);
    return new FileSessionStore(sessions, clock, lock, order);
  }

  private static void close(UseOrder order, DirectoryLock lock) {
    if (order != null) {
      order.close();
    }
    lock.close();
  }

  /**
   * What a crash left half made or half deleted is of use to nobody: the one was acknowledged to
   * nobody, the other is finished now. All of it is in one folder, so the sessions are not looked
   * through.
   */
  private static void tidy(Path sessions) throws IOException {
    Path unfinished = sessions.resolve(SessionFolder.UNFINISHED);
    if (Files.isDirectory(unfinished, LinkOption.NOFOLLOW_LINKS)) {
      Disk.deleteTree(unfinished);
    }
    OwnerSecretFile.tidy(sessions);
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    return folders.locked(id, "find", folder -> folders.state(id, folder));
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    return folders.locked(
        id,
        "read",
        folder -> {
          Optional<SessionState> state = folders.state(id, folder);
          return state.isEmpty() ? Reading.NOTHING : folder.transcript().read(state.get(), since);
        });
  }

  @Override
  public Appended append(
      SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
    SessionId id = state.sessionId();
    return folders.locked(
        id,
        "append to",
        folder -> {
          Optional<SessionState> stored = folders.state(id, folder);
          if (stored.isEmpty() && lease != null && !leases.isHeld(lease)) {
            return new Appended(Outcome.FENCED, LogVersion.NONE);
          }
          if (stored.isEmpty()) {
            return expected.equals(LogVersion.NONE)
                ? create(state, folder, elements)
                : new Appended(Outcome.CONFLICT, LogVersion.NONE);
          }
          if (!stored.get().isSameConversation(state)) {
            return new Appended(Outcome.HELD, LogVersion.NONE);
          }
          if (lease != null && !leases.isHeld(lease)) {
            return new Appended(Outcome.FENCED, LogVersion.NONE);
          }
          if (folder.isFirstAppend()) {
            unforced.add(id); // A process that was killed may have made it without forcing it.
          }
          if (!folder.transcript().append(expected, elements)) {
            return new Appended(Outcome.CONFLICT, LogVersion.NONE);
          }
          folders.lastUse().add(stored.get(), state.updatedAt());
          return new Appended(Outcome.DONE, folder.transcript().version());
        });
  }

  private Appended create(SessionState state, SessionFolder folder, List<Message> elements)
      throws IOException {
    folders.lastUse().writing(state);
    folder.create(state, elements);
    unforced.add(state.sessionId());
    folders.remember(state.sessionId(), folder);
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
  public Optional<SessionState> update(SessionId id, UnaryOperator<SessionState> change) {
    return folders.locked(
        id,
        "update",
        folder -> {
          Optional<SessionState> stored = folders.state(id, folder);
          SessionState next = stored.map(change).orElse(null);
          if (next == null || !next.isSameConversation(stored.get())) {
            return Optional.empty();
          }
          replace(folder, next);
          return Optional.of(next);
        });
  }

  private void replace(SessionFolder folder, SessionState state) throws IOException {
    folders.lastUse().writing(state);
    folder.write(state);
    Disk.forceDirectory(folder.path());
    folders.lastUse().forget(state.sessionId());
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    return folders.locked(
        id,
        "adopt",
        folder -> {
          Optional<SessionState> stored = folders.state(id, folder);
          if (stored.isEmpty() || !stored.get().owner().isAnonymous()) {
            return false;
          }
          replace(folder, stored.get().withOwner(owner));
          return true;
        });
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    return folders.locked(
        id,
        "read a note of",
        folder ->
            folders.state(id, folder).isEmpty()
                ? Optional.empty()
                : NoteFile.in(folder.path(), name).read());
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    return folders.locked(
        id,
        "save a note of",
        folder -> {
          if (folders.state(id, folder).isEmpty()) {
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
  public Optional<byte[]> findOwnerSecret() {
    try {
      return ownerSecret.find();
    } catch (IOException e) {
      throw Disk.failure("cannot read the owners' secret in " + sessions, e);
    }
  }

  @Override
  public boolean adoptOwnerSecret(byte[] secret) {
    try {
      return ownerSecret.adopt(secret);
    } catch (IOException e) {
      throw Disk.failure("cannot make or read the owners' secret in " + sessions, e);
    }
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return folders.lastUse().order().list(after, limit, this::find);
  }

  @Override
  public boolean delete(SessionId id) {
    return folders.locked(
        id,
        "delete",
        folder -> {
          boolean existed = folders.state(id, folder).isPresent();
          if (Files.exists(folder.path())) {
            Path unused = folders.moveAway(id, folder);
          }
          // What was set aside of the session is its content too. An id has no dot in it.
          for (Path leftover : Disk.entries(sessions, id + ".unreadable-*")) {
            Disk.deleteTree(leftover);
          }
          Path unfinished = Disk.makeFolders(sessions.resolve(SessionFolder.UNFINISHED));
          for (Path leftover : Disk.entries(unfinished, "*." + id + ".*")) {
            Disk.deleteTree(leftover);
          }
          Disk.forceDirectory(sessions);
          return existed;
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
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    return whole.export(id, visitor);
  }

  @Override
  public boolean restore(SessionId id, SessionFiles files) throws IOException {
    return whole.restore(id, files);
  }

  @Override
  public boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor)
      throws IOException {
    return whole.remove(id, unusedSince, visitor);
  }

  @Override
  public void check() {
    folders.checkOpen();
    DiskCheck.in(sessions);
  }

  @Override
  public void close() {
    if (closing.getAndSet(true)) {
      return;
    }
    try {
      // Before the order notes the directory's time of change.
      Disk.deleteIfEmpty(sessions.resolve(SessionFolder.UNFINISHED));
      folders.lastUse().close();
      List.copyOf(unforced).forEach(this::force);
    } finally {
      folders.close();
      directoryLock.close();
    }
  }
}
