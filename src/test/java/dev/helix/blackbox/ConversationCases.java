package dev.helix.blackbox;

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
import dev.helix.scripted.UserToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenAI's Conversations, which are sessions. */
@Check("responses")
interface ConversationCases extends Fixture {
  String USER = "{'role':'user','content':'%s'}";

  private static ObjectNode asks(String input, String conversation) {
    return Responder.asks(input).put("conversation", conversation);
  }

  @Test
  default void conversation_isMade_toldAndChanged_andErased() {
    Endpoint endpoint = usual();
    Conversant client = new Conversant(endpoint);
    JsonNode made = client.done("POST", "", "{'metadata':{'a':'b'},'items':[" + USER + "]}");
    String id = made.path("id").asText();
    assertTrue(id.matches("conv_[0-9a-f]{32}"), id);
    assertEquals("conversation", made.path("object").asText());
    assertEquals("b", made.at("/metadata/a").asText());
    assertEquals(made, client.get("/" + id));
    JsonNode changed = client.done("POST", "/" + id, "{'metadata':{'c':'d'}}");
    assertEquals("{\"c\":\"d\"}", changed.path("metadata").toString());
    assertEquals(made.path("created_at"), changed.path("created_at"));
    assertEquals(changed, client.get("/" + id));
    JsonNode deleted = client.done("DELETE", "/" + id, "");
    assertEquals("conversation.deleted", deleted.path("object").asText());
    assertTrue(deleted.path("deleted").asBoolean());
    assertFalse(endpoint.stored("conv-" + id).exists());
    for (String method : List.of("GET", "DELETE")) {
      RawResponse gone = client.call(method, "/" + id);
      JsonNode error = Errors.check(404, gone);
      assertEquals("Conversation with id '" + id + "' not found.", error.path("message").asText());
      assertTrue(error.path("code").isNull() && error.path("param").isNull(), error::toString);
    }
    assertEquals(404, new Responder(endpoint).refused(asks("Hello", id)).status());
  }

  @Test
  default void newConversation_isContinued_byResponsesAndByChats() {
    Endpoint endpoint = usual();
    Conversant client = new Conversant(endpoint);
    Responder responder = new Responder(endpoint);
    String id = client.make("{}");
    assertEquals(List.of(), client.items(id));
    Said first = responder.whole(asks("One", id), "1");
    assertEquals(List.of("user:One"), first.sent());
    assertEquals(first.response(), responder.get("/" + first.id()));
    client.add(id, USER.formatted("Added"));
    Said second = responder.streamed(asks("Two", id), "2");
    assertEquals(List.of("user:One", "assistant:1", "user:Added", "user:Two"), second.sent());
    Talk talk = endpoint.talkIn(id, "X-Conversation-History", "stored");
    assertEquals(6, talk.streamed("Three", "3").json().path("messages").size());
    assertEquals(
        List.of(
            "user:One",
            "assistant:1",
            "user:Added",
            "user:Two",
            "assistant:2",
            "user:Three",
            "assistant:3"),
        client.said(id));
    String other = client.make("{}");
    assertEquals(
        1,
        endpoint
            .talkIn(other, "X-Conversation-History", "stored")
            .streamed("Hello", "Hi")
            .json()
            .path("messages")
            .size());
  }

  @Test
  default void chatsConversation_isReadAndAddedTo_andItsResentHistoryIsFound() {
    Endpoint endpoint = usual();
    Conversant client = new Conversant(endpoint);
    Talk talk = endpoint.talk();
    talk.whole("One", "1");
    String id = talk.stored().status().path("conversation_id").asText();
    assertEquals(List.of("user:One", "assistant:1"), client.said(id));
    client.add(
        id,
        USER.formatted("Weather?")
            + ",{'type':'function_call','call_id':'c1','name':'w','arguments':'{}'}"
            + ",{'type':'function_call','call_id':'c2','name':'w','arguments':'{}'}"
            + ",{'type':'function_call_output','call_id':'c1','output':'sun'}"
            + ",{'type':'function_call_output','call_id':'c2','output':'rain'}"
            + ",{'role':'assistant','content':'Both.'}");
    talk.http().add(Json.message("user", "Weather?"));
    talk.http()
        .add(
            Json.read(
                "{'role':'assistant','content':null,'tool_calls':[".replace('\'', '"')
                    + call("c1")
                    + ","
                    + call("c2")
                    + "]}"));
    talk.http().add(Json.message("tool", "sun").put("tool_call_id", "c1"));
    talk.http().add(Json.message("tool", "rain").put("tool_call_id", "c2"));
    talk.http().add(Json.message("assistant", "Both."));
    talk.whole("And?", "So.");
    assertEquals(
        List.of(
            "user:One",
            "assistant:1",
            "user:Weather?",
            "assistant:null",
            "tool:sun",
            "tool:rain",
            "assistant:Both.",
            "user:And?",
            "assistant:So."),
        talk.stored().said());
    assertEquals(10, client.items(id).size());
    assertEquals(id, client.done("POST", "/" + id, "{'metadata':{}}").path("id").asText());
    assertEquals(200, client.call("DELETE", "/" + id).status());
    assertFalse(talk.stored().exists());
  }

  private static String call(String id) {
    return "{'id':'ID','type':'function','function':{'name':'w','arguments':'{}'}}"
        .replace("ID", id)
        .replace('\'', '"');
  }

  @Test
  default void question_thatIsBeingAnswered_isNotListed_andItemsComeBehindItsAnswer() {
    Endpoint endpoint = usual();
    Conversant client = new Conversant(endpoint);
    String id = client.make("{}");
    try (RawClient asking = new Responder(endpoint).post(asks("One", id))) {
      Call call = endpoint.upstream().next();
      assertEquals(List.of(), client.items(id));
      try (RawClient adding = RawClient.connect(endpoint.url())) {
        String items = "{'items':[" + USER.formatted("Added") + "]}";
        adding.post("/v1/conversations/" + id + "/items", items.replace('\'', '"'));
        call.respondJson(200, Completions.completion("1"));
        assertEquals(200, adding.response().status());
      }
      assertEquals(200, asking.response().status());
    }
    assertEquals(List.of("user:One", "assistant:1", "user:Added"), client.said(id));
  }

  /** Each sees all that was said before it. */
  @Test
  default void sixteenTurnsAtOnce_comeOneAfterTheOther_andInPairs() {
    Endpoint endpoint = usual();
    Conversant client = new Conversant(endpoint);
    Responder responder = new Responder(endpoint);
    String id = client.make("{}");
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      clients.add(responder.post(asks("Q" + i, id)));
    }
    for (int i = 0; i < 16; i++) {
      Call call = endpoint.upstream().next();
      assertEquals(2 * i + 1, call.request().json().path("messages").size());
      call.respondJson(200, Completions.completion("to " + call.request().lastMessage()));
    }
    for (RawClient each : clients) {
      try (each) {
        assertEquals(200, each.response().status());
      }
    }
    List<String> said = client.said(id);
    assertEquals(32, said.size());
    Set<String> questions = new HashSet<>();
    for (int i = 0; i < 32; i += 2) {
      String question = said.get(i).substring("user:".length());
      assertEquals("assistant:to " + question, said.get(i + 1));
      assertTrue(questions.add(question));
    }
  }

  @Test
  default void items_comeBackAsTheyWereGiven_oneByOneAndInPages() {
    Conversant client = new Conversant(usual());
    String id = client.make("{}");
    JsonNode added =
        client.add(
            id,
            "{'type':'message','role':'developer','content':[{'type':'input_text','text':'Be'}]}"
                + ",{'type':'message','role':'user','content':[{'type':'input_text','text':'See'},"
                + "{'type':'input_image','image_url':'data:image/png;base64,AAAA','detail':'low'}]}"
                + ",{'id':'rs_1','type':'reasoning','summary':[{'type':'summary_text','text':'Hm'}]},{'type':'custom_tool_call','call_id':'c1','name':'t','input':'a"
                + " b'},{'type':'custom_tool_call_output','call_id':'c1','output':'c'}"
                + ",{'id':'ws_1','type':'web_search_call','status':'completed','action':{'a':1}}"
                + ",{'role':'assistant','phase':'final_answer','content':'Done'}");
    List<JsonNode> items = client.items(id);
    assertEquals(added, Json.array(items.toArray(JsonNode[]::new)));
    assertEquals(7, items.size());
    assertEquals("low", items.get(1).at("/content/1/detail").asText());
    assertEquals("Hm", items.get(2).at("/summary/0/text").asText());
    assertEquals("a b", items.get(3).path("input").asText());
    assertEquals("final_answer", items.get(6).path("phase").asText());
    for (JsonNode item : items) {
      assertEquals(item, client.get("/" + id + "/items/" + item.path("id").asText()));
    }
    JsonNode page = client.get("/" + id + "/items?limit=3&include=reasoning.encrypted_content");
    assertEquals(items.get(6), page.at("/data/0"));
    assertTrue(page.path("has_more").asBoolean());
    JsonNode next = client.get("/" + id + "/items?limit=3&after=" + page.path("last_id").asText());
    assertEquals(items.get(3), next.at("/data/0"));
  }

  @Test
  default void itemIsErased_alsoFromAmongOthers_andTheRestIsContinued() {
    Endpoint endpoint = usual();
    Conversant client = new Conversant(endpoint);
    String id = client.make("{}");
    client.add(
        id,
        USER.formatted("Weather?")
            + ",{'id':'fc_1','type':'function_call','call_id':'c1','name':'w','arguments':'{}'}"
            + ",{'id':'fc_2','type':'function_call','call_id':'c2','name':'zanzibar',"
            + "'arguments':'{}'}"
            + ",{'type':'function_call_output','call_id':'c1','output':'sun'}"
            + ",{'id':'fco_2','type':'function_call_output','call_id':'c2','output':'zanzibar'}");
    assertEquals(client.get("/" + id), client.done("DELETE", "/" + id + "/items/fco_2", ""));
    assertEquals(client.get("/" + id), client.done("DELETE", "/" + id + "/items/fc_2", ""));
    assertEquals(3, client.items(id).size());
    Errors.check(404, client.call("GET", "/" + id + "/items/fc_2"));
    Errors.check(404, client.call("DELETE", "/" + id + "/items/fc_2"));
    assertTrue(
        endpoint.stored("conv-" + id).lines().stream().noneMatch(l -> l.contains("zanzibar")));
    Said said = new Responder(endpoint).whole(asks("So?", id), "Sunny");
    assertEquals(List.of("user:Weather?", "assistant:null", "tool:sun", "user:So?"), said.sent());
    client.add(id, "{'id':'fc_2','type':'message','role':'user','content':'Again'}");
    assertEquals("user:Again", client.said(id).get(5));
  }

  @Test
  default void answersAreErasedFromTheEnd_andTheirQuestionsStayAndAreSent() {
    Endpoint endpoint = usual();
    Conversant client = new Conversant(endpoint);
    Responder responder = new Responder(endpoint);
    String id = client.make("{}");
    responder.whole(asks("One", id), "1");
    Said second = responder.whole(asks("Two", id), "2");
    assertEquals(200, erasedLast(client, id).status());
    assertEquals(List.of("user:One", "assistant:1", "user:Two"), client.said(id));
    assertEquals(404, responder.call("GET", "/" + second.id()).status());
    assertEquals(200, erasedLast(client, id).status());
    assertEquals(200, erasedLast(client, id).status());
    assertEquals(List.of("user:One"), client.said(id));
    assertEquals(List.of("user:One", "user:Three"), responder.whole(asks("Three", id), "3").sent());
    for (int i = 3; i > 0; i--) {
      assertEquals(200, erasedLast(client, id).status());
    }
    assertEquals(List.of(), client.said(id));
    client.add(id, USER.formatted("Anew"));
    assertEquals(List.of("user:Anew"), client.said(id));
  }

  private static RawResponse erasedLast(Conversant client, String id) {
    String last = client.get("/" + id + "/items?limit=1").at("/data/0/id").asText();
    return client.call("DELETE", "/" + id + "/items/" + last);
  }

  @Test
  default void otherOwnersConversations_areUnknown() {
    Endpoint endpoint = servers().endpoint(Group.OWNERS);
    String token = UserToken.of("ann", OwnerCases.SECRET, Instant.now());
    Conversant ann =
        new Conversant(endpoint, "Authorization", OwnerCases.ACME, OwnerCases.TOKEN, token);
    Conversant other =
        new Conversant(endpoint, "Authorization", OwnerCases.OTHER, OwnerCases.TOKEN, token);
    String id = ann.make("{'items':[" + USER.formatted("Mine") + "]}");
    String none = "conv_" + "0".repeat(32);
    for (String call :
        List.of("GET ", "DELETE ", "GET /items", "GET /items/msg_1", "POST /items")) {
      String method = call.substring(0, call.indexOf(' '));
      String path = call.substring(call.indexOf(' ') + 1);
      String body = method.equals("POST") ? "{'items':[" + USER + "]}" : "";
      RawResponse foreign = other.call(method, "/" + id + path, body);
      RawResponse unknown = other.call(method, "/" + none + path, body);
      assertEquals(404, foreign.status(), call);
      assertEquals(unknown.restText().replace(none, "ID"), foreign.restText().replace(id, "ID"));
    }
    assertEquals(List.of("user:Mine"), ann.said(id));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/items|{}|missing_required_parameter|items",
        "/items|{'items':[]}|empty_array|items",
        "/items|{'items':'x'}|invalid_type|items",
        "/items|{'items':[1]}|invalid_type|items[0]",
        "/items|{'items':[{'role':'user','content':[{'type':'input_text','text':'a'},"
            + "{'type':'x'}]}]}|invalid_value|items[0].content[1].type",
        "/items|{'items':[{'type':'item_reference','id':'msg_1'}]}|invalid_value|items[0].type",
        "/items|{'items':[{'id':'a','role':'user','content':'x'},"
            + "{'id':'a','role':'user','content':'y'}]}|invalid_value|items",
        "|{}|missing_required_parameter|metadata",
        "|{'metadata':'x'}|invalid_type|metadata",
        "|{'metadata':{'a':1}}|invalid_type|metadata.a",
      })
  default void badBody_isRefused_andNamesItsField(
      String path, String body, String code, String param) {
    Conversant client = new Conversant(usual());
    String id = client.make("{}");
    RawResponse refused = client.call("POST", "/" + id + (path == null ? "" : path), body);
    JsonNode error = Errors.check(400, refused);
    assertEquals(code, error.path("code").asText(), error::toString);
    assertEquals(param, error.path("param").asText(), error::toString);
    assertEquals(List.of(), client.items(id));
  }

  @Test
  default void tooMuch_andWhatIsNoId_areRefused() {
    Conversant client = new Conversant(usual());
    String id = client.make("{}");
    String many = (USER + ",").repeat(20) + USER;
    RawResponse over = client.call("POST", "/" + id + "/items", "{'items':[" + many + "]}");
    Errors.check(400, "array_above_max_length", over);
    Errors.check(
        400, "array_above_max_length", client.call("POST", "", "{'items':[" + many + "]}"));
    StringBuilder pairs = new StringBuilder("'k':'v'");
    for (int i = 0; i < 16; i++) {
      pairs.append(",'k").append(i).append("':'v'");
    }
    String metadata = "{'metadata':{" + pairs + "}}";
    Errors.check(400, "object_above_max_properties", client.call("POST", "", metadata));
    Errors.check(400, "object_above_max_properties", client.call("POST", "/" + id, metadata));
    Errors.check(400, "invalid_value", client.call("GET", "/" + id + "/items?after=msg_never"));
    Errors.check(400, client.call("GET", "/" + id + "/items?limit=101"));
    for (String none : List.of("x".repeat(600), "..%00", "%7B%7BCHAT_ID%7D%7D")) {
      RawResponse unknown = client.call("GET", "/" + none);
      assertTrue(Set.of(404, 400).contains(unknown.status()), none + " " + unknown.text());
    }
    Errors.check(405, client.call("PUT", "/" + id, "{}"));
    Errors.check(404, client.call("GET", "/" + id + "/none"));
  }
}
