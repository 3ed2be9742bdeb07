package dev.helix.store.files;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.helix.session.SessionId;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The sessions that were made in a directory and not forced since, in a file out of sight: who
 * opens the directory after a process that was killed finds them there. A line is added before a
 * session is made; lines of sessions that were forced stay until the file is written anew, so it
 * may have {@value #MORE} lines more than twice as many as it needs. Thread-safe.
 */
final class MadeSessions {
  private static final Logger LOG = System.getLogger(MadeSessions.class.getName());
  private static final String NAME = "made";
  private static final int MORE = 64;

  private final Path sessions;
  private final Set<Mark> marks = new HashSet<>();
  private int lines;

  /** One making of a session; a session that is deleted and made again has another. */
  static final class Mark {
    private final SessionId id;

    private Mark(SessionId id) {
      this.id = id;
    }
  }

  MadeSessions(Path sessions) {
    this.sessions = sessions;
  }

  /** The sessions that a process which was killed has left in the file. */
  List<SessionId> left() throws IOException {
    try {
      return Files.readString(file(), US_ASCII)
          .lines()
          .map(SessionId::ofName)
          .flatMap(Optional::stream)
          .distinct()
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** A session is about to be made. */
  synchronized Mark add(SessionId id) throws IOException {
    Path unfinished = SessionFolder.unfinished(sessions);
    if (lines > 2 * marks.size() + MORE) {
      writeAnew(unfinished);
    }
    try {
      // A line of its own, whatever an earlier one that broke off has left.
      Disk.append(file(), ('\n' + id.value() + '\n').getBytes(US_ASCII));
    } catch (IOException e) {
      removeIfEmpty();
      throw e;
    }
    lines++;
    Mark mark = new Mark(id);
    marks.add(mark);
    return mark;
  }

  private void writeAnew(Path unfinished) {
    StringBuilder ids = new StringBuilder();
    marks.forEach(mark -> ids.append(mark.id).append('\n'));
    Path beside = unfinished.resolve(NAME + ".new");
    try {
      Files.deleteIfExists(beside);
      Disk.write(beside, ids.toString().getBytes(US_ASCII));
      Files.move(
          beside, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      lines = marks.size();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "lines are only added for now", e);
    }
  }

  /** A session was forced, and need not be by the next start. */
  synchronized void forced(Mark mark) {
    marks.remove(mark);
  }

  /** A session was not made after all, or is gone. */
  synchronized void notMade(Mark mark) {
    marks.remove(mark);
    removeIfEmpty();
  }

  /** Takes the file away, where it tells of no session. */
  synchronized void removeIfEmpty() {
    if (!marks.isEmpty()) {
      return;
    }
    try {
      Files.deleteIfExists(file());
      lines = 0;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} goes with the next start", file());
    }
  }

  private Path file() {
    return sessions.resolve(SessionFolder.UNFINISHED).resolve(NAME);
  }
}
