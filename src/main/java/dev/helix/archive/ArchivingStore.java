package dev.helix.archive;

import dev.helix.message.Message;
import dev.helix.session.Erasing;
import dev.helix.session.Lease;
import dev.helix.session.ListedSession;
import dev.helix.session.Owner;
import dev.helix.session.SessionAliases;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionFilter;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.StorageFullException;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.Numbering;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A store some of whose sessions are in an archive: they are restored as soon as something of them
 * is to be changed, by whom they are of, and the archive is removed after that. What is only read
 * is read where it is. Only the lists without a filter know nothing of them. Keeps the contract of
 * {@link SessionStore}.
 *
 * <p>Where a session is in both, as a crash in between leaves it, the store's counts. Archives are
 * made before the session is removed from the store and removed after it is restored, and only who
 * restored it removes one. A restored session counts as used, so that no sweep takes it back at
 * once. Who restored it and finds its archive gone, or another in its place, takes back what was
 * restored, unless somebody has used it since. Older archives of a session are left alone.
 *
 * <p>Of a damaged archive all that is readable is used, and it is kept under another name when the
 * session is restored; so is one of which nothing tells whose it is, as soon as it is met, and
 * there is no such session then.
 */
final class ArchivingStore implements SessionStore {
  private static final Logger LOG = System.getLogger(ArchivingStore.class.getName());

  /** Of the epochs of stores' logs none begins so. */
  private static final String ARCHIVED = "archived/";

  private final SessionStore store;
  private final Archive archive;
  private final ArchivedSessions archived;
  private final ArchiveList list;

  ArchivingStore(SessionStore store, Archive archive, Clock clock) {
    this.store = store;
    this.archive = archive;
    this.archived = new ArchivedSessions(store, archive, clock);
    this.list = new ArchiveList(store, archive, archived);
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
    return new ArchiveSweep(this, archive).run(unusedSince, goesOn);
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    Optional<SessionState> found = store.find(id);
    return found.isPresent() || !archive.isMade() ? found : archived(id);
  }

  /** The state of a session of which the store has nothing, as it was archived. */
  private Optional<SessionState> archived(SessionId id) {
    Optional<SessionState> state = archived.in(id, ArchivedFiles::state);
    // Another server may have restored it just between the look at the store and at the archive.
    return state.isPresent() ? state : store.find(id);
  }

  @Override
  public Optional<SessionState> reclaim(SessionState asked) {
    return store.reclaim(asked);
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
    return read(id, since, bytes -> {});
  }

  @Override
  public Reading read(SessionId id, LogVersion since, LongConsumer ahead) {
    return reading(id, ahead, () -> store.read(id, since, ahead));
  }

  @Override
  public Reading readEnd(SessionId id, int bytes) {
    return readEnd(id, bytes, held -> {});
  }

  @Override
  public Reading readEnd(SessionId id, int bytes, LongConsumer ahead) {
    return reading(id, ahead, () -> store.readEnd(id, bytes, ahead));
  }

  private Reading reading(SessionId id, LongConsumer ahead, Supplier<Reading> stored) {
    Reading read = stored.get();
    if (read.state() != null || !archive.isMade()) {
      return read;
    }
    return archived
        .in(id, files -> reading(files.state(), files.messages(ahead)))
        .orElseGet(stored);
  }

  /** With a version at which nothing can be added: it is read again when it is restored. */
  private static Reading reading(SessionState state, List<Message> messages) {
    LogVersion version = new LogVersion(ARCHIVED + state.sessionId(), messages.size());
    return new Reading(state, version, true, messages);
  }

  @Override
  public Appended append(
      SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
    SessionId id = state.sessionId();
    boolean begins = expected.equals(LogVersion.NONE) || expected.epoch().startsWith(ARCHIVED);
    if (begins && archive.isMade() && archive.find(id).isPresent()) {
      // Else there would be two sessions of one name.
      boolean unused = archived.bringBack(id, state::isSameConversation);
      if (store.find(id).isEmpty() && isAnothers(state)) {
        return new Appended(Outcome.HELD, LogVersion.NONE);
      }
    }
    return store.append(state, expected, elements, lease);
  }

  /** Whether the archive has another conversation's session of this name. */
  private boolean isAnothers(SessionState state) {
    return archived
        .in(state.sessionId(), ArchivedFiles::state)
        .filter(its -> !its.isSameConversation(state))
        .isPresent();
  }

  @Override
  public void force(SessionId id) {
    store.force(id);
  }

  @Override
  public Optional<SessionState> update(SessionId id, UnaryOperator<SessionState> change) {
    Optional<SessionState> updated = store.update(id, change);
    return updated.isEmpty() && archived.bringBack(id, any -> true)
        ? store.update(id, change)
        : updated;
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    return store.adopt(id, owner)
        || (archived.bringBack(id, state -> state.owner().isAnonymous()) && store.adopt(id, owner));
  }

  @Override
  public Set<String> erase(SessionId id, Erasing erasing) {
    Set<String> there = store.erase(id, erasing);
    return there.isEmpty() && has(id, erasing.ids()) && archived.bringBack(id, any -> true)
        ? store.erase(id, erasing)
        : there;
  }

  /** Whether an archived session has one of these messages, or another server restored it. */
  private boolean has(SessionId id, Set<String> ids) {
    if (!archive.isMade() || store.find(id).isPresent()) {
      return false;
    }
    Numbering numbering = new Numbering();
    return archived
        .in(
            id,
            files ->
                files.messages(bytes -> {}).stream()
                    .map(numbering::next)
                    .map(Message::id)
                    .anyMatch(ids::contains))
        .orElse(true);
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    Optional<String> note = store.note(id, name);
    if (note.isPresent() || !archive.isMade() || store.find(id).isPresent()) {
      return note;
    }
    return archived.in(id, files -> files.note(name)).orElseGet(() -> store.note(id, name));
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    return store.saveNote(id, name, text)
        || (archived.bringBack(id, any -> true) && store.saveNote(id, name, text));
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

  /** The store's, which stay when a session is archived. */
  @Override
  public SessionAliases aliases() {
    return store.aliases();
  }

  @Override
  public List<SessionState> listOf(Owner owner, Position after, int limit) {
    return store.listOf(owner, after, limit);
  }

  @Override
  public long countOf(Owner owner, Instant from, Instant to) {
    return store.countOf(owner, from, to);
  }

  @Override
  public List<ListedSession> list(SessionFilter filter, Position after, int limit) {
    return list.page(filter, after, limit);
  }

  @Override
  public long count(SessionFilter filter) {
    return list.count(filter);
  }

  @Override
  public boolean isArchived(SessionId id) {
    return archive.isMade() && store.find(id).isEmpty() && archive.find(id).isPresent();
  }

  @Override
  public boolean unarchive(SessionId id) {
    return isArchived(id) && archived.bringBack(id, any -> true) && store.find(id).isPresent();
  }

  @Override
  public boolean delete(SessionId id) {
    boolean existed = deleteOnce(id);
    // What another server moved meanwhile, into the archive or out of it, is met now.
    return deleteOnce(id) || existed;
  }

  @Override
  public boolean unmake(SessionState made, LogVersion version) {
    return store.unmake(made, version);
  }

  @Override
  public long bytes(SessionId id) {
    return store.bytes(id);
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
  public boolean isLeased(SessionId id) {
    return store.isLeased(id);
  }

  @Override
  public boolean isShared() {
    return store.isShared();
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    if (store.export(id, visitor)) {
      return true;
    }
    return archive.isMade() && (archived.show(id, visitor) || store.export(id, visitor));
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
    return store.damages() + archived.damages();
  }

  @Override
  public void close() {
    store.close();
  }
}
