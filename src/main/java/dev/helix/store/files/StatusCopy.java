package dev.helix.store.files;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ArrayScan;
import dev.helix.store.RebuiltState;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.store.StatusFile;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.NotAFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * A second {@code status.json} out of sight in a session's folder, from which a damaged one is made
 * anew. Not forced: of the two one is whole after any crash. A session without one is known by its
 * name and transcript, where these leave no doubt whose it is: a new one of nobody's has none until
 * its state changes, and one of an earlier version neither. No state.
 */
final class StatusCopy {
  static final String NAME = "input/.status.json";

  private StatusCopy() {}

  /**
   * Makes it in a folder that nobody sees yet, unless name and transcript tell all that it says.
   */
  static void make(Path folder, SessionState first, byte[] json) throws IOException {
    boolean told =
        first.owner().isAnonymous()
            && first.projectName() == null
            && first.conversationId() != null
            && RebuiltState.conversation(first.sessionId())
                .equals(Optional.of(first.conversationId()));
    if (!told) {
      Disk.write(folder.resolve(NAME), json);
    }
  }

  /** Replaces it, or makes it. */
  static void write(Path folder, byte[] json) throws IOException {
    Path beside = folder.resolve(NAME + ".new");
    Path unused = Disk.makeInside(beside.getParent());
    Files.deleteIfExists(beside);
    Disk.write(beside, json);
    Files.move(
        beside,
        folder.resolve(NAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Whether it says whose the session is. */
  static boolean tells(Path folder, SessionId id) throws IOException {
    return of(folder, id).filter(copy -> !copy.isUnreadable()).isPresent();
  }

  /** What a {@code status.json} that is unreadable has said; empty where that is not known. */
  static Optional<SessionState> of(Path folder, SessionId id) throws IOException {
    Path copy = folder.resolve(NAME);
    try {
      Disk.checkFolder(copy.getParent());
      return Optional.of(SessionState.parse(id, StatusFile.read(copy)));
    } catch (NoSuchFileException | NotAFileException | IllegalArgumentException e) {
      return ofTranscript(folder, id);
    }
  }

  private static Optional<SessionState> ofTranscript(Path folder, SessionId id) throws IOException {
    return RebuiltState.ofNobody(id, elements(folder), request(folder));
  }

  private static List<Message> elements(Path folder) throws IOException {
    Path messages = folder.resolve(ShownSession.MESSAGES);
    try {
      Disk.checkFolder(messages.getParent());
      return ArrayScan.of(Disk.read(messages)).messages();
    } catch (NoSuchFileException | NotAFileException e) {
      return List.of();
    }
  }

  private static String request(Path folder) throws IOException {
    Path file = folder.resolve(RequestFile.PATH);
    try {
      Disk.checkFolder(file.getParent());
      return RebuiltState.request(Disk.read(file));
    } catch (NoSuchFileException | NotAFileException e) {
      return null;
    }
  }
}
