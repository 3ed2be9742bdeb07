package dev.helix.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.appserver.ServerProcess;
import dev.helix.packaging.probe.PlayedBackend;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The WAR with a backend of somebody's own in it, run by itself. */
class OwnBackendIT {
  private static final String PROVIDER = PlayedBackend.Provider.class.getName();

  @TempDir static Path folder;
  private static Path war;
  private static WarProcess server;
  private final String id = UUID.randomUUID().toString();

  @BeforeAll
  static void start() throws IOException {
    war = ProbeWar.withBackend(folder, PROVIDER, PlayedBackend.class, PlayedBackend.Provider.class);
    server =
        WarProcess.start(
            war,
            Map.of("HELIX_PLAYED_GREETING", "Good day", "HELIX_SSE_COMMENT_INTERVAL", "200ms"),
            List.of(),
            "--sessions",
            folder.resolve("sessions").toString());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private RawClient ask(String told, boolean stream) {
    return ask(id, told, stream);
  }

  private static RawClient ask(String id, String told, boolean stream) {
    ObjectNode body = Json.object().put("model", "played").put("stream", stream);
    body.putArray("messages").add(Json.message("user", told));
    RawClient client = RawClient.connect(server.url());
    client.post("/v1/chat/completions", body.toString(), "X-Conversation-ID", id);
    return client;
  }

  private RawResponse whole(String told, boolean stream) {
    return whole(ask(told, stream));
  }

  private static RawResponse whole(RawClient asked) {
    try (RawClient client = asked) {
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  /** Has the backend go on with the answer that it began, by a conversation beside. */
  private static void tell(String told) {
    assertEquals(200, whole(ask("beside", told, false)).status());
  }

  private JsonNode lastStored() throws IOException {
    JsonNode stored =
        Json.read(
            Files.readAllBytes(
                folder.resolve("sessions/conv-" + id).resolve("context/messages.json")));
    return stored.get(stored.size() - 1);
  }

  private static String content(String data) {
    return Json.read(data).at("/choices/0/delta/content").asText();
  }

  @Test
  void answerInOnePiece_isPassed_andRecorded() throws IOException {
    RawResponse response = whole("whole", false);
    assertEquals(200, response.status(), response::text);
    assertEquals("Good day", response.json().at("/choices/0/message/content").asText());
    assertEquals("Good day", lastStored().path("content").asText());
  }

  @Test
  void whatOnlyUpstreamsHave_is404_andSaysWhy() {
    RawResponse response =
        RawClient.exchange(server.url(), "POST", "/v1/embeddings", new byte[] {'{', '}'});
    assertEquals(404, response.status(), response::text);
    assertEquals("not_found", response.json().at("/error/code").asText());
    assertTrue(response.json().at("/error/message").asText().contains("upstream"));
  }

  @Test
  void stream_isPassedAsItComes_andRecordedBeforeItsEnd() throws IOException {
    try (RawClient client = ask("begin", true)) {
      RawResponse response = client.response();
      assertEquals("Good day", content(response.data()));
      assertEquals("", content(response.data()), "an empty chunk");
      tell("go on");
      assertEquals(" again", content(response.data()));
      assertEquals("[DONE]", response.data());
      assertEquals("Good day again", lastStored().path("content").asText());
    }
  }

  @Test
  void toolCall_isPassed_andRecorded() throws IOException {
    String text = whole("tool", true).text();
    assertTrue(text.contains("trains") && text.endsWith("data: [DONE]\n\n"), text);
    JsonNode call = lastStored().at("/tool_calls/0/function");
    assertEquals("trains", call.path("name").asText());
    assertEquals("{\"to\":\"Rome\"}", call.path("arguments").asText());
    assertEquals("tool_calls", lastStored().path("finish_reason").asText());
  }

  @Test
  void itsErrors_areThoseOfAnUpstream() {
    RawResponse refused = whole("refuse", false);
    assertEquals(429, refused.status());
    assertEquals("Slowly", refused.json().at("/error/message").asText());
    RawResponse away = whole("fail", true);
    assertEquals(502, away.status());
    assertEquals("upstream_unreachable", away.json().at("/error/code").asText());
    assertEquals("It is away.", away.json().at("/error/message").asText());
  }

  @Test
  void itsMistakes_areErrorsOfTheServer_andItGoesOn() {
    for (String mistake : List.of("throw", "nothing")) {
      RawResponse response = whole(mistake, false);
      assertEquals(500, response.status(), response::text);
      assertEquals("internal", response.json().at("/error/code").asText());
    }
    assertEquals(200, whole("whole", false).status());
  }

  @Test
  void answerThatBreaks_endsWithAnErrorEvent_andIsKeptAsFailed() throws IOException {
    try (RawClient client = ask("begin", true)) {
      RawResponse response = client.response();
      assertEquals("Good day", content(response.data()));
      tell("break");
      assertEquals("upstream_broken", Json.read(response.data()).at("/error/code").asText());
      assertNull(response.data());
    }
    assertEquals("Good day", lastStored().path("content").asText());
    assertEquals("failed", lastStored().path("status").asText());
  }

  @Test
  void callerWhoLeaves_cancelsTheExchange() {
    RawClient client = ask("begin", true);
    assertEquals("Good day", content(client.response().data()));
    client.leave();
    awaitLine("the exchange was cancelled");
    tell("go on");
  }

  private static void awaitLine(String line) {
    server.awaitLine(Pattern.compile(line));
  }

  @Test
  void itsModels_areTheModels() {
    try (RawClient client = RawClient.connect(server.url())) {
      client.request("GET", "/v1/models", new byte[0]);
      RawResponse response = client.response();
      response.rest();
      assertEquals("played", response.json().at("/data/0/id").asText());
    }
  }

  @Test
  void itIsClosed_whenTheApplicationStops() {
    try (WarProcess other =
        WarProcess.start(
            war,
            Map.of("HELIX_PLAYED_GREETING", "Hello"),
            List.of(),
            "--sessions",
            folder.resolve("others").toString())) {
      assertTrue(
          other.standardError().contains("the backend played of the application's own answers"),
          other::standardError);
      assertEquals(128 + 15, other.terminate().join());
      assertTrue(other.output().contains("the backend was closed"), other::output);
    }
  }

  private String refusedStart(Path broken, Map<String, String> environment) {
    try (ServerProcess process =
        WarProcess.run(
            broken,
            environment,
            List.of(),
            List.of("--port", "0", "--sessions", folder.resolve("third").toString()))) {
      assertNotEquals(0, process.awaitExit());
      return process.output();
    }
  }

  @Test
  void settingThatItRefuses_stopsTheStart_withItsMessage() {
    String said = refusedStart(war, Map.of());
    assertTrue(said.contains("helix.played.greeting must be set"), said);
  }

  @Test
  void upstreamBesideIt_stopsTheStart_withTheChoiceThereIs() {
    String said =
        refusedStart(
            war,
            Map.of(
                "HELIX_PLAYED_GREETING", "Hello", "HELIX_UPSTREAM_URL", "http://127.0.0.1:9/v1"));
    assertTrue(said.contains("could answer: upstream, demo, played"), said);
  }

  @Test
  void providerThatIsNotThere_stopsTheStart_withItsName(@TempDir Path other) throws IOException {
    String said = refusedStart(ProbeWar.withBackend(other, "example.Absent"), Map.of());
    assertTrue(said.contains("a backend of the application's own cannot be loaded"), said);
    assertTrue(said.contains("example.Absent"), said);
  }
}
