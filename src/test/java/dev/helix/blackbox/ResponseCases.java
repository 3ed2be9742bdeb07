package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's Responses, and the sessions that they are in. */
@Check("responses")
interface ResponseCases extends Fixture {
  /** Every response has all of these. */
  Set<String> KEYS =
      Set.of(
          "id",
          "object",
          "created_at",
          "completed_at",
          "status",
          "background",
          "conversation",
          "error",
          "incomplete_details",
          "instructions",
          "max_output_tokens",
          "max_tool_calls",
          "metadata",
          "model",
          "output",
          "parallel_tool_calls",
          "previous_response_id",
          "presence_penalty",
          "frequency_penalty",
          "prompt_cache_key",
          "reasoning",
          "safety_identifier",
          "service_tier",
          "store",
          "temperature",
          "text",
          "tool_choice",
          "tools",
          "top_logprobs",
          "top_p",
          "truncation",
          "usage",
          "user");

  private Responder responder(String... headers) {
    return new Responder(usual(), headers);
  }

  /** A call of a tool, as an upstream answers it. */
  private static String calls(String callId, String name, String arguments) {
    ObjectNode body = Json.object().put("object", "chat.completion").put("model", "scripted-1");
    ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    message.putNull("content");
    ObjectNode call = message.putArray("tool_calls").addObject().put("id", callId);
    call.put("type", "function")
        .putObject("function")
        .put("name", name)
        .put("arguments", arguments);
    choice.put("finish_reason", "tool_calls");
    return body.toString();
  }

  @Test
  default void response_isTold_andReadAgain_withTheSameKeysAndValues() {
    Responder responder = responder();
    ObjectNode asked = Responder.asks("Hello").put("instructions", "Be kind.");
    asked.putObject("metadata").put("a", "b");
    Said said = responder.whole(asked, "Hi there");
    assertEquals(200, said.http().status());
    assertTrue(said.id().matches("resp_[a-z][0-9a-f]{48}"), said.id());
    Set<String> keys = new TreeSet<>();
    said.response().fieldNames().forEachRemaining(keys::add);
    assertEquals(new TreeSet<>(KEYS), keys);
    assertEquals("completed", said.response().path("status").asText());
    assertEquals("Hi there", said.text());
    assertEquals(List.of("system:Be kind.", "user:Hello"), said.sent());
    assertEquals(said.response(), responder.get("/" + said.id()));
    JsonNode items = responder.get("/" + said.id() + "/input_items");
    assertEquals("Hello", items.at("/data/0/content/0/text").asText(), items::toString);
    assertEquals(1, items.path("data").size());
    StoredSession session = responder.endpoint().stored(said.http().header("X-Session-ID"));
    assertEquals(List.of("user:Hello", "assistant:Hi there"), session.said());
  }

  @Test
  default void stream_endsWithWhatIsStored_andNumbersItsEvents() {
    Responder responder = responder();
    Said said = responder.streamed(Responder.asks("Hello"), "Hi ", "there");
    List<JsonNode> events = Responder.events(said.http().text());
    assertEquals("response.created", events.get(0).path("type").asText());
    for (int i = 0; i < events.size(); i++) {
      assertEquals(i, events.get(i).path("sequence_number").asInt());
    }
    assertTrue(said.http().text().endsWith("data: [DONE]\n\n"), said.http()::text);
    assertEquals("Hi there", said.text());
    assertEquals(said.response(), responder.get("/" + said.id()));
  }

  @Test
  default void responses_thatFollowOneAnother_areOneConversation() {
    Responder responder = responder();
    Said first = responder.whole(Responder.asks("One").put("instructions", "Be kind."), "1");
    Said second = responder.streamed(Responder.follows("Two", first.id()), "2");
    Said third = responder.whole(Responder.follows("Three", second.id()), "3");
    assertEquals(List.of("user:One", "assistant:1", "user:Two"), second.sent());
    assertEquals(5, third.sent().size());
    assertEquals(second.id(), third.response().path("previous_response_id").asText());
    assertEquals(first.http().header("X-Session-ID"), third.http().header("X-Session-ID"));
  }

  @Test
  default void response_thatIsFollowedTwice_isFollowedByTwoBranches_ofWhichEachIsWhole() {
    Responder responder = responder();
    Said first = responder.whole(Responder.asks("One"), "1");
    Said left = responder.whole(Responder.follows("Left", first.id()), "l");
    Said right = responder.whole(Responder.follows("Right", first.id()), "r");
    assertEquals(List.of("user:One", "assistant:1", "user:Right"), right.sent());
    Said further = responder.whole(Responder.follows("On", left.id()), "o");
    assertEquals(
        List.of("user:One", "assistant:1", "user:Left", "assistant:l", "user:On"), further.sent());
  }

  /** Whoever follows a response waits for nobody. */
  @Test
  default void sixteenThatFollowOne_runBesideOneAnother_andAllAreKept() {
    Responder responder = responder();
    Said first = responder.whole(Responder.asks("One"), "1");
    List<RawClient> clients = new ArrayList<>();
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      clients.add(responder.post(Responder.follows("Q" + i, first.id())));
      calls.add(responder.endpoint().upstream().next());
    }
    for (Call call : calls) {
      call.respondJson(200, Completions.completion("to " + call.request().lastMessage()));
    }
    for (int i = 0; i < 16; i++) {
      try (RawClient client = clients.get(i)) {
        JsonNode response = Json.read(client.response().rest());
        assertEquals("to Q" + i, Responder.textOf(response));
        assertEquals(response, responder.get("/" + response.path("id").asText()));
      }
    }
    List<String> said = responder.endpoint().stored(first.http().header("X-Session-ID")).said();
    assertEquals(34, said.size(), said::toString);
  }

  @Test
  default void toolIsCalled_andItsOutputGoesOn() {
    Responder responder = responder();
    ObjectNode asked = Responder.asks("Weather?");
    ObjectNode tool = asked.putArray("tools").addObject();
    tool.put("type", "function").put("name", "weather").putObject("parameters");
    Said first = responder.answered(asked, calls("call_1", "weather", "{\"in\":\"Rome\"}"));
    JsonNode call = first.response().at("/output/0");
    assertEquals("function_call", call.path("type").asText(), first.response()::toString);
    assertEquals("call_1", call.path("call_id").asText());
    assertEquals("{\"in\":\"Rome\"}", call.path("arguments").asText());
    assertEquals("weather", first.asked().json().at("/tools/0/function/name").asText());
    ObjectNode result = Json.object().put("model", "m").put("previous_response_id", first.id());
    ObjectNode output = result.putArray("input").addObject();
    output.put("type", "function_call_output").put("call_id", "call_1").put("output", "sunny");
    Said second = responder.whole(result, "It is sunny.");
    assertEquals("tool:sunny", second.sent().get(2));
    assertEquals("call_1", second.asked().json().at("/messages/1/tool_calls/0/id").asText());
    assertEquals("It is sunny.", second.text());
    Errors.check(400, responder.refused(Responder.follows("And now?", first.id())));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  default void toolIsCalled_inAConversation_andItsOutputGoesOn(boolean repeated) {
    String id = Endpoint.freshId();
    Responder responder = responder();
    Talk talk = responder.endpoint().talkIn(id);
    talk.whole("By chat", "c");
    Said first =
        responder.answered(
            Responder.asks("Weather?").put("conversation", id), calls("call_1", "w", "{}"));
    ObjectNode result = Json.object().put("model", "m").put("conversation", id);
    ArrayNode input = result.putArray("input");
    if (repeated) {
      input.add(first.response().at("/output/0"));
    }
    input
        .addObject()
        .put("type", "function_call_output")
        .put("call_id", "call_1")
        .put("output", "s");
    Said second = responder.whole(result, "Sunny");
    assertEquals(5, second.sent().size(), second.sent()::toString);
    assertEquals("tool:s", second.sent().get(4));
    assertEquals(
        List.of(
            "user:By chat",
            "assistant:c",
            "user:Weather?",
            "assistant:",
            "tool:s",
            "assistant:Sunny"),
        responder.endpoint().stored("conv-" + id).said());
  }

  @Test
  default void itemThatIsReferredTo_isSentOnce() {
    Responder responder = responder();
    Said first = responder.whole(Responder.asks("One"), "1");
    String item = first.response().at("/output/0/id").asText();
    ObjectNode asked = Json.object().put("model", "m").put("previous_response_id", first.id());
    asked
        .putArray("input")
        .add(Json.object().put("type", "item_reference").put("id", item))
        .add(Json.message("user", "Two"));
    assertEquals(
        List.of("user:One", "assistant:1", "user:Two"), responder.whole(asked, "2").sent());
    asked.remove("previous_response_id");
    assertEquals(404, responder.refused(asked).status());
  }

  @Test
  default void responseToAClientsIds_isDeletedWhole() {
    String id = Endpoint.freshId();
    String answer = Endpoint.freshId();
    Responder responder = responder("X-Conversation-ID", id, "X-OpenWebUI-Message-Id", answer);
    Said said = responder.answered(Responder.asks("zanzibar"), calls("c", "zanzibar", "{}"));
    assertEquals(200, responder.call("DELETE", "/" + said.id()).status());
    assertEquals(404, responder.call("GET", "/" + said.id()).status());
    assertTrue(
        responder.endpoint().stored("conv-" + id).lines().stream()
            .noneMatch(line -> line.contains("zanzibar")));
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
  default void historyResentWithAHeader_isFound_andNothingOfItIsStoredTwice() {
    String id = Endpoint.freshId();
    Responder responder = responder("X-Conversation-ID", id);
    responder.whole(Responder.asks("One"), "1");
    ObjectNode again = Json.object().put("model", "m");
    again
        .putArray("input")
        .add(Json.message("user", "One"))
        .add(Json.message("assistant", "1"))
        .add(Json.message("user", "Two"));
    Said second = responder.streamed(again, "2");
    StoredSession session = responder.endpoint().stored("conv-" + id);
    assertEquals(List.of("user:One", "assistant:1", "user:Two", "assistant:2"), session.said());
    assertEquals(second.response(), new Responder(responder.endpoint()).get("/" + second.id()));
  }

  @Test
  default void chatAndResponses_onOneConversation_seeEachOthersTurns() {
    String id = Endpoint.freshId();
    Responder responder = responder();
    Talk talk = responder.endpoint().talkIn(id, "X-Conversation-History", "stored");
    talk.whole("By chat", "c");
    ObjectNode asked = Responder.asks("By response").put("conversation", id);
    Said said = responder.whole(asked, "r");
    assertEquals(List.of("user:By chat", "assistant:c", "user:By response"), said.sent());
    assertEquals(id, said.response().at("/conversation/id").asText());
    Talk again = responder.endpoint().talkIn(id, "X-Conversation-History", "stored");
    assertEquals(5, again.streamed("Again", "d").json().path("messages").size());
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
  default void callerLeavesAStream_isStoredAsCancelled_withWhatCame() {
    Responder responder = responder();
    String id;
    try (RawClient client = responder.post(Responder.asks("One").put("stream", true))) {
      Call call = responder.endpoint().upstream().next();
      call.beginSse();
      call.sse(Completions.delta("Half an answer"));
      RawResponse response = client.response();
      String created = response.event();
      id = Json.read(RawResponse.dataOf(created)).at("/response/id").asText();
      JsonNode running = responder.get("/" + id);
      assertEquals("in_progress", running.path("status").asText());
      client.leave();
      call.awaitClosedByPeer(CallerCases.NOTICED);
    }
    responder.endpoint().restart();
    JsonNode stored = responder.get("/" + id);
    assertEquals("cancelled", stored.path("status").asText(), stored::toString);
    assertEquals("Half an answer", Responder.textOf(stored));
  }

  @Test
  default void responses_areThereAfterARestart() {
    Responder responder = responder();
    Said said = responder.streamed(Responder.asks("One"), "1");
    responder.endpoint().restart();
    assertEquals(said.response(), responder.get("/" + said.id()));
    assertEquals(3, responder.whole(Responder.follows("Two", said.id()), "2").sent().size());
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
  default void listOfInputItems_isPaged() {
    Responder responder = responder();
    ObjectNode asked = Json.object().put("model", "m");
    for (int i = 0; i < 5; i++) {
      asked.withArray("input").add(Json.message("user", "Q" + i));
    }
    Said said = responder.whole(asked, "A");
    String items = "/" + said.id() + "/input_items";
    JsonNode page = responder.get(items + "?limit=2&order=asc");
    assertEquals("Q0", page.at("/data/0/content/0/text").asText(), page::toString);
    assertTrue(page.path("has_more").asBoolean());
    JsonNode next =
        responder.get(items + "?limit=10&order=asc&after=" + page.path("last_id").asText());
    assertEquals(3, next.path("data").size());
    assertEquals("Q4", next.at("/data/2/content/0/text").asText());
    assertNotEquals(page.path("first_id"), next.path("first_id"));
    Errors.check(400, "invalid_value", responder.call("GET", items + "?after=msg_never"));
    Errors.check(400, "integer_below_min_value", responder.call("GET", items + "?limit=0"));
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
