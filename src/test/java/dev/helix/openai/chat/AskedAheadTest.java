package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.SessionException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The upstream is asked while the question is being written, and the caller hears nothing before.
 */
class AskedAheadTest {
  private static final Duration A_WHILE = Duration.ofMillis(300);
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path folder;
  private ChatServer server;
  private final CountDownLatch appending = new CountDownLatch(1);
  private final CountDownLatch mayAppend = new CountDownLatch(1);

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ofSeconds(30));
  }

  @AfterEach
  void stop() throws Exception {
    mayAppend.countDown();
    server.close();
  }

  /** Has the next append wait. */
  private void holdAppend() {
    server.watchStore(
        method -> {
          if (method.equals("append")) {
            appending.countDown();
            await(mayAppend);
          }
        },
        method -> {});
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void turn(String question, String answer) {
    try (RawClient client = server.post("c", question, true)) {
      server.upstream.next().respondJson(200, Completions.completion(answer));
      assertEquals(200, client.response().status());
    }
  }

  private static void answer(Call call, String words) {
    call.beginSse();
    Completions.chunks(words).forEach(call::sse);
    call.end();
  }

  @Test
  void upstreamIsAskedWhileTheQuestionIsWritten_andTheCallerHearsNothingUntilItIs() {
    turn("One?", "One.");
    holdAppend();
    try (RawClient client = server.post("c", "Two?", true)) {
      answer(server.upstream.next(), "Two.");
      await(appending);
      client.deadline(A_WHILE);
      assertThrows(UncheckedIOException.class, client::response, "nothing is told yet");
      assertEquals(List.of("user:One?", "assistant:One. (completed)"), server.stored("c"));
      mayAppend.countDown();
      client.deadline(SOON);
      RawResponse response = client.response();
      assertEquals(200, response.status());
      assertTrue(response.restText().endsWith("data: [DONE]\n\n"), response::text);
    }
    assertEquals(
        List.of(
            "user:One?", "assistant:One. (completed)", "user:Two?", "assistant:Two. (completed)"),
        server.stored("c"));
  }

  @Test
  void firstQuestionOfAConversation_isWrittenBefore() {
    holdAppend();
    try (RawClient client = server.post("c", "One?", true)) {
      await(appending);
      assertNull(server.upstream.poll(A_WHILE));
      mayAppend.countDown();
      server.upstream.next().respondJson(200, Completions.completion("One."));
      assertEquals(200, client.response().status());
    }
  }

  @Test
  void storedHistory_isReadBefore() {
    turn("One?", "One.");
    holdAppend();
    try (RawClient client = server.ask("c", "Two?")) {
      await(appending);
      assertNull(server.upstream.poll(A_WHILE));
      mayAppend.countDown();
      Call call = server.upstream.next();
      assertEquals(3, call.request().json().path("messages").size());
      call.respondJson(200, Completions.completion("Two."));
      assertEquals(200, client.response().status());
    }
  }

  @Test
  void questionThatCannotBeWritten_endsTheUpstreamsRequest_andTheNextOneIsWrittenBefore() {
    turn("One?", "One.");
    server.watchStore(
        method -> {
          if (method.equals("append")) {
            await(mayAppend);
            throw new SessionException("told to fail");
          }
        },
        method -> {});
    try (RawClient client = server.post("c", "Two?", true)) {
      Call call = server.upstream.next();
      mayAppend.countDown();
      RawResponse refused = client.response();
      assertEquals(500, refused.status());
      assertTrue(refused.restText().contains("storage_error"), refused::text);
      call.awaitClosedByPeer(SOON);
    }
    try (RawClient client = server.post("c", "Three?", false)) {
      assertEquals(500, client.response().status());
      assertNull(server.upstream.poll(Duration.ZERO), "the upstream was asked for nothing");
    }
    server.watchStore(method -> {}, method -> {});
    turn("Four?", "Four.");
    CountDownLatch again = new CountDownLatch(1);
    server.watchStore(
        method -> {
          if (method.equals("append")) {
            await(again);
          }
        },
        method -> {});
    try (RawClient client = server.post("c", "Five?", true)) {
      Call call = server.upstream.next();
      again.countDown();
      answer(call, "Five.");
      assertEquals(200, client.response().status());
    }
    assertFalse(server.stored("c").toString().contains("Two?"));
  }
}
