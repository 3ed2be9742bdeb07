package dev.helix.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionForcerTest {
  @TempDir Path folder;

  @Test
  void questionsWhoseAnswersTakeTheirTime_areForcedWhileTheUpstreamWorks() throws Exception {
    Semaphore forced = new Semaphore(0);
    try (ChatServer server = new ChatServer(folder, Duration.ZERO)) {
      server.watchStore(
          method -> {},
          method -> {
            if (method.equals("force")) {
              forced.release();
            }
          });
      // The second comes when the first look is over, and needs another one.
      for (String conversation : List.of("a", "b")) {
        try (RawClient client = server.post(conversation, "Well?", false)) {
          Call call = server.upstream.next();
          assertTrue(forced.tryAcquire(10, TimeUnit.SECONDS), "the question");
          call.respondJson(200, Completions.completion("Hi"));
          assertEquals(200, client.response().status());
          assertTrue(forced.tryAcquire(10, TimeUnit.SECONDS), "the answer");
        }
        assertEquals(
            List.of("user:Well?", "assistant:Hi (completed)"), server.stored(conversation));
      }
    }
    assertEquals(0, forced.availablePermits());
  }
}
