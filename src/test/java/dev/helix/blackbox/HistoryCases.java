package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.HttpConversation;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Conversations of several turns: what is added, under what, and what is sent on. */
@Check("a conversation over several turns")
interface HistoryCases extends Fixture {
  @Test
  default void historyResent_addsOnlyWhatIsNew_asAChain() {
    Talk talk = usual().talk();
    talk.http().add(Json.message("system", "Be kind."));
    List<String> said = new ArrayList<>();
    for (int turn = 1; turn <= 6; turn++) {
      Request asked;
      if (turn % 2 == 0) {
        talk.whole("Question " + turn, "Answer " + turn);
      } else {
        asked = talk.streamed("Question " + turn, "Answer ", "" + turn);
        assertEquals(2 * turn, asked.json().path("messages").size());
      }
      said.add("user:Question " + turn);
      said.add("assistant:Answer " + turn);
      assertEquals(said, talk.stored().said());
    }
    List<JsonNode> nodes = talk.stored().nodes();
    for (int i = 1; i < nodes.size(); i++) {
      assertEquals(nodes.get(i - 1).path("id"), nodes.get(i).path("parent_id"), "node " + i);
    }
    assertEquals(13, talk.stored().elements().size(), "twelve nodes and the system message");
    assertEquals("Question 1", talk.stored().status().path("original_request").asText());
  }

  @Test
  default void systemMessage_isWrittenAgainOnlyWhenItChanged() {
    Talk talk = usual().talk();
    talk.http().add(Json.message("system", "One"));
    talk.streamed("a", "b");
    talk.streamed("c", "d");
    talk.http().messages().set(0, Json.message("system", "Two"));
    talk.streamed("e", "f");
    assertEquals(
        List.of("One", "Two"),
        talk.stored().elements().stream()
            .filter(element -> element.path("role").asText().equals("system"))
            .map(element -> element.path("content").asText())
            .toList());
    assertEquals(6, talk.stored().nodes().size());
  }

  @Test
  default void regenerate_addsASecondAnswerToTheSameQuestion() {
    Talk talk = usual().talk();
    talk.streamed("Tell me", "First");
    talk.http().messages().remove(1);
    talk.streamedAsIs(talk.http().post(talk.http().body(true)), "Second");
    List<JsonNode> nodes = talk.stored().nodes();
    assertEquals(
        List.of("user:Tell me", "assistant:First", "assistant:Second"), talk.stored().said());
    assertEquals(nodes.get(0).path("id"), nodes.get(1).path("parent_id"));
    assertEquals(nodes.get(0).path("id"), nodes.get(2).path("parent_id"));
  }

  @Test
  default void edit_startsABranch_andTheOldOneStays() {
    Talk talk = usual().talk();
    talk.streamed("Root", "Yes");
    talk.streamed("Old question", "Old answer");
    List<JsonNode> messages = talk.http().messages();
    messages.subList(2, 4).clear();
    talk.streamed("New question", "New answer");
    List<JsonNode> nodes = talk.stored().nodes();
    assertEquals(
        List.of(
            "user:Root",
            "assistant:Yes",
            "user:Old question",
            "assistant:Old answer",
            "user:New question",
            "assistant:New answer"),
        talk.stored().said());
    assertEquals(nodes.get(1).path("id"), nodes.get(4).path("parent_id"));
    assertEquals(nodes.get(4).path("id"), nodes.get(5).path("parent_id"));
  }

  @Test
  default void parallelTurns_storeTheQuestionOnce_andEveryAnswer() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    HttpConversation http = talk.http().add(Json.message("user", "At once"));
    int callers = 8;
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      clients.add(http.post(http.body(false)));
    }
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      calls.add(endpoint.upstream().next()); // all are open at once: none waits for another
    }
    for (int i = 0; i < callers; i++) {
      calls.get(i).respondJson(200, Completions.completion("Answer " + i));
    }
    for (RawClient client : clients) {
      client.response().rest();
      client.close();
    }
    List<JsonNode> nodes = talk.stored().nodes();
    assertEquals(1 + callers, nodes.size(), nodes::toString);
    for (int i = 0; i < callers; i++) {
      assertTrue(talk.stored().said().contains("assistant:Answer " + i));
    }
  }

  @Test
  default void storedHistory_isPutBeforeWhatIsNew() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    Request first = curl(endpoint, id, "user", "My name is Ann.", "Hello Ann.");
    assertEquals(List.of("user:My name is Ann."), sent(first));
    Request second = curl(endpoint, id, "user", "What is it?", "Ann.");
    assertEquals(
        List.of("user:My name is Ann.", "assistant:Hello Ann.", "user:What is it?"), sent(second));
    Request third = curl(endpoint, id, "user", "Sure?", "Yes.");
    assertEquals(5, sent(third).size());
    assertEquals(6, endpoint.talkIn(id).stored().nodes().size());
    for (JsonNode message : third.json().path("messages")) {
      assertTrue(message.path("id").isMissingNode(), "our fields stay ours: " + message);
      assertTrue(message.path("parent_id").isMissingNode(), message::toString);
    }
  }

  @Test
  default void storedHistory_callersSystemMessageReplacesTheStoredOne() {
    Endpoint endpoint = usual();
    Talk talk = stored(endpoint, Endpoint.freshId());
    talk.http().add(Json.message("system", "Old rules"));
    talk.streamed("Hi", "Hello");
    talk.http().messages().clear();
    assertEquals(
        List.of("system:Old rules", "user:Hi", "assistant:Hello", "user:More"),
        sent(talk.streamed("More", "More")));
    talk.http().messages().clear();
    talk.http().add(Json.message("system", "New rules"));
    List<String> sent = sent(talk.streamed("Again", "Yes"));
    assertEquals("system:New rules", sent.get(0));
    assertEquals(6, sent.size(), sent::toString);
    assertTrue(sent.stream().noneMatch(said -> said.contains("Old rules")), sent::toString);
  }

  @Test
  default void storedHistory_requestThatResends_isSentAsItIs() {
    Endpoint endpoint = usual();
    Talk talk = stored(endpoint, Endpoint.freshId());
    talk.streamed("One", "Two");
    Request second = talk.streamed("Three", "Four");
    assertEquals(List.of("user:One", "assistant:Two", "user:Three"), sent(second));
    assertEquals(4, talk.stored().nodes().size());
  }

  @Test
  default void storedHistory_withoutAConversationId_isRefused() {
    Endpoint endpoint = usual();
    Errors.check(
        400,
        "conversation_id_required",
        endpoint.post(
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"No id here\"}]}",
            "X-Conversation-History",
            "stored"));
    assertNull(endpoint.upstream().poll(Duration.ofMillis(50)));
  }

  @Test
  default void historyAlreadyStored_costsOneElementForEachNewMessage() {
    Endpoint endpoint = usual();
    endpoint.upstream().answerAlways(request -> Reply.json(200, Completions.completion("ok")));
    Talk talk = endpoint.talk();
    for (int turn = 1; turn <= 30; turn++) {
      try (RawClient client = talk.http().ask("Question " + turn)) {
        RawResponse response = client.response();
        response.rest();
        assertEquals(200, response.status(), response::text);
      }
      talk.http().heard("ok");
    }
    assertEquals(60, talk.stored().elements().size());
  }

  private static Talk stored(Endpoint endpoint, String id) {
    return endpoint.talkIn(id, "X-Conversation-History", "stored");
  }

  private static Request curl(
      Endpoint endpoint, String id, String role, String text, String answer) {
    Talk talk = stored(endpoint, id);
    talk.http().add(Json.message(role, text));
    return talk.streamedAsIs(talk.http().post(talk.http().body(true)), answer);
  }

  private static List<String> sent(Request request) {
    List<String> sent = new ArrayList<>();
    request.json().path("messages").forEach(message -> sent.add(StoredSession.said(message)));
    return sent;
  }
}
