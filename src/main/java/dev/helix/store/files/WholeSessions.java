package dev.helix.store.files;

import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.FileStamp;
import dev.helix.store.files.recent.Use;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whole sessions of a directory: shown, made, removed and deleted as {@link SessionStore} says.
 * Thread-safe.
 */
record WholeSessions(Path sessions, SessionFolders folders) {
  private static final Logger LOG = System.getLogger(WholeSessions.class.getName());

  private static final Set<String> READ_FIRST = Set.of(ShownSession.STATUS, ShownSession.MESSAGES);

  /** What a session is made with. */
  private static final Set<String> MADE =
      Set.of(ShownSession.STATUS, ShownSession.MESSAGES, RequestFile.PATH);

  boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    try {
      return folders.existing(
          id,
          "show",
          false,
          (folder, state) -> {
            Map<String, FileStamp> unused = show(folder, state, visitor);
            return true;
          });
    } catch (WholeFolder.VisitorFailure e) {
      throw e.getCause();
    }
  }

  /**
   * Shows a folder's files and the end.
   *
   * @return what the files looked like before they were read
   */
  private static Map<String, FileStamp> show(
      SessionFolder folder, SessionState state, SessionFiles.Visitor visitor) throws IOException {
    if (WholeFolder.isTorn(folder.path())) {
      folder
          .transcript()
          .read(null, LogVersion.NONE, bytes -> {}); // Repairs what a crash has left.
    }
    Map<String, FileStamp> before = WholeFolder.stamps(folder.path());
    Map<String, FileStamp> shown =
        WholeFolder.show(folder.path(), () -> folder.statusWith(state), visitor);
    // The others were looked at just before they were read, these two long after that.
    shown.replaceAll((path, stamp) -> READ_FIRST.contains(path) ? before.get(path) : stamp);
    return shown;
  }

  /** By the sizes of the files, without the session's lock. */
  long bytes(SessionId id) {
    Path folder = sessions.resolve(id.value());
    try {
      return WholeFolder.stamps(folder).values().stream().mapToLong(FileStamp::size).sum();
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw Disk.failure("cannot look at session " + id, e);
    }
  }

  boolean restore(SessionId id, SessionFiles files) throws IOException {
    if (folders.locked(id, "find", folder -> folders.state(id, folder).isPresent())) {
      return false;
    }
    // Made without the lock, so that nobody waits for who shows the files.
    try {
      Path made = SessionFolder.unfinished(sessions, "new." + id);
      SessionState state = WholeFolder.make(made, id, files);
      return folders.locked(id, "restore", folder -> take(made, state, folder));
    } catch (WholeFolder.VisitorFailure e) {
      throw e.getCause();
    } catch (IOException e) {
      throw Disk.failure("cannot restore session " + id, e);
    }
  }

  /** As {@link #restore}, but in place of a session that exists. */
  void replace(SessionId id, SessionFiles files) throws IOException {
    try {
      Path made = SessionFolder.unfinished(sessions, "new." + id);
      SessionState state = WholeFolder.make(made, id, files);
      Path away =
          folders.locked(
              id,
              "replace",
              folder -> Files.exists(folder.path()) ? folders.moveAway(id, folder) : null);
      boolean unused = folders.locked(id, "restore", folder -> take(made, state, folder));
      if (away != null) {
        Disk.deleteTree(away);
      }
    } catch (WholeFolder.VisitorFailure e) {
      throw e.getCause();
    } catch (IOException e) {
      throw Disk.failure("cannot replace session " + id, e);
    }
  }

  private boolean take(Path made, SessionState state, SessionFolder folder) throws IOException {
    try {
      if (folders.state(state.sessionId(), folder).isPresent()) {
        Disk.deleteTree(made);
        return false;
      }
      folders.order().used(Use.of(state));
      folder.take(made);
      return true;
    } catch (IOException e) {
      Disk.removeHalfMade(made, e);
      throw e;
    }
  }

  boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor)
      throws IOException {
    try {
      return folders.existing(
          id,
          "remove",
          false,
          (folder, state) ->
              state.updatedAt().isBefore(unusedSince) && remove(folder, state, visitor));
    } catch (WholeFolder.VisitorFailure e) {
      throw e.getCause();
    }
  }

  private boolean remove(SessionFolder folder, SessionState state, SessionFiles.Visitor visitor)
      throws IOException {
    Map<String, FileStamp> shown = show(folder, state, visitor);
    // Other programs take no lock: what one of them has written meanwhile was not shown.
    if (!WholeFolder.stamps(folder.path()).equals(shown)) {
      LOG.log(Level.INFO, "{0} was changed meanwhile, so it is not removed", folder.path());
      return false;
    }
    removeNow(state.sessionId(), folder);
    return true;
  }

  private void removeNow(SessionId id, SessionFolder folder) throws IOException {
    Path away = folders.moveAway(id, folder);
    try {
      Disk.deleteTree(away);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "what is left of a removed session goes with the next start", e);
    }
  }

  boolean unmake(SessionState made, LogVersion version) {
    return folders.existing(
        made.sessionId(),
        "take back",
        false,
        (folder, state) -> {
          boolean asMade =
              state.equals(made)
                  && folder.transcript().isAt(version)
                  && MADE.containsAll(WholeFolder.stamps(folder.path()).keySet());
          if (asMade) {
            removeNow(made.sessionId(), folder);
          }
          return asMade;
        });
  }

  boolean delete(SessionId id) {
    return folders.locked(
        id,
        "delete",
        folder -> {
          boolean existed = folders.look(id, folder).isPresent();
          if (Files.exists(folder.path())) {
            Path unused = folders.moveAway(id, folder);
          }
          // What was set aside of the session is its content too, also what was so just now.
          List<Path> leftovers = folders.setAside().of(id);
          Path unfinished = Disk.makeFolders(sessions.resolve(SessionFolder.UNFINISHED));
          leftovers.addAll(Disk.entries(unfinished, "*." + id + ".*"));
          for (Path leftover : leftovers) {
            if (Files.exists(leftover, LinkOption.NOFOLLOW_LINKS)) {
              Disk.deleteTree(leftover);
            }
          }
          Disk.forceDirectory(sessions);
          return existed;
        });
  }
}
