package dev.helix.store.files;

import dev.helix.message.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ArrayScan;
import dev.helix.store.MessageArray;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;

/**
 * Whether a first turn would go well: a session is made, moved to where sessions are, under a name
 * that none has, read and removed. Thread-safe; one at a time.
 */
final class FolderCheck {
  private static final String NAME = ".check";
  private static final Message SAID = Message.of("user", "Is there room?");

  private final Path sessions;
  private final Clock clock;

  FolderCheck(Path sessions, Clock clock) {
    this.sessions = sessions;
    this.clock = clock;
  }

  /** Refuses a directory in which something of the store's own leads elsewhere. */
  static void refuseLinks(Path sessions) {
    List.of(".lock", ".recent", OwnerSecretFile.NAME, SessionFolder.UNFINISHED, NAME)
        .forEach(name -> refuseLink(sessions.resolve(name)));
  }

  /**
   * Refuses a session's folder that is a link.
   *
   * @throws SessionException that says what to do
   */
  static void refuseLink(Path folder) {
    if (Files.isSymbolicLink(folder)) {
      throw new SessionException(
          folder
              + " is a link, and nothing in the sessions folder is followed: put the folder itself"
              + " there, or mount it");
    }
  }

  /** Takes away what a crash left. */
  static void tidy(Path sessions) throws IOException {
    Path left = sessions.resolve(NAME);
    if (Files.exists(left, LinkOption.NOFOLLOW_LINKS)) {
      Disk.deleteTree(left);
    }
  }

  synchronized void run() throws IOException {
    Path made = SessionFolder.unfinished(sessions, "check");
    Path placed = sessions.resolve(NAME);
    tidy(sessions);
    try {
      make(made);
      Files.move(made, placed, StandardCopyOption.ATOMIC_MOVE);
      Disk.forceDirectory(sessions);
      byte[] read = Disk.read(placed.resolve(ShownSession.MESSAGES));
      if (ArrayScan.of(read).messages().size() != 1) {
        throw new IOException("what is read is not what was written");
      }
      Disk.deleteTree(placed);
    } catch (IOException e) {
      Disk.removeHalfMade(made, e);
      Disk.removeHalfMade(placed, e);
      throw e;
    }
  }

  private void make(Path folder) throws IOException {
    SessionState state =
        SessionState.fresh(new SessionId("check"), null, Owner.ANONYMOUS, clock.instant());
    byte[] json = state.toJson();
    Disk.makeFolder(folder);
    Path unused = Disk.makeFolder(folder.resolve(RequestFile.PATH).getParent());
    Path context = Disk.makeFolder(folder.resolve(ShownSession.MESSAGES).getParent());
    Disk.writeForced(folder.resolve(ShownSession.STATUS), json);
    StatusCopy.write(folder, json);
    Disk.write(folder.resolve(RequestFile.PATH), json);
    // And what a turn writes beside sessions.
    Disk.write(folder.resolve("made"), json);
    Disk.write(folder.resolve("used"), json);
    Disk.writeForced(folder.resolve(ShownSession.MESSAGES), MessageArray.of(List.of(SAID)));
    Disk.forceDirectory(context);
    Disk.forceDirectory(folder);
  }
}
