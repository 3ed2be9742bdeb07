package dev.helix.store.files;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.helix.session.SessionId;
import dev.helix.session.SessionLocks;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What of a directory's sessions is not known to be on the disk: those that were made and not
 * forced since, of which a file out of sight tells the next start too, and those whose forced write
 * failed. In the file a line is added before a session is made; lines of sessions that were forced
 * stay until it is written anew, so it may have {@value #MORE} lines more than twice as many as it
 * needs. Thread-safe.
 */
final class Forces {
  private static final Logger LOG = System.getLogger(Forces.class.getName());
  private static final int MORE = 64;

  private final Path sessions;
  private final Path unfinished;
  private final Path file;
  private final Clock clock;

  /** A mark for each making of a session that was not forced. */
  private final Map<Object, SessionId> marks = new HashMap<>();

  private final Map<SessionId, Object> made = new ConcurrentHashMap<>();
  private final Set<SessionId> failed = ConcurrentHashMap.newKeySet();

  /** A session is forced by one at a time, so that a failure is known to the next. */
  private final SessionLocks running = new SessionLocks();

  private int lines;

  Forces(Path sessions, Clock clock) {
    this.sessions = sessions;
    this.clock = clock;
    unfinished = sessions.resolve(SessionFolder.UNFINISHED);
    file = unfinished.resolve("made");
  }

  /**
   * Forces what a process that was killed had made, and takes away what it left half made or half
   * deleted. All of it is in one folder, so the sessions are not looked through.
   */
  void tidy() throws IOException {
    if (!Files.isDirectory(unfinished, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    for (SessionId id : left()) {
      folder(id).forceMade();
    }
    Disk.deleteTree(unfinished);
  }

  /** The sessions that a process which was killed has left in the file. */
  List<SessionId> left() throws IOException {
    try {
      // Whatever is in it: a byte that is none of ours ends no start.
      return new String(Files.readAllBytes(file), US_ASCII)
          .lines()
          .map(SessionId::ofName)
          .flatMap(Optional::stream)
          .distinct()
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** A session is about to be made; gives its mark. */
  synchronized Object making(SessionId id) throws IOException {
    SessionFolder.makeUnfinished(sessions);
    if (lines > 2 * marks.size() + MORE) {
      writeAnew();
    }
    try {
      // A line of its own, whatever an earlier one that broke off has left.
      Disk.append(file, ('\n' + id.value() + '\n').getBytes(US_ASCII));
    } catch (IOException e) {
      close();
      throw e;
    }
    lines++;
    Object mark = new Object();
    marks.put(mark, id);
    return mark;
  }

  private void writeAnew() {
    StringBuilder ids = new StringBuilder();
    marks.values().forEach(id -> ids.append(id).append('\n'));
    Path beside = unfinished.resolve("made.new");
    try {
      Files.deleteIfExists(beside);
      Disk.write(beside, ids.toString().getBytes(US_ASCII));
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      lines = marks.size();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "lines are only added for now", e);
    }
  }

  /** It was made, with this mark. */
  synchronized void made(SessionId id, Object mark) {
    marks.remove(made.put(id, mark)); // What had the name before is gone.
  }

  /** It was not made. */
  synchronized void notMade(Object mark) {
    marks.remove(mark);
    close();
  }

  /** Takes the file away, where it tells of no session. */
  synchronized void close() {
    if (!marks.isEmpty()) {
      return;
    }
    try {
      Files.deleteIfExists(file);
      lines = 0;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} goes with the next start", file);
    }
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
    Object mark = made.remove(id);
    if (mark != null) {
      notMade(mark);
    }
  }

  /**
   * Returns when what was written to a session before is on the disk; false where an earlier forced
   * write has failed and nothing was done.
   */
  boolean force(SessionId id) throws IOException {
    running.lock(id);
    try {
      if (hasFailed(id)) {
        return false;
      }
      Object mark = made.get(id);
      SessionFolder folder = folder(id);
      if (mark == null) {
        folder.transcript().force();
        return true;
      }
      folder.forceMade();
      forced(id, mark);
      return true;
    } catch (IOException e) {
      failed.add(id);
      throw e;
    } finally {
      running.unlock(id);
    }
  }

  private SessionFolder folder(SessionId id) {
    return new SessionFolder(sessions, id, clock, new SetAside(sessions));
  }

  /** The sessions that were made and not forced since. */
  List<SessionId> unforced() {
    return List.copyOf(made.keySet());
  }

  synchronized void forced(SessionId id, Object mark) {
    made.remove(id, mark);
    marks.remove(mark);
  }
}
