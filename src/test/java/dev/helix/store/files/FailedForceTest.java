package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.SteppingClock;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A forced write that fails tells only once that pages are lost, and the file looks as it did: here
 * a folder in the file's place makes it fail, and the file comes back without its end.
 */
@DisabledOnOs(OS.WINDOWS)
class FailedForceTest {
  private static final SessionId ID = new SessionId("conv-a");
  private static final SessionState STATE = state("conv-a", "a");

  @TempDir Path directory;

  private SessionStore store;
  private LogVersion two;

  @BeforeEach
  void makeTwo() {
    store = FileSessionStore.open(directory, new SteppingClock());
    LogVersion one =
        store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null).version();
    store.force(ID);
    two = store.append(STATE, one, List.of(element("2", "y")), null).version();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Path messages() {
    return directory.resolve("conv-a/context/messages.json");
  }

  private void failToForce() throws IOException {
    Path away = messages().resolveSibling("away");
    Files.move(messages(), away);
    Files.createDirectory(messages());
    assertThrows(SessionException.class, () -> store.force(ID));
    Files.delete(messages());
    Files.move(away, messages());
  }

  private Object inode() throws IOException {
    return Files.readAttributes(messages(), BasicFileAttributes.class).fileKey();
  }

  /** Zeros in place of the last element, in a file that looks as it did. */
  private void losePages() throws IOException {
    FileTime modified = Files.getLastModifiedTime(messages());
    try (RandomAccessFile file = new RandomAccessFile(messages().toFile(), "rw")) {
      file.seek(file.length() - 30);
      file.write(new byte[30]);
    }
    Files.setLastModifiedTime(messages(), modified);
  }

  @Test
  void whatIsLost_isNotBelieved_fromMemory() throws IOException {
    failToForce();
    losePages();
    assertEquals(
        Outcome.CONFLICT, store.append(STATE, two, List.of(element("3", "z")), null).outcome());
    Reading read = store.read(ID, two);
    assertTrue(read.fromStart());
    assertEquals(List.of("1"), ids(read));
    store.append(STATE, read.version(), List.of(element("3", "z")), null);
    store.force(ID);
    assertEquals(List.of("1", "3"), ids(store.read(ID, LogVersion.NONE)));
  }

  @Test
  void whatIsStillRead_isWrittenAnew_beforeTheNextForceIsBelieved() throws IOException {
    Object before = inode();
    failToForce();
    store.force(ID);
    assertNotEquals(before, inode());
    assertEquals(List.of("1", "2"), ids(store.read(ID, LogVersion.NONE)));
  }

  @Test
  void sessionThatCannotBeWrittenAnew_isNotBelievedEither() throws IOException {
    failToForce();
    Path blocking = messages().resolveSibling(".messages.json.new");
    Files.createDirectories(blocking.resolve("full"));
    assertThrows(SessionException.class, () -> store.force(ID));
    assertThrows(SessionException.class, () -> store.read(ID, two));
    Files.delete(blocking.resolve("full"));
    Files.delete(blocking);
    store.force(ID);
    assertEquals(List.of("1", "2"), ids(store.read(ID, LogVersion.NONE)));
  }
}
