package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a person does in Open WebUI, with the ids that it gives its messages. */
@Check("Open WebUI's message ids")
interface MessageIdCases extends Fixture {
  /** One person's chat, and what is stored of it. */
  final class Chat {
    final Endpoint endpoint;
    final String id;

    Chat(Endpoint endpoint, String id) {
      this.endpoint = endpoint;
      this.id = id;
    }

    /** Sends these messages under the ids of a question, its parent and its answer. */
    RawClient send(String question, String parent, String answer, JsonNode... messages) {
      ObjectNode body = Json.object().put("stream", true).put("model", Completions.MODEL);
      body.set("messages", Json.array(messages));
      return endpoint
          .talkWith(
              "X-Conversation-ID", id,
              "X-OpenWebUI-Chat-Id", id,
              "X-OpenWebUI-Task", "",
              "X-OpenWebUI-Message-Id", answer,
              "X-OpenWebUI-User-Message-Id", question,
              "X-OpenWebUI-User-Message-Parent-Id", parent)
          .http()
          .post(body);
    }

    /** Sends and has the upstream answer; what it is asked must be what was sent. */
    void turn(String question, String parent, String answer, String text, JsonNode... messages) {
      try (RawClient client = send(question, parent, answer, messages)) {
        Call call = endpoint.upstream().next();
        assertEquals(
            Json.array(messages).toString(),
            Json.read(new String(call.request().body(), StandardCharsets.UTF_8))
                .path("messages")
                .toString());
        answer(call, text);
        isComplete(client);
      }
    }

    StoredSession stored() {
      return endpoint.stored("conv-" + id);
    }

    /** The tree's nodes, each as its parent, its id and what it says. */
    Set<String> tree() {
      return stored().nodes().stream()
          .map(
              node ->
                  (node.path("parent_id").isNull() ? "root" : node.path("parent_id").asText())
                      + " < "
                      + node.path("id").asText()
                      + " "
                      + StoredSession.said(node))
          .collect(Collectors.toSet());
    }
  }

  private Chat chat() {
    return new Chat(usual(), Endpoint.freshId());
  }

  private static void answer(Call call, String text) {
    call.beginSse();
    Completions.chunks(text).forEach(call::sse);
    call.end();
  }

  private static void isComplete(RawClient client) {
    RawResponse response = client.response();
    assertTrue(response.restText().endsWith("data: [DONE]\n\n"), response::text);
  }

  private static JsonNode user(String text) {
    return Json.message("user", text);
  }

  private static JsonNode assistant(String text) {
    return Json.message("assistant", text);
  }

  @Test
  default void turns_hangUnderTheIdsThatTheirClientGave() {
    Chat chat = chat();
    chat.turn("q1", "", "a1", "One.", user("One?"));
    chat.turn("q2", "a1", "a2", "Two.", user("One?"), assistant("One."), user("Two?"));
    assertEquals(
        Set.of(
            "root < q1 user:One?",
            "q1 < a1 assistant:One.",
            "a1 < q2 user:Two?",
            "q2 < a2 assistant:Two."),
        chat.tree());
  }

  @Test
  default void regenerateAndGuidedRegenerate_addAnswersToTheQuestion() {
    Chat chat = chat();
    chat.turn("q1", "", "a1", "One.", user("One?"));
    chat.turn("q1", "", "a2", "Uno.", user("One?"));
    chat.turn("q1", "", "a3", "Eins.", user("One?"), assistant("Uno."), user("In German"));
    assertEquals(
        Set.of(
            "root < q1 user:One?",
            "q1 < a1 assistant:One.",
            "q1 < a2 assistant:Uno.",
            "q1 < a3 assistant:Eins."),
        chat.tree());
  }

  @Test
  default void edit_startsABranch_evenToTheVerySameText() {
    Chat chat = chat();
    chat.turn("q1", "", "a1", "One.", user("One?"));
    chat.turn("q2", "", "a2", "Two.", user("One?"));
    assertEquals(
        Set.of(
            "root < q1 user:One?",
            "q1 < a1 assistant:One.",
            "root < q2 user:One?",
            "q2 < a2 assistant:Two."),
        chat.tree());
  }

  @Test
  default void modelsSideBySide_areAnswersToOneQuestion() {
    Chat chat = chat();
    RawClient left = chat.send("q1", "", "a1", user("One?"));
    Call first = chat.endpoint.upstream().next();
    RawClient right = chat.send("q1", "", "a2", user("One?"));
    Call second = chat.endpoint.upstream().next();
    answer(second, "The same.");
    isComplete(right);
    answer(first, "The same.");
    isComplete(left);
    chat.turn("q2", "a1", "a3", "Two.", user("One?"), assistant("The same."), user("Two?"));
    assertEquals(
        Set.of(
            "root < q1 user:One?",
            "q1 < a1 assistant:The same.",
            "q1 < a2 assistant:The same.",
            "a1 < q2 user:Two?",
            "q2 < a3 assistant:Two."),
        chat.tree());
  }

  @Test
  default void continue_makesTheAnswerLonger() {
    Chat chat = chat();
    chat.turn("q1", "", "a1", "One", user("One?"));
    chat.turn("q1", "", "a1", " and more.", user("One?"), assistant("One"));
    assertEquals(Set.of("root < q1 user:One?", "q1 < a1 assistant:One and more."), chat.tree());
  }

  @Test
  default void toolRounds_areAChain_whoseEndHasTheAnswersId() {
    Chat chat = chat();
    ObjectNode call = Json.object().put("id", "call-1").put("type", "function").put("index", 0);
    call.putObject("function").put("name", "look").put("arguments", "{}");
    ObjectNode calls = Json.object().put("role", "assistant").put("content", "");
    try (RawClient client = chat.send("q1", "", "a1", user("One?"))) {
      Call upstream = chat.endpoint.upstream().next();
      upstream.beginSse();
      upstream.sse(
          Completions.chunk(0, calls.deepCopy().set("tool_calls", Json.array(call)), "tool_calls"));
      upstream.sse(Completions.DONE);
      upstream.end();
      isComplete(client);
    }
    call.remove("index");
    JsonNode result =
        Json.object().put("role", "tool").put("tool_call_id", "call-1").put("content", "1");
    chat.turn(
        "q1", "", "a1", "One.", user("One?"), calls.set("tool_calls", Json.array(call)), result);
    List<JsonNode> nodes = chat.stored().nodes();
    assertEquals(4, nodes.size(), nodes::toString);
    assertEquals("a1", nodes.get(3).path("id").asText());
    for (int i = 1; i < 4; i++) {
      assertEquals(nodes.get(i - 1).path("id"), nodes.get(i).path("parent_id"));
    }
  }

  @Test
  default void refusedByTheUpstream_theEmptyAnswerIsInTheTree_andTheChatGoesOn() {
    Chat chat = chat();
    chat.turn("q1", "", "a1", "One.", user("One?"));
    ObjectNode one = Json.message("assistant", "One.");
    try (RawClient client = chat.send("q2", "a1", "a2", user("One?"), one, user("Two?"))) {
      chat.endpoint
          .upstream()
          .next()
          .respondJson(500, Completions.error("boom", "server_error", "boom"));
      Errors.check(500, "boom", client.response());
    }
    chat.turn("q3", "a2", "a3", "Three.", user("One?"), one, user("Two?"), user("Three?"));
    assertEquals(
        Set.of(
            "root < q1 user:One?",
            "q1 < a1 assistant:One.",
            "a1 < q2 user:Two?",
            "q2 < a2 assistant:",
            "a2 < q3 user:Three?",
            "q3 < a3 assistant:Three."),
        chat.tree());
    assertEquals(List.of(""), chat.stored().answers("failed"));
  }

  @Test
  default void firstQuestionThatIsRefused_theChatGoesOnBelowTheAnswerThatNeverCame() {
    Chat chat = chat();
    try (RawClient client = chat.send("q1", "", "a1", user("One?"))) {
      chat.endpoint
          .upstream()
          .next()
          .respondJson(500, Completions.error("boom", "server_error", "boom"));
      Errors.check(500, "boom", client.response());
    }
    chat.turn("q1", "", "a2", "One.", user("One?"));
    chat.turn("q2", "a1", "a3", "Two.", user("One?"), user("Two?"));
    assertEquals(
        Set.of(
            "root < q1 user:One?",
            "q1 < a1 assistant:",
            "q1 < a2 assistant:One.",
            "a1 < q2 user:Two?",
            "q2 < a3 assistant:Two."),
        chat.tree());
    assertEquals(List.of(""), chat.stored().answers("cancelled"));
  }

  @Test
  default void stoppedInMidAnswer_theChatGoesOnBelowWhatCame() {
    Chat chat = chat();
    RawClient client = chat.send("q1", "", "a1", user("One?"));
    Call call = chat.endpoint.upstream().next();
    call.beginSse();
    call.sse(Completions.delta("On"));
    Talk.hears(client.response(), "On");
    client.leave();
    chat.stored().await("a stopped answer", s -> !s.answers("cancelled").isEmpty());
    chat.turn("q2", "a1", "a2", "Two.", user("One?"), assistant("On"), user("Two?"));
    assertEquals(
        Set.of(
            "root < q1 user:One?",
            "q1 < a1 assistant:On",
            "a1 < q2 user:Two?",
            "q2 < a2 assistant:Two."),
        chat.tree());
  }

  @Test
  default void stoppedBeforeTheFirstToken_theChatGoesOnBelowTheEmptyAnswer() {
    Chat chat = chat();
    RawClient client = chat.send("q1", "", "a1", user("One?"));
    Call call = chat.endpoint.upstream().next();
    client.leave();
    call.awaitClosedByPeer(CallerCases.NOTICED);
    chat.stored().await("a stopped answer", s -> !s.answers("cancelled").isEmpty());
    chat.turn("q2", "a1", "a2", "Two.", user("One?"), user("Two?"));
    assertEquals(
        Set.of(
            "root < q1 user:One?",
            "q1 < a1 assistant:",
            "a1 < q2 user:Two?",
            "q2 < a2 assistant:Two."),
        chat.tree());
  }

  @Test
  default void stoppedBeforeTheFirstToken_andAskedOnAtOnce_isTheSameTree() {
    Chat chat = chat();
    RawClient client = chat.send("q1", "", "a1", user("One?"));
    Call call = chat.endpoint.upstream().next();
    client.leave();
    // The server has not noticed yet, and the client already names the answer that never came.
    chat.turn("q2", "a1", "a2", "Two.", user("One?"), user("Two?"));
    call.awaitClosedByPeer(CallerCases.NOTICED);
    chat.stored().await("a stopped answer", s -> !s.answers("cancelled").isEmpty());
    assertEquals(
        Set.of(
            "root < q1 user:One?",
            "q1 < a1 assistant:",
            "a1 < q2 user:Two?",
            "q2 < a2 assistant:Two."),
        chat.tree());
  }

  @Test
  default void retrievedText_thatIsGoneInTheNextTurn_makesNoSecondQuestion() {
    Chat chat = chat();
    chat.turn("q1", "", "a1", "12 km", user(TaskCases.RETRIEVAL));
    chat.turn("q2", "a1", "a2", "Yes", user("How far is it?"), assistant("12 km"), user("Sure?"));
    assertEquals(
        List.of("q1", "a1", "q2", "a2"),
        chat.stored().nodes().stream().map(node -> node.path("id").asText()).toList());
  }

  @Test
  default void clone_bringsItsHistoryAlong_underIdsOfItsOwnTree() {
    Chat chat = chat();
    chat.turn("q1", "", "a1", "One.", user("One?"));
    Chat clone = new Chat(chat.endpoint, Endpoint.freshId());
    clone.turn("q2", "a1", "a2", "Two.", user("One?"), assistant("One."), user("Two?"));
    assertEquals(List.of("user:One?", "assistant:One."), chat.stored().said());
    assertEquals(
        List.of("user:One?", "assistant:One.", "user:Two?", "assistant:Two."),
        clone.stored().said());
    assertEquals("a1", clone.stored().nodes().get(1).path("id").asText());
    clone.turn(
        "q3",
        "a2",
        "a3",
        "Three.",
        user("One?"),
        assistant("One."),
        user("Two?"),
        assistant("Two."),
        user("Three?"));
    assertEquals(6, clone.stored().nodes().size());
  }

  @Test
  default void idsThatMakeNoSense_areNoError() {
    Chat chat = chat();
    chat.turn("q1", "no such", "a1", "One.", user("One?"));
    chat.turn("q1", "q1", "q1", "Uno.", user("One?"));
    chat.turn("a1", "q1", "a2", "Two.", user("One?"), assistant("One."), user("Two?"));
    chat.turn("x".repeat(600), "a2", "a2", "Three.", user("Three?"));
    List<String> said = chat.stored().said();
    for (String text : List.of("user:One?", "assistant:Uno.", "user:Two?", "assistant:Three.")) {
      assertTrue(said.contains(text), said::toString);
    }
  }

  @Test
  default void task_withTheIdsOfItsTurn_leavesTheTreeAsItIs() {
    Chat chat = chat();
    String[] headers = {
      "X-Conversation-ID", chat.id,
      "X-OpenWebUI-Task", "title_generation",
      "X-OpenWebUI-Message-Id", "",
      "X-OpenWebUI-User-Message-Id", "q1",
      "X-OpenWebUI-User-Message-Parent-Id", ""
    };
    chat.endpoint.talkWith(headers).whole(TaskCases.TITLE, "A name");
    assertFalse(chat.stored().exists());
    chat.turn("q1", "", "a1", "One.", user("One?"));
    chat.endpoint.talkWith(headers).whole(TaskCases.TITLE, "A name");
    assertEquals(Set.of("root < q1 user:One?", "q1 < a1 assistant:One."), chat.tree());
  }
}
