package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.StoreUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams whose words are recorded while they run. */
class CheckpointedTurnsTest {
  private static final Duration SOON = Duration.ofMillis(20);

  /** In which nothing must come. */
  private static final int A_WHILE_MILLIS = 150;

  @TempDir Path folder;
  private ChatServer server;
  private final BlockingQueue<String> appends = new LinkedBlockingQueue<>();
  private final AtomicInteger forces = new AtomicInteger();

  private void start(Duration checkpoint) throws Exception {
    server = ChatServer.withCheckpoints(folder, checkpoint);
    server.watchStore(method -> {}, this::returned);
  }

  private void returned(String method) {
    if (method.equals("append")) {
      appends.add(method);
    } else if (method.equals("force")) {
      forces.incrementAndGet();
    }
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private void awaitAppend() throws InterruptedException {
    assertNotNull(appends.poll(10, TimeUnit.SECONDS), "something is recorded");
  }

  /** A stream that has said this to its caller. */
  private final class Running implements AutoCloseable {
    final RawClient client = server.post("c", "Q?", true);
    final Call call = server.upstream.next();
    RawResponse response;

    Running(String... words) throws InterruptedException {
      awaitAppend(); // The question.
      call.beginSse();
      call.sse(Completions.role());
      for (String word : words) {
        call.sse(Completions.delta(word));
      }
      response = client.response();
      hear(words);
    }

    void say(String word) {
      call.sse(Completions.delta(word));
      hear(word);
    }

    private void hear(String... words) {
      for (String word : words) {
        String data = response.data();
        while (!Json.read(data)
            .path("choices")
            .path(0)
            .path("delta")
            .path("content")
            .asText()
            .equals(word)) {
          data = response.data();
        }
      }
    }

    void end() {
      call.sse(Completions.finish("stop"));
      call.sse(Completions.DONE);
      call.end();
      assertTrue(response.restText().endsWith("data: [DONE]\n\n"));
    }

    @Override
    public void close() {
      client.close();
    }
  }

  @Test
  void wordsThatWereShown_areRecordedWhileTheStreamRuns_andInTheEndThereIsOneAnswer()
      throws Exception {
    start(SOON);
    try (Running turn = new Running("It")) {
      awaitAppend();
      assertEquals(List.of("user:Q?", "assistant:It (cancelled)"), server.stored("c"));
      turn.say(" is");
      awaitAppend();
      assertEquals(List.of("user:Q?", "assistant:It is (cancelled)"), server.stored("c"));
      assertNull(appends.poll(A_WHILE_MILLIS, TimeUnit.MILLISECONDS), "nothing is new");
      assertEquals(1, forces.get(), "the question's alone");
      turn.say(" so.");
      turn.end();
    }
    assertEquals(List.of("user:Q?", "assistant:It is so. (completed)"), server.stored("c"));
  }

  @Test
  void streamThatEndsBefore_isRecordedOnce() throws Exception {
    start(Duration.ofHours(1));
    try (Running turn = new Running("It")) {
      turn.end();
    }
    awaitAppend();
    assertEquals(0, appends.size());
    assertTrue(forces.get() <= 2, "the question's, if at all, and the answer's");
    assertEquals(List.of("user:Q?", "assistant:It (completed)"), server.stored("c"));
  }

  @Test
  void withTheSettingZero_nothingIsRecordedBeforeTheEnd() throws Exception {
    start(Duration.ZERO);
    try (Running turn = new Running("It")) {
      assertNull(appends.poll(A_WHILE_MILLIS, TimeUnit.MILLISECONDS));
      turn.end();
    }
  }

  @Test
  void tokensPass_whileTheStoreHangs_whichIsAskedOnceAtATime() throws Exception {
    start(SOON);
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    try (Running turn = new Running()) {
      BlockingQueue<String> begun = new LinkedBlockingQueue<>();
      server.watchStore(
          method -> {
            if (method.equals("append")) {
              begun.add(method);
              asked.countDown();
              try {
                hangs.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
          },
          this::returned);
      turn.say("a");
      assertTrue(asked.await(10, TimeUnit.SECONDS));
      for (int i = 0; i < 100; i++) {
        turn.say("b" + i);
      }
      assertNull(appends.poll(A_WHILE_MILLIS, TimeUnit.MILLISECONDS));
      assertEquals(1, begun.size());
      hangs.countDown();
      awaitAppend();
      awaitAppend();
      assertTrue(server.stored("c").get(1).endsWith("b98b99 (cancelled)"));
      turn.end();
    } finally {
      hangs.countDown();
    }
    assertEquals(2, server.stored("c").size());
  }

  @Test
  void storeThatFailsForAWhile_isAskedAgain_andTheTurnHearsNothingOfIt() throws Exception {
    start(SOON);
    CountDownLatch failed = new CountDownLatch(1);
    try (Running turn = new Running()) {
      server.watchStore(
          method -> {
            if (method.equals("append")) {
              failed.countDown();
              throw new StoreUnavailableException("told to fail", null);
            }
          },
          this::returned);
      turn.say("It");
      assertTrue(failed.await(10, TimeUnit.SECONDS));
      server.watchStore(method -> {}, this::returned);
      turn.say(" is");
      awaitAppend();
      assertEquals(List.of("user:Q?", "assistant:It is (cancelled)"), server.stored("c"));
      turn.end();
    }
    assertEquals(List.of("user:Q?", "assistant:It is (completed)"), server.stored("c"));
  }

  @Test
  void callerWhoLeaves_hasOneAnswer_thatSaysAllThatCame() throws Exception {
    start(SOON);
    try (Running turn = new Running("It")) {
      awaitAppend();
      turn.say(" is");
      turn.client.leave();
      turn.call.awaitClosedByPeer(Duration.ofSeconds(10));
    }
    server.turns.drain();
    assertEquals(List.of("user:Q?", "assistant:It is (cancelled)"), server.stored("c"));
  }

  @Test
  void callsOfTools_ofWhichAPartHasCome_areNotRecorded() throws Exception {
    start(SOON);
    try (Running turn = new Running("Let me look")) {
      awaitAppend();
      String call =
          "{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\","
              + "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\"}}]}";
      turn.call.sse(Completions.chunk(0, (ObjectNode) Json.read(call), null));
      assertNull(appends.poll(A_WHILE_MILLIS, TimeUnit.MILLISECONDS));
      turn.end();
    }
    assertEquals(2, server.stored("c").size());
    assertTrue(server.stored("c").get(1).endsWith("(completed)"));
  }

  @Test
  void whatIsWritten_isLinearInTheAnswer() throws Exception {
    start(Duration.ofMillis(1));
    int size = 0;
    try (Running turn = new Running()) {
      for (int i = 0; size < 900_000; i++) {
        String words = " " + i + " ".repeat(3_000);
        size += words.length();
        turn.say(words);
      }
      turn.end();
    }
    int checkpoints = appends.size() - 1;
    assertTrue(checkpoints > 5 && checkpoints < 40, checkpoints + " checkpoints");
    long written = Files.size(folder.resolve("conv-c/context/messages.json"));
    assertTrue(written < 4L * size + 20_000, written + " bytes for " + size);
    assertEquals(2, server.stored("c").size());
  }

  @Test
  void wholeAnswer_hasNoCheckpoint() throws Exception {
    start(SOON);
    try (RawClient client = server.post("c", "Q?", false)) {
      Call call = server.upstream.next();
      awaitAppend();
      assertNull(appends.poll(A_WHILE_MILLIS, TimeUnit.MILLISECONDS));
      call.respondJson(200, Completions.completion("A."));
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status());
    }
  }
}
