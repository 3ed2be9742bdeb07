package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.reliability.CountedTests;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A response is told as complete when it was forced, and not before. */
@ExtendWith(CountedTests.class)
class ForcedResponsesTest {
  /** Requests that the server answers while the answer waits to be forced. */
  private static final int MEANWHILE = 100;

  private static final String ASKED = "{\"model\":\"m\"}";

  @TempDir Path folder;
  private ResponseServer server;
  private final AtomicBoolean answering = new AtomicBoolean();
  private final AtomicBoolean appended = new AtomicBoolean();
  private final AtomicBoolean forced = new AtomicBoolean();

  /** Of each thread that forces whether the answer had been appended when it began. */
  private final ThreadLocal<Boolean> forcesAnswer = ThreadLocal.withInitial(() -> false);

  @BeforeEach
  void start() throws Exception {
    server = new ResponseServer(folder);
    server.chat.watchStore(this::begins, this::returns);
  }

  private void begins(String method) {
    forcesAnswer.set(method.equals("force") && appended.get());
    if (forcesAnswer.get()) {
      // Long enough for an end that did not wait to arrive.
      for (int i = 0; i < MEANWHILE; i++) {
        assertEquals(200, RawClient.get(server.chat.url(), "/health/live").status());
      }
    }
  }

  private void returns(String method) {
    if (method.equals("append") && answering.get()) {
      appended.set(true);
    }
    if (forcesAnswer.get()) {
      forced.set(true);
    }
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static void finish(Call call) {
    call.endWith(List.of(Completions.finish("stop"), Completions.DONE));
  }

  @Test
  void completed_followsTheForcedWrite_andItsWordsDoNotWait() {
    try (RawClient client = server.ask("c", "stream", ASKED)) {
      Call call = server.call();
      call.beginSse();
      call.sse(Completions.delta("Hi"));
      RawResponse response = client.response();
      String event = response.event();
      while (!event.contains("\"delta\":\"Hi\"")) {
        event = response.event();
      }
      assertFalse(forced.get());
      answering.set(true);
      finish(call);
      while (!event.startsWith("event: response.completed\n")) {
        event = response.event();
      }
      assertTrue(forced.get(), "it was complete before it was forced");
      JsonNode told = EventStream.json(RawResponse.dataOf(event)).path("response");
      assertEquals(told, server.stored("c"));
    }
  }

  @Test
  void body_followsTheForcedWrite() {
    try (RawClient client = server.ask("c", "", ASKED)) {
      Call call = server.call();
      answering.set(true);
      call.respondJson(200, Completions.completion("Hi"));
      RawResponse response = client.response();
      assertEquals(200, response.status());
      assertTrue(forced.get(), "it was told before it was forced");
      assertEquals(EventStream.json(response.restText()), server.stored("c"));
    }
  }

  @Test
  void streamThatCannotBeForced_fails_andIsNeverComplete() {
    try (RawClient client = server.ask("c", "stream", ASKED)) {
      Call call = server.call();
      call.beginSse();
      call.sse(Completions.delta("Hi"));
      RawResponse response = client.response();
      assertTrue(response.event().contains("response.created"));
      server.chat.breakStore("force");
      finish(call);
      response.restText();
      assertFalse(response.text().contains("event: response.completed"), response::text);
      EventStream events = EventStream.of(response.text());
      assertEquals("failed", events.response().path("status").asText());
      assertEquals("storage_error", events.error().path("code").asText());
    }
  }

  @Test
  void bodyThatCannotBeForced_isAnError() {
    try (RawClient client = server.ask("c", "", ASKED)) {
      Call call = server.call();
      server.chat.breakStore("force");
      call.respondJson(200, Completions.completion("Hi"));
      RawResponse response = client.response();
      JsonNode error = EventStream.json(response.restText()).path("error");
      // 500 where it was the question that could not be forced first.
      assertTrue(List.of(424, 500).contains(response.status()), response::text);
      assertEquals("storage_error", error.path("code").asText());
    }
  }
}
