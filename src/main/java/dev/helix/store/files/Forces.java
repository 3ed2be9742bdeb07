package dev.helix.store.files;

import dev.helix.session.SessionId;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.SessionLocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What of a directory's sessions is not known to be on the disk: those that were made and not
 * forced since, of which a file out of sight tells the next start too, and those whose forced write
 * failed. Thread-safe.
 */
final class Forces {
  private final Path sessions;
  private final Clock clock;
  private final MadeSessions log;

  /** The mark of each session that was made. */
  private final Map<SessionId, MadeSessions.Mark> made = new ConcurrentHashMap<>();

  private final Set<SessionId> failed = ConcurrentHashMap.newKeySet();

  /** A session is forced by one at a time, so that a failure is known to the next. */
  private final SessionLocks running = new SessionLocks();

  Forces(Path sessions, Clock clock) {
    this.sessions = sessions;
    this.clock = clock;
    this.log = new MadeSessions(sessions);
  }

  /**
   * Forces what a process that was killed had made, and takes away what it left half made or half
   * deleted. All of it is in one folder, so the sessions are not looked through.
   */
  void tidy() throws IOException {
    Path unfinished = sessions.resolve(SessionFolder.UNFINISHED);
    if (!Files.isDirectory(unfinished, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    for (SessionId id : log.left()) {
      folder(id).forceMade();
    }
    Disk.deleteTree(unfinished);
  }

  /** A session is about to be made. */
  MadeSessions.Mark making(SessionId id) throws IOException {
    return log.add(id);
  }

  /** It was made, with this mark. */
  void made(SessionId id, MadeSessions.Mark mark) {
    MadeSessions.Mark before = made.put(id, mark);
    if (before != null) {
      log.forced(before); // It is gone, and the new one has its own.
    }
  }

  /** It was not made. */
  void notMade(MadeSessions.Mark mark) {
    log.notMade(mark);
  }

  /** Whether the last forced write failed, so that what is read may not be on the disk. */
  boolean hasFailed(SessionId id) {
    return !failed.isEmpty() && failed.contains(id);
  }

  /** What failed was written anew. */
  void mended(SessionId id) {
    failed.remove(id);
  }

  /** The session is gone, so that there is nothing of it to force or to read again. */
  void gone(SessionId id) {
    failed.remove(id);
    MadeSessions.Mark mark = made.remove(id);
    if (mark != null) {
      log.notMade(mark);
    }
  }

  /**
   * Returns when what was written to a session before is on the disk; false where an earlier forced
   * write has failed and nothing was done.
   */
  boolean force(SessionId id) throws IOException {
    ReentrantLock lock = running.of(id);
    lock.lock();
    try {
      if (hasFailed(id)) {
        return false;
      }
      MadeSessions.Mark mark = made.get(id);
      SessionFolder folder = folder(id);
      if (mark == null) {
        folder.transcript().force();
        return true;
      }
      folder.forceMade();
      made.remove(id, mark);
      log.forced(mark);
      return true;
    } catch (IOException e) {
      failed.add(id);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private SessionFolder folder(SessionId id) {
    return new SessionFolder(sessions, id, clock, new SetAside(sessions));
  }

  /** The sessions that were made and not forced since. */
  List<SessionId> unforced() {
    return List.copyOf(made.keySet());
  }

  /** Nothing is made any more. */
  void close() {
    log.removeIfEmpty();
  }
}
