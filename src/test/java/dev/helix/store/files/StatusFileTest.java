package dev.helix.store.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.helix.scripted.Json;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.Step;
import dev.helix.store.StatusFile;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a status.json of an earlier version is read, which has all of a long first message in it. */
class StatusFileTest {
  private static final SessionId ID = new SessionId("conv-a");

  @TempDir Path folder;

  private Path file(String json) throws IOException {
    return Files.writeString(folder.resolve("status.json"), json);
  }

  /** Wherever it is cut, the state is the same and the JSON is whole. */
  @ParameterizedTest
  @ValueSource(
      strings = {"x", "\\n", "\\\\", "\\\"", "\\u00e9", "\\ud83e\\udd8a", "é", "🦊", "{\\\",[}"})
  void longRequest_isReadInItsBeginning_andAllElseWhole(String piece) throws IOException {
    String request = piece.repeat((5 << 18) / piece.length());
    for (int shift = 0; shift < 12; shift++) {
      String json =
          """
          {"session_id": "conv-a", "other": {"original_request": "%s"}, "list": ["a", "b\\\\"],
           "original_request": "%s%s",
           "step": "why", "project_name": "p", "conversation_id": "a", "created_at": "2026-01-05T10:00:00Z"}
          """
              .formatted(piece, "y".repeat(shift), request);
      byte[] read = StatusFile.read(file(json));
      assertTrue(read.length < 100_000, () -> "read: " + read.length);
      assertEquals(
          SessionState.parse(ID, json.getBytes(UTF_8)), SessionState.parse(ID, read), piece);
      assertEquals(Json.read(json).get("other"), Json.read(read).get("other"));
      assertEquals(Json.read(json).get("list"), Json.read(read).get("list"));
    }
  }

  @Test
  void fileThatIsNotLong_andFieldsOfOthers_areReadWhole() throws IOException {
    String small = "{\"original_request\": \"" + "x".repeat(500_000) + "\"}";
    assertArrayEquals(small.getBytes(UTF_8), StatusFile.read(file(small)));
    String others = "{\"notes\": \"" + "x".repeat(3_000_000) + "\", \"original_request\": \"q\"}";
    assertArrayEquals(others.getBytes(UTF_8), StatusFile.read(file(others)));
  }

  @Test
  void sessionOfSuchAState_isFound_atACostThatIsBounded() throws IOException {
    Files.createDirectories(folder.resolve("conv-a/context"));
    Path status = folder.resolve("conv-a/status.json");
    Files.writeString(
        status,
        "{\"session_id\":\"conv-a\",\"conversation_id\":\"a\",\"original_request\":\""
            + "x".repeat(30_000_000)
            + "\",\"created_at\":\"2026-01-05T10:00:00Z\"}");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (SessionStore store = FileSessionStore.open(folder)) {
      long before = threads.getCurrentThreadAllocatedBytes();
      assertEquals(2000, store.find(ID).orElseThrow().originalRequest().length());
      store.update(ID, state -> state.withStep(Step.WHY));
      long taken = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(taken < 10_000_000, () -> "taken: " + taken);
    }
    assertTrue(Files.size(status) < 10_000);
    // Nothing that stood there alone is lost.
    List<Path> kept = Disk.entries(status.getParent(), "status.long-*.json");
    assertEquals(1, kept.size());
    assertTrue(Files.size(kept.get(0)) > 30_000_000);
  }

  @Test
  void whatIsLongOtherwise_isRefused() throws IOException {
    Path file = file("{\"notes\": \"" + "x".repeat(20_000_000) + "\"}");
    assertThrows(IOException.class, () -> StatusFile.read(file));
  }
}
