package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.store.files.FileSessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How much of the memory the logs take that turns read. */
class LogMemoryTest extends PlacingTest {
  private static final int KIB = 1024;

  private final LogMemory memory = new LogMemory(100 * KIB, Duration.ofSeconds(20));

  @Test
  void logThatIsLongerThanAllOfIt_isRefusedAtOnce_andOthersAreNot() {
    try (LogMemory.Part one = memory.part();
        LogMemory.Part other = memory.part()) {
      TranscriptTooLongException refused =
          assertThrows(TranscriptTooLongException.class, () -> one.accept(100 * KIB + 1));
      assertEquals(100 * KIB + 1, refused.bytes());
      assertEquals(100 * KIB, refused.limit());
      other.accept(100 * KIB);
    }
  }

  @Test
  void whoComesLater_waitsForIt_andWhoHasSomeDoesNot() throws Exception {
    LogMemory.Part first = memory.part();
    LogMemory.Part other = memory.part();
    first.accept(60 * KIB);
    first.accept(10 * KIB); // It has that.
    other.accept(30 * KIB);
    assertThrows(StoreUnavailableException.class, () -> other.accept(60 * KIB));
    CompletableFuture<Void> second =
        CompletableFuture.runAsync(
            () -> {
              try (LogMemory.Part part = memory.part()) {
                part.accept(100 * KIB);
              }
            });
    first.close();
    assertFalse(second.isDone());
    other.close();
    second.get(20, TimeUnit.SECONDS);
    try (LogMemory.Part all = memory.part()) {
      all.accept(100 * KIB);
    }
  }

  @Test
  void shortLogs_waitForNoLongOnes() throws Exception {
    LogMemory.Part all = memory.part();
    all.accept(100 * KIB);
    CompletableFuture<Void> waits =
        CompletableFuture.runAsync(
            () -> {
              try (LogMemory.Part part = memory.part()) {
                part.accept(100 * KIB);
              }
            });
    LogMemory impatient = new LogMemory(100 * KIB, Duration.ofMillis(1));
    try (LogMemory.Part full = impatient.part();
        LogMemory.Part one = impatient.part();
        LogMemory.Part other = impatient.part();
        LogMemory.Part third = impatient.part();
        LogMemory.Part fourth = impatient.part();
        LogMemory.Part fifth = impatient.part();
        LogMemory.Part long1 = impatient.part()) {
      full.accept(100 * KIB);
      for (LogMemory.Part part : List.of(one, other, third, fourth, fifth)) {
        part.accept(1);
        part.accept(1000);
      }
      assertThrows(StoreUnavailableException.class, () -> long1.accept(2 * KIB));
    }
    try (LogMemory.Part one = memory.part()) {
      one.accept(1000);
      assertFalse(waits.isDone());
    }
    all.close();
    waits.get(20, TimeUnit.SECONDS);
  }

  @Test
  void whoHasWaitedLongEnough_mayTryAgainLater() {
    LogMemory impatient = new LogMemory(100 * KIB, Duration.ofMillis(1));
    try (LogMemory.Part first = impatient.part();
        LogMemory.Part second = impatient.part()) {
      first.accept(60 * KIB);
      assertThrows(StoreUnavailableException.class, () -> second.accept(60 * KIB));
    }
  }

  @Test
  void endOfATurn_goesOnWithout() {
    LogMemory impatient = new LogMemory(100 * KIB, Duration.ofMillis(1));
    try (LogMemory.Part first = impatient.part();
        LogMemory.Part end = impatient.partOfAnEnd()) {
      first.accept(60 * KIB);
      end.accept(60 * KIB);
      end.accept(101 * KIB);
    }
    try (LogMemory.Part all = impatient.part()) {
      all.accept(100 * KIB);
    }
  }

  @ParameterizedTest
  @EnumSource(HistoryMode.class)
  void turnOfAConversationThatIsTooLong_isRefused_andNothingOfItChanges(HistoryMode mode)
      throws IOException {
    String text = "word ".repeat(50_000);
    sessions.turn("c", "A1", "user: " + text);
    sessions.turn("d", "A1", "user: short");
    sessions.close();
    Path file = directory.resolve("conv-c/context/messages.json");
    // As another program lays it out, so that its end alone does not tell.
    String json = Files.readString(file).replaceFirst("\n\\]\n$", "\n]\n\n");
    Files.writeString(file, json);
    SessionStore store = FileSessionStore.open(directory);
    try (SessionManager manager = new SessionManager(store, new SteppingClock(), 1 << 20, memory)) {
      SessionState state = manager.getOrCreateSession(null, "c");
      for (int i = 0; i < 2; i++) {
        assertThrows(
            TranscriptTooLongException.class,
            () -> manager.beginTurn(state, SessionFixture.messages("user: Q2"), mode));
      }
      assertThrows(TranscriptTooLongException.class, () -> manager.transcript(state.sessionId()));
      assertEquals(json, Files.readString(file));
      SessionState other = manager.getOrCreateSession(null, "d");
      manager.beginTurn(other, SessionFixture.messages("user: Q2"), mode);
    }
    sessions.restart();
    assertTrue(sessions.tree("c").contains("A1 < " + text.strip()), () -> "" + sessions.tree("c"));
    sessions.begin("c", mode, "user: Q2");
  }
}
