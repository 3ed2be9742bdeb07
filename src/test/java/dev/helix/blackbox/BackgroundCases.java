package dev.helix.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Responses that are made in the background: asked for later, heard again, and cancelled. */
@Check("responses")
interface BackgroundCases extends Fixture {
  private Responder responder() {
    return new Responder(usual());
  }

  private static ObjectNode asks(String input) {
    return Responder.asks(input).put("background", true);
  }

  /** Begins one without a stream, whose caller has its answer at once. */
  private static JsonNode queued(Responder responder, String input) {
    RawResponse told = responder.refused(asks(input));
    assertEquals(200, told.status(), told::text);
    JsonNode queued = Json.read(told.text().getBytes(UTF_8));
    assertEquals("queued", queued.path("status").asText());
    assertTrue(queued.path("background").asBoolean());
    return queued;
  }

  private static JsonNode ended(Responder responder, String id) {
    String unused = stream(responder, id, "&starting_after=0"); // To its end.
    return responder.get("/" + id);
  }

  /** What is left of a stream, with what was read of it. */
  private static String stream(Responder responder, String id, String more) {
    RawResponse response = responder.call("GET", "/" + id + "?stream=true" + more);
    assertEquals(200, response.status(), response::text);
    return events(response.text());
  }

  /** Without signs of life. */
  private static String events(String text) {
    return text.replace(": waiting\n", "");
  }

  @Test
  default void backgroundResponse_isToldAtOnce_andCanBeAskedForUntilItIsThere() {
    Responder responder = responder();
    String id = queued(responder, "Hello").path("id").asText();
    Call call = responder.endpoint().upstream().next();
    assertEquals("in_progress", responder.get("/" + id).path("status").asText());
    call.beginSse();
    Completions.chunks("Hi ", "there").forEach(call::sse);
    call.end();
    JsonNode response = ended(responder, id);
    assertEquals("completed", response.path("status").asText(), response::toString);
    assertEquals("Hi there", Responder.textOf(response));
    assertTrue(response.path("completed_at").isNumber());
    assertTrue(response.path("usage").isObject());
    RawResponse unchanged = responder.call("POST", "/" + id + "/cancel");
    assertEquals(response, unchanged.json());
    Said next = responder.whole(Responder.follows("And?", id), "Fine");
    assertEquals(List.of("user:Hello", "assistant:Hi there", "user:And?"), next.sent());
    RawResponse refused = responder.call("POST", "/" + next.id() + "/cancel");
    Errors.check(400, "invalid_value", refused);
    assertEquals(404, responder.call("GET", "/" + next.id() + "?stream=true").status());
    Errors.check(400, "invalid_value", responder.refused(asks("No").put("store", false)));
  }

  @Test
  default void callerLeavesABackgroundStream_itGoesOn_andItsEventsAreHeardAgain() {
    Responder responder = responder();
    String heard;
    String id;
    Call call;
    try (RawClient client = responder.post(asks("Hello").put("stream", true))) {
      call = responder.endpoint().upstream().next();
      RawResponse response = client.response();
      heard = response.event() + response.event() + response.event();
      id = Responder.events(heard).get(0).at("/response/id").asText();
      client.leave();
    }
    assertEquals(3, Responder.events(heard).size());
    try (RawClient client = RawClient.connect(responder.endpoint().url())) {
      client.request(
          "GET", Responder.PATH + "/" + id + "?stream=true&starting_after=1", new byte[0]);
      call.beginSse();
      RawResponse live = client.response();
      assertEquals(
          "response.in_progress", Json.read(live.data().getBytes(UTF_8)).path("type").asText());
      Completions.chunks("Hi ", "there").forEach(call::sse);
      call.end();
      String rest = events(live.restText());
      assertTrue(rest.endsWith("data: [DONE]\n\n"), rest);
      assertEquals(heard + rest, stream(responder, id, ""));
      assertEquals(rest, stream(responder, id, "&starting_after=2"));
    }
    List<JsonNode> all = Responder.events(stream(responder, id, ""));
    for (int i = 0; i < all.size(); i++) {
      assertEquals(i, all.get(i).path("sequence_number").asInt());
    }
    JsonNode last = all.get(all.size() - 1);
    assertEquals(responder.get("/" + id), last.path("response"));
    String end = stream(responder, id, "&starting_after=" + (all.size() - 1));
    assertEquals("data: [DONE]\n\n", end);
    for (String never : List.of("" + all.size(), "-1", "x")) {
      RawResponse refused =
          responder.call("GET", "/" + id + "?stream=true&starting_after=" + never);
      Errors.check(400, "invalid_value", refused);
    }
  }

  @Test
  default void cancelledResponse_leavesItsUpstream_keepsWhatCame_andReadersHearTheEnd() {
    Responder responder = responder();
    try (RawClient client = responder.post(asks("Hello").put("stream", true))) {
      Call call = responder.endpoint().upstream().next();
      call.beginSse();
      call.sse(Completions.delta("Half"));
      RawResponse response = client.response();
      String begun = response.event();
      String id = Responder.events(begun).get(0).at("/response/id").asText();
      String heard = "";
      while (!heard.contains("Half")) {
        heard = response.event();
      }
      RawResponse cancelled = responder.call("POST", "/" + id + "/cancel");
      assertEquals("cancelled", cancelled.json().path("status").asText(), cancelled::text);
      assertEquals("Half", Responder.textOf(cancelled.json()));
      call.awaitClosedByPeer(CallerCases.NOTICED);
      List<JsonNode> rest = Responder.events(response.restText());
      assertEquals("response.cancelled", rest.get(rest.size() - 1).path("type").asText());
      assertEquals(cancelled.json(), rest.get(rest.size() - 1).path("response"));
      RawResponse again = responder.call("POST", "/" + id + "/cancel");
      assertEquals(cancelled.json(), again.json());
      assertEquals(cancelled.json(), responder.get("/" + id));
      assertFalse(response.isCut());
      assertEquals("On", responder.whole(Responder.follows("Go on", id), "On").text());
    }
  }

  @Test
  default void upstreamRefusesABackgroundQuestion_theResponseStays_andHasFailed() {
    Responder responder = responder();
    String id = queued(responder, "Hello").path("id").asText();
    responder
        .endpoint()
        .upstream()
        .next()
        .respondJson(429, Completions.error("slowly", "requests", "rate_limit_exceeded"));
    JsonNode response = ended(responder, id);
    assertEquals("failed", response.path("status").asText());
    assertEquals("rate_limit_exceeded", response.at("/error/code").asText(), response::toString);
    assertEquals(0, response.at("/usage/total_tokens").asInt(-1));
  }
}
