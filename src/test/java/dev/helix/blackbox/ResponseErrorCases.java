package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.UserToken;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that fail, are refused, are not kept, or are erased. */
@Check("responses")
interface ResponseErrorCases extends Fixture {
  private Responder responder(String... headers) {
    return new Responder(usual(), headers);
  }

  @Test
  default void responseToAClientsIds_isDeletedWhole() {
    String id = Endpoint.freshId();
    String answer = Endpoint.freshId();
    Responder responder = responder("X-Conversation-ID", id, "X-OpenWebUI-Message-Id", answer);
    Said said =
        responder.answered(Responder.asks("zanzibar"), Responder.calls("c", "zanzibar", "{}"));
    assertEquals(200, responder.call("DELETE", "/" + said.id()).status());
    assertEquals(404, responder.call("GET", "/" + said.id()).status());
    assertTrue(
        responder.endpoint().stored("conv-" + id).lines().stream()
            .noneMatch(line -> line.contains("zanzibar")));
  }

  @Test
  default void responseInANamedConversation_isFoundAndErased_byItsIdAlone() {
    String name = "trip-to-rome-" + Endpoint.freshId().substring(0, 8);
    Responder named = responder("X-Conversation-ID", name);
    String id = named.whole(Responder.asks("One"), "1").id();
    Responder alone = new Responder(named.endpoint());
    assertEquals("1", Responder.textOf(alone.get("/" + id)));
    Said second = alone.whole(Responder.follows("Two", id), "2");
    assertEquals(List.of("user:One", "assistant:1", "user:Two"), second.sent());
    assertEquals("conv-" + name, second.http().header("X-Session-ID"));
    assertEquals(200, alone.call("DELETE", "/" + id).status());
    assertEquals(404, alone.call("GET", "/" + id).status());
  }

  @Test
  default void longEcho_isStreamed_andCancelIsForTheBackground() {
    Responder responder = responder();
    ObjectNode asked = Responder.asks("One").put("instructions", "x".repeat(900_000));
    assertEquals("1", responder.streamed(asked, "1").text());
    RawResponse cancelled = responder.call("POST", "/resp_none/cancel");
    assertEquals(404, cancelled.status());
  }

  @Test
  default void unstoredResponse_isAnswered_andNothingOfItIsKept() {
    Responder responder = responder();
    Set<String> before = responder.endpoint().sessionFolders();
    Said said = responder.whole(Responder.asks("Secret").put("store", false), "Hush");
    assertEquals("Hush", said.text());
    assertEquals(before, responder.endpoint().sessionFolders());
    assertEquals(404, responder.call("GET", "/" + said.id()).status());
    RawResponse refused = responder.refused(Responder.follows("And?", said.id()));
    Errors.check(400, "previous_response_not_found", refused);
    Said first = responder.whole(Responder.asks("One"), "1");
    Said beside = responder.whole(Responder.follows("Two", first.id()).put("store", false), "2");
    assertEquals(List.of("user:One", "assistant:1", "user:Two"), beside.sent());
    assertEquals(2, responder.endpoint().stored(first.http().header("X-Session-ID")).said().size());
  }

  @Test
  default void responseIsDeleted_andItsWordsAreGone() throws Exception {
    Responder responder = responder();
    Said first = responder.whole(Responder.asks("Remember the word zanzibar"), "Noted: zanzibar");
    Said second = responder.whole(Responder.follows("Next", first.id()), "Fine");
    RawResponse deleted = responder.call("DELETE", "/" + first.id());
    assertEquals(200, deleted.status(), deleted::restText);
    assertTrue(deleted.json().path("deleted").asBoolean());
    assertEquals(404, responder.call("GET", "/" + first.id()).status());
    assertEquals(404, responder.call("DELETE", "/" + first.id()).status());
    Errors.check(
        400, "previous_response_not_found", responder.refused(Responder.follows("On", first.id())));
    Said third = responder.whole(Responder.follows("What was it?", second.id()), "Who knows");
    assertEquals(List.of("user:Next", "assistant:Fine", "user:What was it?"), third.sent());
    String session = first.http().header("X-Session-ID");
    assertTrue(
        responder.endpoint().stored(session).lines().stream()
            .noneMatch(line -> line.contains("zanzibar")));
    assertTrue(!responder.endpoint().stored(session).status().toString().contains("zanzibar"));
  }

  @Test
  default void upstreamFails_beforeTheHead_isAnHttpError_andTheNextTurnWorks() {
    Responder responder = responder();
    try (RawClient client = responder.post(Responder.asks("One").put("stream", true))) {
      responder
          .endpoint()
          .upstream()
          .next()
          .respondJson(429, "{\"error\":{\"message\":\"slow down\"}}", "Retry-After", "7");
      RawResponse refused = client.response();
      assertEquals("7", refused.header("Retry-After"));
      Errors.check(429, refused);
    }
    assertEquals("1", responder.whole(Responder.asks("One"), "1").text());
  }

  @Test
  default void upstreamBreaksOff_inAStream_isTold_andStoredAsFailed() {
    Responder responder = responder();
    Said first = responder.whole(Responder.asks("One"), "1");
    JsonNode failed;
    try (RawClient client =
        responder.post(Responder.follows("Two", first.id()).put("stream", true))) {
      Call call = responder.endpoint().upstream().next();
      call.beginSse();
      call.sse(Completions.delta("Half"));
      call.cut();
      String body = client.response().restText();
      assertTrue(body.endsWith("data: [DONE]\n\n"), body);
      List<JsonNode> events = Responder.events(body);
      assertEquals("error", events.get(events.size() - 2).path("type").asText(), body);
      assertEquals("response.failed", events.get(events.size() - 1).path("type").asText(), body);
      failed = events.get(events.size() - 1).path("response");
    }
    assertEquals("failed", responder.get("/" + failed.path("id").asText()).path("status").asText());
    assertEquals(
        List.of("user:One", "assistant:1", "user:Again"),
        responder.whole(Responder.follows("Again", first.id()), "2").sent());
  }

  @Test
  default void callerLeavesAStream_isStoredAsCancelled_withWhatCame_alsoAfterARestart() {
    Responder responder = responder();
    Said whole = responder.streamed(Responder.asks("One"), "1");
    String id;
    try (RawClient client = responder.post(Responder.asks("One").put("stream", true))) {
      Call call = responder.endpoint().upstream().next();
      call.beginSse();
      call.sse(Completions.delta("Half an answer"));
      RawResponse response = client.response();
      id = Json.read(RawResponse.dataOf(response.event())).at("/response/id").asText();
      assertEquals("in_progress", responder.get("/" + id).path("status").asText());
      client.leave();
      call.awaitClosedByPeer(CallerCases.NOTICED);
    }
    responder.endpoint().restart();
    JsonNode stored = responder.get("/" + id);
    assertEquals("cancelled", stored.path("status").asText(), stored::toString);
    assertEquals("Half an answer", Responder.textOf(stored));
    assertEquals(whole.response(), responder.get("/" + whole.id()));
    assertEquals(3, responder.whole(Responder.follows("Two", whole.id()), "2").sent().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/resp_none",
        "/resp_s00000000000000000000000000000000" + "0000000000000000",
        "/resp_u..%2f..%2f..%2fetc",
        "/RESP_S0",
        "/%00",
        "/resp_none/input_items"
      })
  default void idThatIsUnknown_isNotFound(String path) {
    for (String method : List.of("GET", "DELETE")) {
      RawResponse response = responder().call(method, path);
      assertTrue(
          response.status() == 404 || response.status() == 400 || response.status() == 405,
          response::restText);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"input\":\"x\",\"model\":\"m\",\"previous_response_id\":\"resp_none\"}"
            + "|400|previous_response_not_found|previous_response_id",
        "{\"input\":\"x\",\"model\":\"m\",\"conversation\":\"conv_none\"}|404||",
        "{\"input\":\"x\",\"model\":\"m\",\"conversation\":\"a\",\"previous_response_id\":\"b\"}"
            + "|400|mutually_exclusive_parameters|",
        "{\"model\":\"m\"}|400|missing_required_parameter|input",
        "{\"model\":\"m\",\"messages\":[]}|400|unsupported_parameter|messages",
        "{\"model\":\"m\",\"input\":[]}|400|missing_required_parameter|",
        "{\"model\":\"m\",\"input\":7}|400|invalid_type|input"
      })
  default void badRequest_isRefused(String body, int status, String code, String param) {
    ObjectNode request = (ObjectNode) Json.read(body.getBytes(StandardCharsets.UTF_8));
    JsonNode error = Errors.check(status, responder().refused(request));
    assertEquals(code, error.path("code").isNull() ? null : error.path("code").asText());
    assertEquals(param, error.path("param").isNull() ? null : error.path("param").asText());
  }

  @Test
  default void otherOwnersResponses_areUnknown() {
    Endpoint endpoint = servers().endpoint(Group.OWNERS);
    String token = UserToken.of("ann", OwnerCases.SECRET, Instant.now());
    String[] ann = {"Authorization", OwnerCases.ACME, OwnerCases.TOKEN, token};
    Responder acme = new Responder(endpoint, ann);
    Responder other =
        new Responder(endpoint, "Authorization", OwnerCases.OTHER, OwnerCases.TOKEN, token);
    for (String[] id : new String[][] {{}, {"X-Conversation-ID", Endpoint.freshId()}}) {
      String[] headers = Arrays.copyOf(ann, ann.length + id.length);
      System.arraycopy(id, 0, headers, ann.length, id.length);
      Said said = new Responder(endpoint, headers).whole(Responder.asks("Mine"), "Yours");
      assertEquals(said.response(), acme.get("/" + said.id()));
      String unknown = said.id().substring(0, said.id().length() - 3) + "abc";
      for (String method : List.of("GET", "DELETE")) {
        RawResponse foreign = other.call(method, "/" + said.id());
        RawResponse none = other.call(method, "/" + unknown);
        assertEquals(404, foreign.status());
        assertEquals(
            none.restText().replace(unknown, "ID"), foreign.restText().replace(said.id(), "ID"));
      }
      Errors.check(
          400, "previous_response_not_found", other.refused(Responder.follows("What?", said.id())));
      assertEquals(said.response(), acme.get("/" + said.id()));
    }
    assertNull(other.call("GET", "/resp_x").header("X-Session-ID"));
  }
}
