package dev.helix.openai.passthrough;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Call;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request that passes through holds, and for how long. */
class PassageTest {
  private static final String PATH = "/v1/embeddings";
  private static final byte[] BODY = new byte[100_000];

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"whole", "refused", "cut", "cut in its body", "left", "left in its body"})
  void whateverBecomesOfIt_noMemoryIsHeld_andTheServerCanStop(String end) throws Exception {
    try (ChatServer server = new ChatServer(folder, Duration.ofSeconds(30))) {
      RawClient client = RawClient.connect(server.url());
      client.request("POST", PATH, BODY, "Content-Type", "audio/wav");
      Call call = server.upstream.next();
      assertEquals(BODY.length, server.budget.usedBytes());
      if (end.endsWith("in its body")) {
        call.beginSse();
        call.chunk("data: x\n\n");
        RawResponse response = client.response();
        assertEquals("x", response.data());
        assertEquals(0, server.budget.usedBytes(), "the upstream has it");
      }
      switch (end) {
        case "whole" -> call.respondJson(200, "{}");
        case "refused" -> call.respondJson(429, "{}");
        case "cut", "cut in its body" -> call.cut();
        case "left" -> {
          client.leave();
          call.respondJson(200, "{}");
        }
        default -> {
          client.leave();
          try {
            call.chunk("data: " + "x".repeat(1 << 20) + "\n\n");
          } catch (UncheckedIOException closed) {
            // It was noticed before anything could be sent.
          }
          call.awaitClosedByPeer(Duration.ofSeconds(15));
        }
      }
      server.turns.drain();
      assertEquals(0, server.budget.usedBytes());
      client.close();
    }
  }

  @Test
  void whatStillRunsAfterTheGrace_isToldToEnd() throws Exception {
    try (ChatServer server = new ChatServer(folder, Duration.ofSeconds(30));
        RawClient client = RawClient.connect(server.url())) {
      client.request("POST", PATH, BODY, "Content-Type", "audio/wav");
      Call call = server.upstream.next();
      server.turns.drain();
      assertEquals(503, client.response().status());
      assertEquals(0, server.budget.usedBytes());
      call.awaitClosedByPeer(Duration.ofSeconds(10));
    }
  }

  @Test
  void stop_waitsForWhatRuns_andTakesNothingNew() throws Exception {
    try (ChatServer server = new ChatServer(folder, Duration.ofSeconds(30));
        RawClient client = RawClient.connect(server.url())) {
      client.request("POST", PATH, BODY, "Content-Type", "audio/wav");
      Call call = server.upstream.next();
      CompletableFuture<Void> drained = CompletableFuture.runAsync(server.turns::drain);
      while (!server.turns.isStopping()) {
        Thread.onSpinWait();
      }
      RawResponse refused = RawClient.exchange(server.url(), "POST", PATH, new byte[0]);
      assertEquals(503, refused.status());
      assertEquals("server_stopping", refused.json().path("error").path("code").asText());
      assertFalse(drained.isDone());
      call.respondJson(200, "{}");
      assertEquals(200, client.response().status());
      drained.orTimeout(10, TimeUnit.SECONDS).join();
      assertEquals(0, server.budget.usedBytes());
    }
  }

  @Test
  void packedEventsThatBreakOff_haveNothingBehindThem_thatIsNotPacked() throws Exception {
    try (ChatServer server = new ChatServer(folder, Duration.ofSeconds(30));
        RawClient client = RawClient.connect(server.url())) {
      client.request("POST", PATH, BODY, "Content-Type", "audio/wav");
      Call call = server.upstream.next();
      call.beginSse("Content-Encoding", "br");
      call.chunk(new byte[] {1, 2, 3});
      RawResponse response = client.response();
      assertEquals("br", response.header("Content-Encoding"));
      call.cut();
      assertArrayEquals(new byte[] {1, 2, 3}, response.rest());
      assertTrue(response.isCut());
    }
  }
}
