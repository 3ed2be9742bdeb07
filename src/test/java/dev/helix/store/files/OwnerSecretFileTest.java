package dev.helix.store.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerSecretFileTest {
  @TempDir Path sessions;

  private Path file() {
    return sessions.resolve(".owner-secret");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(sessions)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void secret_isMadeWithTheFirstOwner_forItsFilesOwnerAlone() throws IOException {
    byte[] secret;
    try (SessionStore store = FileSessionStore.open(sessions)) {
      assertFalse(Files.exists(file()), "nobody has asked for it");
      secret = store.ownerSecret();
    }
    assertEquals(List.of(".lock", ".owner-secret", ".recent"), names());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    try (SessionStore store = FileSessionStore.open(sessions)) {
      assertArrayEquals(secret, store.ownerSecret());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0123", "\0", "not hex digits"})
  void damagedSecret_stopsTheStart_andIsLeftAsItIs(String content) throws IOException {
    Files.writeString(file(), content);
    SessionException error =
        assertThrows(SessionException.class, () -> FileSessionStore.open(sessions));
    assertTrue(error.getMessage().contains(".owner-secret is damaged"), error.getMessage());
    assertEquals(content, Files.readString(file()));
    Files.delete(file());
    FileSessionStore.open(sessions).close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r\n", "", " \n\n"})
  void secretWhoseEndAnEditorHasChanged_isTheSame(String end) throws IOException {
    byte[] secret;
    try (SessionStore store = FileSessionStore.open(sessions)) {
      secret = store.ownerSecret();
    }
    Files.writeString(file(), Files.readString(file()).strip() + end);
    try (SessionStore store = FileSessionStore.open(sessions)) {
      assertArrayEquals(secret, store.ownerSecret());
    }
  }

  @Test
  void secretThatIsGone_stopsTheStart_whereASessionHasAnOwner() throws IOException {
    UnaryOperator<String> settings = Map.of("helix.sessions.dir", sessions.toString())::get;
    try (SessionStore store = SessionStore.open("files", settings)) {
      ownedSession(store);
    }
    byte[] secret = Files.readAllBytes(file());
    Files.delete(file()); // As by a copy with cp *.
    for (int i = 0; i < 2; i++) {
      SessionException error =
          assertThrows(SessionException.class, () -> SessionStore.open("files", settings));
      assertTrue(error.getMessage().contains(".owner-secret is missing"), error.getMessage());
      assertFalse(Files.exists(file()));
    }
    Files.write(file(), secret);
    SessionStore.open("files", settings).close();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void secretThatIsALink_isNotFollowed() throws IOException {
    try (SessionStore store = FileSessionStore.open(sessions)) {
      store.ownerSecret();
    }
    Path elsewhere = sessions.resolveSibling(sessions.getFileName() + ".elsewhere");
    Files.move(file(), elsewhere);
    try {
      Files.createSymbolicLink(file(), elsewhere);
      assertThrows(SessionException.class, () -> FileSessionStore.open(sessions));
      assertTrue(Files.isSymbolicLink(file()));
    } finally {
      Files.delete(elsewhere);
    }
  }

  private static void ownedSession(SessionStore store) {
    SessionManager manager = new SessionManager(store, Clock.systemUTC());
    SessionState session = manager.getOrCreateSession(new Owner("acme", null), null, "trip");
    OpenTurn unused =
        manager.beginTurn(session, List.of(Message.of("user", "one")), HistoryMode.CLIENT);
  }

  @Test
  void secretThatIsDamagedLater_isAnErrorToo() throws IOException {
    try (SessionStore store = FileSessionStore.open(sessions)) {
      store.ownerSecret();
      Files.writeString(file(), Files.readString(file()).substring(0, 40));
      assertThrows(SessionException.class, store::ownerSecret);
    }
  }

  @Test
  void halfMadeSecretOfACrash_isNotTakenForOne_andIsTidiedAway() throws IOException {
    Files.writeString(sessions.resolve(".owner-secret.new"), "ab");
    try (SessionStore store = FileSessionStore.open(sessions)) {
      assertEquals(32, store.ownerSecret().length);
    }
    assertEquals(List.of(".lock", ".owner-secret", ".recent"), names());
  }
}
