package dev.helix.archive;

import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionLocks;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The sessions of an archive: read where they are, and restored into their store. Of one that is
 * damaged all that is readable is used, and it is kept. Thread-safe.
 */
final class ArchivedSessions {
  private static final Logger LOG = System.getLogger(ArchivedSessions.class.getName());

  private final SessionStore store;
  private final Archive archive;
  private final Clock clock;
  private final DamagedArchives damaged;

  /** So that requests which come at once do not all read the same archive. */
  private final SessionLocks restoring = new SessionLocks();

  ArchivedSessions(SessionStore store, Archive archive, Clock clock) {
    this.store = store;
    this.archive = archive;
    this.clock = clock;
    this.damaged = new DamagedArchives(archive);
  }

  /** How many archives were found damaged. */
  int damages() {
    return damaged.count();
  }

  /**
   * Restores a session of which the store has nothing.
   *
   * @param whose says of its state whether it may be
   * @return whether the store is worth another look: where it has no archive, another server may
   *     have restored it just between the look at the store and that at the archive
   */
  boolean bringBack(SessionId id, Predicate<SessionState> whose) {
    boolean isMade = archive.isMade();
    if (!isMade || archive.find(id).isEmpty()) {
      return isMade;
    }
    restoring.lock(id);
    try {
      Optional<Boolean> restored;
      do {
        restored = in(id, files -> whose.test(files.state()) ? restoreFrom(id, files) : null);
      } while (restored.isPresent() && !restored.get());
      return true;
    } finally {
      restoring.unlock(id);
    }
  }

  /** Restores from an archive; false where it changed under our hands, so that nothing is done. */
  private boolean restoreFrom(SessionId id, ArchivedFiles files) throws IOException {
    Path zip = files.zip();
    Optional<Object> mark = Archive.mark(zip);
    if (mark.isEmpty()) {
      return false;
    }
    Instant used = clock.instant();
    if (!store.restore(id, files.usedAt(used))) {
      return true; // It is there by now. Whoever restored it removes the archive.
    }
    // Without its archive it was deleted; with another one it was restored, used and archived
    // again while this thread slept.
    if (!Archive.mark(zip).equals(mark)) {
      return !takeBack(id, used);
    }
    if (files.damaged().isEmpty()) {
      removeRestored(id, zip);
    } else {
      damaged.restored(files);
    }
    return true;
  }

  /** What is read of an archive; null for nothing. */
  interface Look<T> {
    T at(ArchivedFiles files) throws IOException;
  }

  /** Reads of a session that is archived, where it is; empty where it is not. */
  <T> Optional<T> in(SessionId id, Look<T> look) {
    for (Optional<Path> zip = archive.find(id); zip.isPresent(); zip = archive.find(id)) {
      ArchivedFiles files = new ArchivedFiles(id, zip.get());
      try {
        Optional<T> found = Optional.ofNullable(look.at(files));
        damaged.seen(files);
        return found;
      } catch (ArchivedFiles.UnreadableException e) {
        damaged.setAside(zip.get());
      } catch (IOException | IllegalArgumentException | SessionException e) {
        if (!Files.notExists(zip.get())) {
          throw e instanceof SessionException known
              ? known
              : new SessionException(
                  "session " + id + " cannot be read from its archive " + zip.get(), e);
        }
        LOG.log(Level.DEBUG, "session {0} was restored or deleted by another server", id);
      }
    }
    return Optional.empty();
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

  /** Shows an archived session as it is; false, with nothing shown, where there is none. */
  boolean show(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    for (Optional<Path> zip = archive.find(id); zip.isPresent(); zip = archive.find(id)) {
      ArchivedFiles files = new ArchivedFiles(id, zip.get());
      try {
        files.usedAt(Instant.MIN).each(visitor);
        damaged.seen(files);
        return true;
      } catch (ArchivedFiles.UnreadableException e) {
        damaged.setAside(zip.get());
      } catch (NoSuchFileException e) {
        if (Files.exists(zip.get())) {
          throw e;
        }
        LOG.log(Level.DEBUG, "session {0} was restored or deleted by another server", id);
      }
    }
    return false;
  }
}
