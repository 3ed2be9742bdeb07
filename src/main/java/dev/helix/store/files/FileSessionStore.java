package dev.helix.store.files;

import dev.helix.message.Message;
import dev.helix.session.CacheShare;
import dev.helix.session.Erasing;
import dev.helix.session.Lease;
import dev.helix.session.Owner;
import dev.helix.session.SessionAliases;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.store.disk.Disk;
import dev.helix.store.files.recent.Use;
import dev.helix.store.files.recent.UseOrder;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/**
 * Sessions as folders in a directory that this store holds alone. Thread-safe: what is done to a
 * session is done under its lock. Files are opened for each use, so that none stay open.
 */
public final class FileSessionStore extends OneServerStore {
  private static final Logger LOG = System.getLogger(FileSessionStore.class.getName());

  /** So many of the sessions last used are looked at when the store opens. */
  private static final int SAY_WHETHER_OWNED = 20;

  private final Path sessions;
  private final DirectoryLock directoryLock;
  private final SessionFolders folders;
  private final FolderLists lists;
  private final WholeSessions whole;
  private final OwnerSecretFile ownerSecret;
  private final AliasFiles aliases;
  private final Forces forces;
  private final AtomicBoolean closing = new AtomicBoolean();

  private FileSessionStore(
      Path sessions, Clock clock, long bytes, DirectoryLock directoryLock, UseOrder order)
      throws IOException {
    super(clock);
    this.sessions = sessions;
    this.directoryLock = directoryLock;
    forces = new Forces(sessions, clock);
    forces.tidy();
    FolderCheck.tidy(sessions);
    aliases = new AliasFiles(sessions);
    ownerSecret = new OwnerSecretFile(sessions);
    ownerSecret.tidy();
    Optional<byte[]> unused = ownerSecret.find(); // One that is damaged stops the start.
    folders = new SessionFolders(sessions, clock, order, forces, bytes);
    lists = new FolderLists(folders);
    whole = new WholeSessions(sessions, folders);
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
   * Opens a directory as {@link #open(Path)} does.
   *
   * @param bytes about how much memory the sessions last used may take, by default a tenth of
   *     {@link CacheShare#DEFAULT}. One that is not in memory costs some small reads more
   */
  public static SessionStore open(Path directory, long bytes) {
    return open(directory, Clock.systemUTC(), bytes);
  }

  /** A look at a directory, which must be there, beside the server that uses it. */
  public static SessionStore openToRead(Path directory) {
    return FileSessionReader.open(directory);
  }

  /**
   * What a session looks like from outside, which costs little: while it is the same, so is the
   * content. Empty where the session does not exist, was changed just now or cannot be looked at.
   */
  public static Optional<String> stamp(Path directory, SessionId id) {
    return FileSessionReader.open(directory).stamp(id);
  }

  static FileSessionStore open(Path directory, Clock clock) {
    return open(directory, clock, CacheShare.DEFAULT.storeBytes());
  }

  static FileSessionStore open(Path directory, Clock clock, long bytes) {
    Path sessions = directory.toAbsolutePath().normalize();
    FolderCheck.refuseLinks(sessions);
    DirectoryLock lock = DirectoryLock.acquire(sessions);
    UseOrder order = null;
    try {
      order = UseOrder.open(sessions); // Which sees whether another program was here before.
      FileSessionStore store = new FileSessionStore(sessions, clock, bytes, lock, order);
      LOG.log(Level.INFO, "sessions are kept in {0}", sessions);
      return store;
    } catch (IOException | SessionException e) {
      if (order != null) {
        order.close();
      }
      lock.close();
      throw e instanceof SessionException known
          ? known
          : Disk.failure("cannot tidy " + sessions, (IOException) e);
    }
  }

  /** Refuses a directory whose owners' secret is gone; looks at the sessions last used alone. */
  void checkOwnerSecret() {
    ownerSecret.require(() -> list(SAY_WHETHER_OWNED));
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    return folders.locked(id, "find", folder -> folders.state(id, folder));
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    return read(id, since, bytes -> {});
  }

  @Override
  public Reading read(SessionId id, LogVersion from, LongConsumer ahead) {
    return folders.existing(
        id, "read", Reading.NOTHING, (in, state) -> in.transcript().read(state, from, ahead));
  }

  @Override
  public Reading readEnd(SessionId id, int bytes) {
    return readEnd(id, bytes, held -> {});
  }

  @Override
  public Reading readEnd(SessionId id, int bytes, LongConsumer ahead) {
    return folders.existing(
        id,
        "read",
        Reading.NOTHING,
        (folder, state) -> folder.transcript().readEnd(state, bytes, ahead));
  }

  @Override
  public Appended append(
      SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
    SessionId id = state.sessionId();
    return folders.locked(
        id,
        "append to",
        folder -> {
          boolean asLeft = !forces.hasFailed(id) && folder.isKnown(expected);
          SessionState stored = asLeft ? folder.known() : folders.state(id, folder).orElse(null);
          if (stored != null && !stored.isSameConversation(state)) {
            return new Appended(Outcome.HELD, LogVersion.NONE);
          }
          if (lease != null && !leases.isHeld(lease)) {
            return new Appended(Outcome.FENCED, LogVersion.NONE);
          }
          if (stored == null && expected.equals(LogVersion.NONE)) {
            folders.make(state, folder, elements);
            return new Appended(Outcome.DONE, folder.transcript().version());
          }
          if (stored == null || !(asLeft || folder.transcript().isAt(expected))) {
            return new Appended(Outcome.CONFLICT, LogVersion.NONE);
          }
          Instant used = SessionFolder.latest(stored.updatedAt(), state.updatedAt());
          folders.order().used(Use.of(stored.withUpdatedAt(used)));
          folder.transcript().append(elements);
          folder.used(state.updatedAt());
          return new Appended(Outcome.DONE, folder.transcript().version());
        });
  }

  @Override
  public void force(SessionId id) {
    // Not under the session's lock: others go on while the disk works.
    try {
      while (!forces.force(id)) {
        Optional<SessionState> unused =
            folders.locked(id, "force", folder -> folders.state(id, folder));
      }
    } catch (IOException e) {
      throw Disk.failure("cannot force session " + id, e);
    }
  }

  @Override
  public Optional<SessionState> update(SessionId id, UnaryOperator<SessionState> change) {
    return folders.existing(
        id,
        "update",
        Optional.empty(),
        (folder, stored) -> {
          SessionState next = change.apply(stored);
          if (next == null || !next.isSameConversation(stored)) {
            return Optional.empty();
          }
          replace(folder, next);
          return Optional.of(next);
        });
  }

  private void replace(SessionFolder folder, SessionState state) throws IOException {
    folders.order().used(Use.of(state));
    folder.write(state);
    Disk.forceDirectory(folder.path());
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    return folders.existing(
        id,
        "adopt",
        false,
        (folder, stored) -> {
          if (!stored.owner().isAnonymous()) {
            return false;
          }
          replace(folder, stored.withOwner(owner));
          return true;
        });
  }

  @Override
  public Set<String> erase(SessionId id, Erasing erasing) {
    Set<String> there =
        folders.existing(
            id,
            "erase messages of",
            Set.of(),
            (folder, state) -> new FolderErasure(folder, erasing).run(state));
    force(id); // It may be that nothing of the session was forced so far.
    return there;
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    return folders.existing(
        id,
        "read a note of",
        Optional.empty(),
        (folder, state) -> SessionFolder.note(folder.path(), name));
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    return folders.existing(
        id,
        "save a note of",
        false,
        (folder, state) -> {
          folder.saveNote(name, text);
          return true;
        });
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    return ownerSecret.find();
  }

  @Override
  public boolean adoptOwnerSecret(byte[] secret) {
    return ownerSecret.adopt(secret);
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return lists.list(null, after, limit);
  }

  @Override
  public List<SessionState> listOf(Owner owner, Position after, int limit) {
    return lists.list(owner, after, limit);
  }

  @Override
  public long countOf(Owner owner, Instant from, Instant to) {
    return lists.count(owner, from, to).orElseGet(() -> super.countOf(owner, from, to));
  }

  @Override
  public SessionAliases aliases() {
    return aliases;
  }

  @Override
  public boolean delete(SessionId id) {
    return whole.delete(id);
  }

  @Override
  public boolean unmake(SessionState made, LogVersion version) {
    return whole.unmake(made, version);
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    return whole.export(id, visitor);
  }

  @Override
  public long bytes(SessionId id) {
    return whole.bytes(id);
  }

  @Override
  public boolean restore(SessionId id, SessionFiles files) throws IOException {
    return whole.restore(id, files);
  }

  /**
   * Makes a session of its files as {@link #restore} does, in place of the one that exists, for
   * folders that nobody but this store uses, such as a backup's. What was there is lost only when
   * all of the new is on the disk.
   *
   * @throws IOException what showing the files throws; then nothing is changed
   */
  public void replace(SessionId id, SessionFiles files) throws IOException {
    whole.replace(id, files);
  }

  @Override
  public boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor)
      throws IOException {
    return whole.remove(id, unusedSince, visitor);
  }

  @Override
  public void check() {
    folders.check();
  }

  @Override
  public int damages() {
    return folders.setAside().damages();
  }

  @Override
  public void close() {
    if (closing.getAndSet(true)) {
      return;
    }
    try {
      folders.writeUse();
      forces.unforced().forEach(this::force);
      forces.close();
      Disk.deleteIfEmpty(sessions.resolve(SessionFolder.UNFINISHED));
    } finally {
      folders.order().close();
      folders.close();
      directoryLock.close();
    }
  }
}
