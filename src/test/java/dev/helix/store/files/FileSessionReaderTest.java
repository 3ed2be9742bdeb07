package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading beside the server that uses the sessions. */
class FileSessionReaderTest {
  @TempDir Path directory;

  private SessionStore reader() {
    return SessionStore.openToRead(
        "files", Map.of("helix.sessions.dir", directory.resolve("sessions").toString())::get);
  }

  @Test
  void whatAServerStores_isReadWhileItRuns() {
    SessionState state = state("conv-a", "a");
    SessionId id = state.sessionId();
    try (SessionStore server = FileSessionStore.open(directory.resolve("sessions"));
        SessionStore reader = reader()) {
      assertEquals(Optional.empty(), reader.find(id));
      LogVersion one =
          server.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      assertEquals(Optional.of(state), reader.find(id));
      server.append(state, one, List.of(element("2", "y")), null);
      server.saveNote(id, "why", "because");
      assertEquals(List.of("1", "2"), ids(reader.read(id, LogVersion.NONE)));
      assertEquals(Optional.of("because"), reader.note(id, "why"));
      assertEquals(List.of(state), reader.list(5));
      assertThrows(UnsupportedOperationException.class, () -> reader.delete(id));
      assertThrows(UnsupportedOperationException.class, reader::ownerSecret);
    }
  }

  @Test
  void halfWrittenAndUnreadableFiles_areLeftAsTheyAre() throws IOException {
    SessionState state = state("conv-a", "a");
    try (SessionStore server = FileSessionStore.open(directory.resolve("sessions"))) {
      server.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
    }
    Path messages = directory.resolve("sessions/conv-a/context/messages.json");
    String torn = Files.readString(messages).replace("\n]\n", ",\n{\"role\":");
    Files.writeString(messages, torn);
    Path broken = Files.createDirectories(directory.resolve("sessions/conv-b"));
    Files.writeString(broken.resolve("status.json"), "{");
    try (SessionStore reader = reader()) {
      assertEquals(List.of("1"), ids(reader.read(state.sessionId(), LogVersion.NONE)));
      assertEquals(torn, Files.readString(messages));
      SessionException error =
          assertThrows(SessionException.class, () -> reader.find(new SessionId("conv-b")));
      assertTrue(error.getMessage().contains("status.json is unreadable"), error.getMessage());
      assertEquals(List.of(state), reader.list(5));
      assertTrue(Files.exists(broken.resolve("status.json")));
    }
  }

  @Test
  void missingDirectory_isAnError_andIsNotMade() {
    assertThrows(SessionException.class, this::reader);
    assertFalse(Files.exists(directory.resolve("sessions")));
  }
}
