package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    Said first =
        responder.answered(asked, Responder.calls("call_1", "weather", "{\"in\":\"Rome\"}"));
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
            Responder.asks("Weather?").put("conversation", id),
            Responder.calls("call_1", "w", "{}"));
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
            "assistant:null",
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
}
