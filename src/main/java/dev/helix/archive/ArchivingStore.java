package dev.helix.archive;

import dev.helix.message.Message;
import dev.helix.session.Lease;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionLocks;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * A store some of whose sessions are in an archive: they are restored as soon as more than their
 * state is asked for, and the archive is removed after that. The state alone is read where it is,
 * so that nothing is unpacked for one whose session it is not, nor by a look. Only {@link #list}
 * knows nothing of them. Keeps the contract of {@link SessionStore}.
 *
 * <p>Where a session is in both, as a crash in between leaves it, the store's counts. Archives are
 * made before the session is removed from the store and removed after it is restored, and only who
 * restored it removes one. A restored session counts as used, so that no sweep takes it back at
 * once. Who restored it and finds its archive gone, or another in its place, takes back what was
 * restored, unless somebody has used it since. Older archives of a session are left alone.
 */
final class ArchivingStore implements SessionStore {
  private static final Logger LOG = System.getLogger(ArchivingStore.class.getName());

  /** The lease of whoever archives. No session is called so: a fallback id ends in a hash. */
  static final SessionId SWEEP = new SessionId("helix-archive");

  /** Longer than one session takes, and as long as others wait for a server that died. */
  private static final Duration SWEEP_LEASE = Duration.ofMinutes(5);

  /** Who reads the log knows after so many. */
  private static final int LOGGED = 10;

  private final SessionStore store;
  private final Archive archive;
  private final Clock clock;

  /** So that requests which come at once do not all read the same archive. */
  private final SessionLocks restoring = new SessionLocks();

  ArchivingStore(SessionStore store, Archive archive, Clock clock) {
    this.store = store;
    this.archive = archive;
    this.clock = clock;
  }

  @Override
  public boolean archive(SessionId id, Instant unusedSince) {
    try (ArchiveWriter writer = archive.writer(id)) {
      if (writer.isTaken()) {
        return false;
      }
      boolean removed = store.remove(id, unusedSince, writer);
      if (!removed) {
        writer.discard();
      }
      return removed;
    } catch (FileAlreadyExistsException e) {
      LOG.log(Level.DEBUG, "session {0} was archived by another server meanwhile", id);
      return false;
    } catch (ArchiveWriter.Unwritable e) {
      throw new StorageFullException("the archive " + archive.folder() + " takes nothing", e);
    } catch (IOException e) {
      throw new SessionException("session " + id + " cannot be archived", e);
    }
  }

  @Override
  public int archiveIdle(Instant unusedSince, BooleanSupplier goesOn) {
    Optional<Lease> lease = store.lease(SWEEP, SWEEP_LEASE);
    if (lease.isEmpty()) {
      LOG.log(Level.DEBUG, "another server archives");
      return 0;
    }
    try {
      archive.tidy();
      return archiveIdle(unusedSince, goesOn, lease.get());
    } catch (IOException e) {
      throw new SessionException("the archive " + archive.folder() + " cannot be tidied", e);
    } finally {
      store.release(lease.get());
    }
  }

  private int archiveIdle(Instant unusedSince, BooleanSupplier goesOn, Lease lease) {
    int archived = 0;
    int failed = 0;
    // The first name there is: nothing used at this very moment comes after it.
    Position after = new Position(unusedSince, new SessionId("-"));
    for (Iterator<SessionState> each = all(after).iterator(); each.hasNext(); ) {
      SessionId idle = each.next().sessionId();
      if (!goesOn.getAsBoolean() || !store.renew(lease, SWEEP_LEASE)) {
        return archived;
      }
      try {
        archived += archive(idle, unusedSince) ? 1 : 0;
      } catch (StoreUnavailableException | StorageFullException e) {
        throw e; // The next one would fare no better.
      } catch (SessionException | OutOfMemoryError e) {
        // The latter where a session has a file that is larger than an array can be.
        failed++;
        LOG.log(
            failed <= LOGGED ? Level.WARNING : Level.DEBUG,
            "session " + idle + " stays unarchived for now",
            e);
      }
    }
    return archived;
  }

  /**
   * Restores a session of which the store has nothing.
   *
   * @return whether the store is worth another look: where it has no archive, another server may
   *     have restored it just between the look at the store and that at the archive
   */
  private boolean bringBack(SessionId id) {
    boolean isMade = archive.isMade();
    if (!isMade || archive.find(id).isEmpty()) {
      return isMade;
    }
    ReentrantLock lock = restoring.of(id);
    lock.lock();
    try {
      Optional<Path> zip = archive.find(id);
      while (zip.isPresent() && !restoreFrom(id, zip.get())) {
        zip = archive.find(id);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Restores from an archive; false where it changed under our hands, so that nothing is done. */
  private boolean restoreFrom(SessionId id, Path zip) {
    try {
      Optional<Object> mark = Archive.mark(zip);
      if (mark.isEmpty()) {
        return false;
      }
      Instant used = clock.instant();
      if (!store.restore(id, new ArchivedFiles(id, zip).usedAt(used))) {
        return true; // It is there by now. Whoever restored it removes the archive.
      }
      // Without its archive it was deleted; with another one it was restored, used and archived
      // again while this thread slept.
      if (!Archive.mark(zip).equals(mark)) {
        return !takeBack(id, used);
      }
      removeRestored(id, zip);
      return true;
    } catch (IOException | IllegalArgumentException | SessionException e) {
      if (Files.notExists(zip)) {
        LOG.log(Level.DEBUG, "session {0} was restored or deleted by another server", id);
        return false;
      }
      if (e instanceof SessionException known) {
        throw known;
      }
      throw new SessionException(
          "session " + id + " cannot be restored from its archive " + zip, e);
    }
  }

  /**
   * Removes what was restored in vain, but not what anybody has said in it since.
   *
   * @return whether the store has nothing of it now
   */
  private boolean takeBack(SessionId id, Instant restoredAsUsed) throws IOException {
    Instant unusedSince = restoredAsUsed.plus(1, ChronoUnit.MICROS);
    if (store.remove(id, unusedSince, (path, content) -> {}) || store.find(id).isEmpty()) {
      LOG.log(Level.INFO, "session {0} was deleted or archived again while it was restored", id);
      return true;
    }
    LOG.log(
        Level.WARNING,
        "session {0} was restored, and used at once, though its archive is gone or another by now",
        id);
    return false;
  }

  /** Removes an archive whose session is in the store, which it is however this goes. */
  private static void removeRestored(SessionId id, Path zip) {
    try {
      // A network disk that asks twice says that there was none: that tells nothing.
      Files.deleteIfExists(zip);
      LOG.log(Level.INFO, "session {0} was restored from {1}", id, zip);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "session " + id + " was restored, but its archive stays: " + zip, e);
    }
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    Optional<SessionState> found = store.find(id);
    return found.isPresent() || !archive.isMade() ? found : archived(id);
  }

  /** The state of a session of which the store has nothing, as it was archived. */
  private Optional<SessionState> archived(SessionId id) {
    for (Optional<Path> zip = archive.find(id); zip.isPresent(); zip = archive.find(id)) {
      try {
        return Optional.of(archive.state(id, zip.get()));
      } catch (SessionException e) {
        if (!Files.notExists(zip.get())) {
          throw e;
        }
        LOG.log(Level.DEBUG, "session {0} was restored or deleted by another server", id);
      }
    }
    // Another server may have restored it just between the look at the store and at the archive.
    return store.find(id);
  }

  @Override
  public Map<SessionId, SessionState> findAll(Collection<SessionId> ids) {
    Map<SessionId, SessionState> found = store.findAll(ids);
    if (found.size() == ids.size() || !archive.isMade()) {
      return found;
    }
    Map<SessionId, SessionState> all = new HashMap<>(found);
    for (SessionId id : ids) {
      if (!found.containsKey(id)) {
        archived(id).ifPresent(state -> all.put(id, state));
      }
    }
    return all;
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    Reading read = store.read(id, since);
    return read.state() == null && bringBack(id) ? store.read(id, since) : read;
  }

  @Override
  public Appended append(
      SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
    if (expected.equals(LogVersion.NONE)) {
      bringBack(state.sessionId()); // Else there would be two sessions of one name.
    }
    return store.append(state, expected, elements, lease);
  }

  @Override
  public void force(SessionId id) {
    store.force(id);
  }

  @Override
  public Optional<SessionState> update(SessionId id, UnaryOperator<SessionState> change) {
    Optional<SessionState> updated = store.update(id, change);
    return updated.isEmpty() && bringBack(id) ? store.update(id, change) : updated;
  }

  @Override
  public Reading readEnd(SessionId id, int bytes) {
    Reading read = store.readEnd(id, bytes);
    return read.state() == null && bringBack(id) ? store.readEnd(id, bytes) : read;
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    return store.adopt(id, owner) || (bringBack(id) && store.adopt(id, owner));
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    Optional<String> note = store.note(id, name);
    return note.isEmpty() && bringBack(id) ? store.note(id, name) : note;
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    return store.saveNote(id, name, text) || (bringBack(id) && store.saveNote(id, name, text));
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    return store.findOwnerSecret();
  }

  @Override
  public boolean adoptOwnerSecret(byte[] secret) {
    return store.adoptOwnerSecret(secret);
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return store.list(after, limit);
  }

  @Override
  public boolean delete(SessionId id) {
    boolean existed = deleteOnce(id);
    // What another server moved meanwhile, into the archive or out of it, is met now.
    return deleteOnce(id) || existed;
  }

  private boolean deleteOnce(SessionId id) {
    boolean stored = store.delete(id);
    try {
      return archive.delete(id) || stored;
    } catch (IOException e) {
      throw new SessionException("the archives of session " + id + " cannot be deleted", e);
    }
  }

  @Override
  public Optional<Lease> lease(SessionId id, Duration time) {
    return store.lease(id, time);
  }

  @Override
  public boolean renew(Lease lease, Duration time) {
    return store.renew(lease, time);
  }

  @Override
  public void release(Lease lease) {
    store.release(lease);
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    return store.export(id, visitor) || (bringBack(id) && store.export(id, visitor));
  }

  @Override
  public boolean restore(SessionId id, SessionFiles files) throws IOException {
    return archive.find(id).isEmpty() && store.restore(id, files);
  }

  @Override
  public boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor)
      throws IOException {
    return store.remove(id, unusedSince, visitor);
  }

  @Override
  public void check() {
    store.check();
  }

  @Override
  public int damages() {
    return store.damages();
  }

  @Override
  public void close() {
    store.close();
  }
}
