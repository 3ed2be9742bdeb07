package dev.helix.store.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionException;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
