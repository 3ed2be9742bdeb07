package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.filter.MovedClock;
import dev.helix.openai.background.Background;
import dev.helix.openai.background.BackgroundSettings;
import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a response may take in the background. */
class BackgroundTimeTest {
  private static final Duration LONGEST = Duration.ofHours(2);

  @TempDir Path folder;
  private final MovedClock clock = new MovedClock();
  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
  private ResponsesService service;

  @BeforeEach
  void start() throws Exception {
    ChatServer chat = new ChatServer(folder, Duration.ofSeconds(30));
    BackgroundSettings settings =
        new BackgroundSettings(9, 1 << 20, 1 << 20, Duration.ofMinutes(10), LONGEST);
    chat.share(
        new Background(settings, chat.turns, chat.sessions, executor, executor, timers, clock));
    service = new ResponsesService(chat);
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
    executor.shutdownNow();
    timers.shutdownNow();
  }

  @Test
  void whatTakesTooLong_hasFailed_withWhatCame_andItsUpstreamIsLeft() {
    clock.move(Duration.ofDays(1));
    JsonNode queued = service.told("", "{'model':'m','background':true,'input':'Q'}").json();
    assertEquals("queued", queued.path("status").asText());
    Call call = service.call();
    call.beginSse();
    call.sse(Completions.delta("Half"));
    clock.move(LONGEST);
    String path = "/" + queued.path("id").asText();
    try (RawClient client = RawClient.connect(service.chat.url())) {
      client.request("GET", "/v1/responses" + path + "?stream=true", new byte[0]);
      RawResponse stream = client.response();
      String event = stream.event();
      while (!event.contains("output_text.delta")) {
        event = stream.event();
      }
      assertEquals("in_progress", service.get(path).path("status").asText());
      clock.move(Duration.ofMillis(1));
      call.awaitClosedByPeer(Duration.ofSeconds(20));
      String rest = stream.restText();
      assertTrue(rest.contains("event: response.failed"), rest);
      assertTrue(rest.endsWith("data: [DONE]\n\n"), rest);
    }
    JsonNode failed = service.get(path);
    assertEquals("failed", failed.path("status").asText());
    assertEquals("server_error", failed.at("/error/code").asText());
    assertEquals(
        "The response has taken longer than the 7200 s that it may in the background.",
        failed.at("/error/message").asText());
    assertEquals("Half", failed.at("/output/0/content/0/text").asText());
  }
}
