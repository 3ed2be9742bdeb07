package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of an answer reaches the caller when question and answer were forced, and not before. */
class LastWordsTest {
  /** Requests that the server answers while the answer waits to be forced. */
  private static final int MEANWHILE = 200;

  @TempDir Path folder;
  private ChatServer server;
  private final AtomicBoolean answering = new AtomicBoolean();
  private final AtomicBoolean appended = new AtomicBoolean();
  private final AtomicBoolean forced = new AtomicBoolean();

  /** Of each thread that forces whether the answer had been appended when it began. */
  private final ThreadLocal<Boolean> forcesAnswer = ThreadLocal.withInitial(() -> false);

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ZERO);
    server.watchStore(
        method -> {
          forcesAnswer.set(method.equals("force") && appended.get());
          if (forcesAnswer.get()) {
            // Long enough for last words that did not wait to arrive.
            for (int i = 0; i < MEANWHILE; i++) {
              assertEquals(200, RawClient.get(server.url(), "/health/live").status());
            }
          }
        },
        method -> {
          if (method.equals("append") && answering.get()) {
            appended.set(true);
          }
          if (forcesAnswer.get()) {
            forced.set(true);
          }
        });
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void doneOfAStream_followsTheForcedWrite_itsTokensDoNotWait() {
    try (RawClient client = server.post("c", "Well?", true)) {
      Call call = server.upstream.next();
      call.beginSse();
      call.sse(Completions.delta("Hi"));
      RawResponse response = client.response();
      assertTrue(response.data().contains("Hi"));
      answering.set(true);
      call.sse(Completions.finish("stop"));
      call.sse(Completions.DONE);
      call.end();
      assertTrue(response.data().contains("stop"));
      assertEquals(Completions.DONE, response.data());
      assertTrue(forced.get(), "[DONE] came before the answer was forced");
    }
    assertEquals(List.of("user:Well?", "assistant:Hi (completed)"), server.stored("c"));
  }

  @Test
  void answerInOnePiece_followsTheForcedWrite() {
    try (RawClient client = server.post("c", "Well?", false)) {
      Call call = server.upstream.next();
      answering.set(true);
      call.respondJson(200, Completions.completion("Hi"));
      RawResponse response = client.response();
      assertEquals(200, response.status());
      response.rest();
      assertTrue(forced.get(), "the answer came before it was forced");
    }
    assertEquals(List.of("user:Well?", "assistant:Hi (completed)"), server.stored("c"));
  }
}
