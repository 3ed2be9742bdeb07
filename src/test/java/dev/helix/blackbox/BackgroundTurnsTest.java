package dev.helix.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bounds, order and stop of what is made in the background, and what stays of its beginnings. */
class BackgroundTurnsTest {
  @TempDir Path folder;
  private WholeApplication application;

  private void start(Map<String, String> settings) throws Exception {
    application = new WholeApplication(folder.resolve("sessions"), settings);
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  private static ObjectNode asks(String input, boolean stream) {
    return Responder.asks(input).put("background", true).put("stream", stream);
  }

  private RawClient post(ObjectNode body, String... headers) {
    RawClient client = RawClient.connect(application.url());
    client.post(Responder.PATH, body.toString(), headers);
    return client;
  }

  private RawResponse told(ObjectNode body, String... headers) {
    try (RawClient client = post(body, headers)) {
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  private String queued(String input, String... headers) {
    RawResponse told = told(asks(input, false), headers);
    assertEquals(200, told.status(), told::text);
    JsonNode response = Json.read(told.text().getBytes(UTF_8));
    assertEquals("queued", response.path("status").asText());
    return response.path("id").asText();
  }

  private RawResponse get(String path) {
    return RawClient.get(application.url(), Responder.PATH + "/" + path);
  }

  private JsonNode ended(String id) {
    assertTrue(get(id + "?stream=true").text().endsWith("data: [DONE]\n\n"));
    return get(id).json();
  }

  private static void answer(Call call, String... words) {
    call.beginSse();
    Completions.chunks(words).forEach(call::sse);
    call.end();
  }

  @Test
  void oneMoreThanMayRun_isRefused_untilOneHasEnded() throws Exception {
    start(Map.of("helix.background.max.running", "1"));
    String first = queued("One");
    RawResponse refused = told(asks("Two", true));
    Errors.check(429, "too_many_background_responses", refused);
    assertEquals("5", refused.header("Retry-After"));
    answer(application.upstream().next(), "1");
    assertEquals("completed", ended(first).path("status").asText());
    String second = queued("Two");
    application.upstream().next().respondJson(400, Completions.error("no", "t", "c"));
    assertEquals("failed", ended(second).path("status").asText());
    queued("Three");
    answer(application.upstream().next(), "3");
  }

  @Test
  void logThatIsGone_isToldOfWhatIsStored_whetherByTimeOrByBytes() throws Exception {
    for (Map<String, String> setting :
        List.of(
            Map.of("helix.background.events.kept", "0s"),
            Map.of("helix.background.events.max.bytes", "1KiB"),
            Map.of("helix.background.events.total.max.bytes", "1KiB"))) {
      start(setting);
      String id = queued("One");
      answer(application.upstream().next(), "Hi ", "there");
      assertEquals("completed", ended(id).path("status").asText());
      List<JsonNode> events = Responder.events(get(id + "?stream=true").text());
      assertEquals(10, events.size(), "both words come at once");
      assertEquals("Hi there", events.get(5).path("delta").asText());
      assertEquals(get(id).json(), events.get(9).path("response"));
      assertEquals(events.get(5).path("item_id"), events.get(9).at("/response/output/0/id"));
      application.close();
    }
    start(Map.of());
  }

  @Test
  void turnsOfAConversation_comeInOrder_inTheBackgroundToo() throws Exception {
    start(Map.of());
    String trip = Endpoint.freshId();
    String[] named = {"X-Conversation-ID", trip, "X-Conversation-History", "stored"};
    String first = queued("One", named);
    Call one = application.upstream().next();
    try (RawClient second = post(asks("Two", false), named)) {
      assertNull(application.upstream().poll(Duration.ofMillis(200)), "it waits for the first");
      answer(one, "1");
      Call two = application.upstream().next();
      assertEquals(3, two.request().json().path("messages").size());
      RawResponse told = second.response();
      assertEquals("queued", Json.read(told.rest()).path("status").asText());
      assertEquals("conv-" + trip, told.header("X-Session-ID"));
      answer(two, "2");
    }
    assertEquals("completed", ended(first).path("status").asText());
  }

  @Test
  void longAnswer_isHeardToItsEnd_whateverIsKeptOfIt() throws Exception {
    start(Map.of());
    String word = "word ".repeat(200);
    try (RawClient client = post(asks("One", true))) {
      Call call = application.upstream().next();
      call.beginSse();
      for (int i = 0; i < 2000; i++) {
        call.sse(Completions.delta(word));
      }
      call.sse(Completions.finish("stop"));
      call.sse(Completions.DONE);
      call.end();
      List<JsonNode> heard = Responder.events(client.response().restText());
      assertEquals("response.completed", heard.get(heard.size() - 1).path("type").asText());
      for (int i = 0; i < heard.size(); i++) {
        assertEquals(i, heard.get(i).path("sequence_number").asInt());
      }
    }
  }

  @Test
  void stopOfTheServer_endsWhatStillRuns_asItEndsOthers() throws Exception {
    start(Map.of("helix.shutdown.grace", "0s"));
    String id;
    try (RawClient client = post(asks("One", true))) {
      Call call = application.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("Half"));
      RawResponse heard = client.response();
      String begun = heard.event();
      id = Responder.events(begun).get(0).at("/response/id").asText();
      for (String event = heard.event(); !event.contains("Half"); event = heard.event()) {
        // Until it has come.
      }
      application.close();
    }
    start(Map.of());
    JsonNode failed = get(id).json();
    assertEquals("failed", failed.path("status").asText());
    assertEquals("Half", Responder.textOf(failed));
    assertEquals(failed, ended(id));
  }

  @Test
  void firstQuestionThatIsRefusedBehindTheStreamsBeginning_keepsItsResponse() throws Exception {
    start(Map.of("helix.sse.commit-after", "1ms"));
    try (RawClient client = post(Responder.asks("One").put("stream", true))) {
      Call call = application.upstream().next();
      RawResponse heard = client.response();
      String id = Responder.events(heard.event()).get(0).at("/response/id").asText();
      call.respondJson(400, Completions.error("no", "t", "c"));
      List<JsonNode> rest = Responder.events(heard.restText());
      JsonNode failed = rest.get(rest.size() - 1).path("response");
      assertEquals("failed", failed.path("status").asText());
      assertEquals(0, failed.at("/usage/output_tokens").asInt(-1));
      assertEquals(failed, get(id).json());
    }
  }

  @Test
  void whatIsErased_isNotToldFromMemoryEither() throws Exception {
    start(Map.of());
    String trip = Endpoint.freshId();
    String id = queued("One", "X-Conversation-ID", trip);
    Call call = application.upstream().next();
    call.beginSse();
    call.sse("{\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm.\"}}]}");
    Completions.chunks("Secret").forEach(call::sse);
    call.end();
    JsonNode item = ended(id).at("/output/1");
    assertTrue(get(id + "?stream=true").text().contains("Secret"));
    String path = "/v1/conversations/" + trip + "/items/" + item.path("id").asText();
    RawResponse erased = RawClient.exchange(application.url(), "DELETE", path, new byte[0]);
    assertEquals(200, erased.status(), erased::text);
    String told = get(id + "?stream=true").text();
    assertTrue(told.contains("Hm.") && told.endsWith("data: [DONE]\n\n"), told);
    assertFalse(told.contains("Secret"), told);
  }
}
