package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large body is held no longer than until the upstream has it, however long that one thinks. */
class GivenBackBodyTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;
  private ChatServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ZERO);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static String question(int length) {
    return "{\"model\":\"m\",\"input\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
        .formatted("x".repeat(length));
  }

  private void awaitUsed(long bytes) {
    for (long end = System.nanoTime() + PATIENCE.toNanos(); server.budget.usedBytes() != bytes; ) {
      assertTrue(System.nanoTime() < end, "held: " + server.budget.usedBytes());
      Thread.onSpinWait();
    }
  }

  @Test
  void largeBody_isGivenBack_whileTheUpstreamThinks() {
    String large = question((int) ChatServer.MEMORY * 2 / 3);
    try (RawClient first = RawClient.connect(server.url());
        RawClient second = RawClient.connect(server.url())) {
      first.post(CHAT, large);
      Call call = server.upstream.next();
      assertEquals(large.length(), call.request().body().length);
      awaitUsed(0);
      second.post(CHAT, large);
      Call other = server.upstream.next();
      call.respondJson(200, Completions.completion("one"));
      assertTrue(first.response().restText().contains("one"));
      other.respondJson(200, Completions.completion("two"));
      assertTrue(second.response().restText().contains("two"));
    }
  }

  /** It costs nothing, and may be needed for another try. */
  @Test
  void smallBody_isHeldUntilTheAnswerBegins() {
    String small = question(100);
    try (RawClient client = RawClient.connect(server.url())) {
      client.post(CHAT, small);
      Call call = server.upstream.next();
      awaitUsed(small.length());
      call.respondJson(200, Completions.completion("one"));
      assertTrue(client.response().restText().contains("one"));
      awaitUsed(0);
    }
  }
}
