package dev.helix.store.files.recent;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.files.recent.UseOrderTest.at;
import static dev.helix.store.files.recent.UseOrderTest.await;
import static dev.helix.store.files.recent.UseOrderTest.newestFirst;
import static dev.helix.store.files.recent.UseOrderTest.size;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of last use stays short, and says all when it is closed. */
class UseLogTest {
  @TempDir Path directory;

  private Path sessions() {
    return directory.resolve("sessions");
  }

  private Path log() {
    return sessions().resolve(".recent").resolve("log");
  }

  @Test
  void fewSessionsUsedOften_leaveAShortLog() throws IOException {
    Files.createDirectories(sessions());
    Map<SessionId, SessionState> states = new HashMap<>();
    UseOrder order = UseOrder.open(sessions());
    try {
      for (int i = 0; i < 40_000; i++) {
        SessionState used = at(i % 3, 0).withUpdatedAt(NOW.plusSeconds(i));
        states.put(used.sessionId(), used);
        order.used(Use.of(used));
      }
      await("the log is written anew", () -> size(log()) < 17_000L * 24);
      assertEquals(
          newestFirst(states.values()), order.list(null, 5, id -> Optional.of(states.get(id))));
    } finally {
      order.close();
    }
    assertEquals(3, new UseFolder(sessions()).readLog().size());
  }

  @Test
  void useOfASecondThatIsInTheLog_isWrittenWhenItIsClosed() throws IOException {
    Files.createDirectories(sessions());
    UseOrder order = UseOrder.open(sessions());
    order.used(Use.of(at(1, 1)));
    order.used(Use.of(at(2, 2)));
    long before = size(log());
    order.used(Use.of(at(1, 3)));
    assertEquals(before, size(log()));
    order.close();
    assertEquals(Use.of(at(1, 3)), new UseFolder(sessions()).readLog().get("conv-1"));
  }
}
