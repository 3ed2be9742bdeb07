package dev.helix.openai.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.LoggedLines;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an upstream says of its failure reaches the caller and the log. */
class UpstreamsWordsTest {
  private static final String LOGGER = "dev.helix.turn.BackendFailures";

  @TempDir Path folder;
  private ChatServer server;
  private LoggedLines log;

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ZERO);
    log = LoggedLines.of(LOGGER);
  }

  @AfterEach
  void stop() throws Exception {
    log.close();
    server.close();
  }

  private String onlyLine() {
    assertEquals(1, log.all().size(), log.all()::toString);
    String line = log.all().get(0);
    assertTrue(line.contains(server.upstream.baseUrl().toString()), line);
    assertTrue(line.chars().noneMatch(Character::isISOControl), line);
    assertTrue(line.length() < 800, line);
    return line;
  }

  private static JsonNode error(RawResponse response) {
    response.rest();
    JsonNode error = Json.read(response.received()).path("error");
    for (String key : List.of("message", "type", "param", "code")) {
      assertTrue(error.has(key), response::text);
    }
    return error;
  }

  static Stream<Arguments> errorOfAnyForm_reachesTheCaller_andTheLogInOneLine() {
    return Table.of(
        "400 → application/json → {\"detail\":\"Not like that\"} → 400 → Not like that",
        "422 → application/json → {\"detail\":[{\"loc\":[\"body\",\"n\"],\"msg\":\"too many\"}]} → 422 → body.n: too many",
        "401 → application/json → {\"error\":\"invalid key\"} → 401 → invalid key",
        "404 → text/plain → model\r\nnot found → 404 → model not found",
        "503 → text/html → <html><title>503 Service Unavailable</title></html> → 503 → 503 Service Unavailable",
        "429 → text/event-stream → data: {\"error\":{\"message\":\"slow down\"}}\n\n → 429 → slow down",
        "200 → application/json → {\"error\":{\"message\":\"no quota\",\"code\":429}} → 429 → no quota",
        "200 → application/json → {\"object\":\"error\",\"message\":\"too long\",\"code\":400} → 400 → too long",
        "200 → application/json → {\"detail\":\"odd\"} → 502 → odd",
        "200 → text/event-stream → {\"error\":{\"message\":\"called a stream\",\"code\":400}} → 400 → called a stream");
  }

  @ParameterizedTest
  @MethodSource
  void errorOfAnyForm_reachesTheCaller_andTheLogInOneLine(
      int status, String type, String body, int told, String words) {
    for (boolean stream : new boolean[] {false, true}) {
      try (RawClient client = server.post("c" + stream, "Well?", stream)) {
        server.upstream.next().respond(status, type, body.getBytes(UTF_8));
        RawResponse response = client.response();
        if (stream && type.equals("text/event-stream") && status == 200) {
          assertTrue(response.restText().contains(words), response::text);
        } else {
          assertTrue(error(response).path("message").asText().contains(words), response::text);
          assertEquals(told, response.status());
        }
      }
      assertEquals(List.of(), server.sessions.list(1));
      String line = onlyLine();
      assertTrue(line.contains("" + status) && line.contains(words), line);
      log.close();
      log = LoggedLines.of(LOGGER);
    }
  }

  static Stream<Arguments> errorInAStream_isToldOnce_asAnEventThatEveryClientReads() {
    return Table.of(
        "data: {\"error\":{\"message\":\"no memory\"}}\n\n → no memory",
        "data: {\"error\":\"as text\"}\n\n → as text",
        "data: {\"object\":\"error\",\"message\":\"flat\"}\n\n → flat",
        "event: error\ndata: {\"message\":\"named\"}\n\n → named",
        "error: {\"message\":\"a field\"}\n\n → a field",
        "data: {\"error\":{\"message\":\"and no end\"}} → and no end");
  }

  @ParameterizedTest
  @MethodSource
  void errorInAStream_isToldOnce_asAnEventThatEveryClientReads(String event, String words) {
    try (RawClient client = server.post("c", "Well?", true)) {
      Call call = server.upstream.next();
      call.beginSse();
      call.sse(Completions.delta("Half"));
      RawResponse response = client.response();
      assertTrue(response.data().contains("Half"));
      call.chunk(event);
      call.cut();
      String last = response.event();
      assertTrue(last.startsWith("event: error\ndata: {\"error\":{"), last);
      JsonNode error = Json.read(RawResponse.dataOf(last)).path("error");
      assertTrue(error.path("message").asText().contains(words), last);
      assertEquals("", response.restText());
      assertTrue(response.isCut());
    }
    assertEquals(List.of("user:Well?", "assistant:Half (failed)"), server.stored("c"));
    assertTrue(onlyLine().contains(words));
  }

  @Test
  void errorInAStreamThatNobodyAskedFor_isTheAnswersError_andNotOneToAskAgainFor() {
    for (String content : List.of("half", "")) {
      try (RawClient client = server.post("c" + content, "Well?", false)) {
        Call call = server.upstream.next();
        call.beginSse();
        if (!content.isEmpty()) {
          call.sse(Completions.delta(content));
        }
        call.sse("{\"error\":{\"message\":\"slow down\",\"code\":429}}"); // Which ends it.
        RawResponse response = client.response();
        assertEquals("slow down", error(response).path("message").asText());
        assertEquals(content.isEmpty() ? 429 : 424, response.status());
      }
    }
    assertEquals(List.of("user:Well?", "assistant:half (failed)"), server.stored("chalf"));
  }

  @Test
  void whatTheLogSays_isBoundedAndOnOneLine_andHasNoKey() {
    String message = "a\\u0000b\\nc\\u2028d\\u202ee" + "x".repeat(5_000);
    try (RawClient client = server.post("c", "Well?", false)) {
      server.upstream.next().respondJson(500, "{\"error\":{\"message\":\"" + message + "\"}}");
      String told = error(client.response()).path("message").asText();
      assertTrue(told.startsWith("a\u0000b\nc") && told.length() <= 2_000, told);
    }
    assertTrue(onlyLine().contains("a\\u0000b\\u000ac\\u2028d\\u202eexxx"), onlyLine());
  }

  @Test
  void upstreamThatIsDown_isNamedInTheLog() {
    server.upstream.down();
    try (RawClient client = server.post("c", "Well?", true)) {
      assertEquals("upstream_unreachable", error(client.response()).path("code").asText());
    }
    assertTrue(onlyLine().contains("502 upstream_unreachable: "), onlyLine());
    assertTrue(onlyLine().contains("Connection refused"), onlyLine());
  }

  @Test
  void goodAnswer_andACallerWhoLeaves_areNoFailures() {
    try (RawClient client = server.post("c", "Well?", false)) {
      server.upstream.next().respondJson(200, Completions.completion("Hi"));
      client.response().rest();
    }
    RawClient client = server.post("d", "Well?", true);
    Call call = server.upstream.next();
    call.beginSse();
    call.sse(Completions.delta("Half"));
    client.response().data();
    client.leave();
    call.awaitClosedByPeer(Duration.ofSeconds(15));
    server.turns.drain();
    assertEquals(List.of(), log.all());
    assertFalse(server.stored("d").isEmpty());
  }

  @Test
  void brokenStream_isCutWhenItsErrorCanHaveBeenRead() {
    try (RawClient client = server.post("broken", "Hi", true)) {
      Call call = server.upstream.next();
      call.beginSse();
      call.sse(Completions.delta("Half"));
      RawResponse response = client.response();
      assertTrue(response.data().contains("Half"));
      CountDownLatch held = server.holdTimers();
      call.cut();
      assertTrue(response.event().startsWith("event: error"), response::text);
      client.deadline(Duration.ofMillis(300));
      assertThrows(AssertionError.class, response::event, "the connection is open");
      client.deadline(Duration.ofSeconds(20));
      held.countDown();
      assertNull(response.event());
      assertTrue(response.isCut());
    }
  }
}
