package dev.helix.anthropic.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.Message;
import dev.helix.openai.responses.ChunkScript;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the messages of requests are stored, all of which bring the conversation so far. */
class MessagesTurnsTest {
  private static final String AGENT = "X-Claude-Code-Session-Id";
  private static final String TOOLS = ",'tools':[{'name':'f','input_schema':{'type':'object'}}]";

  private static final String THOUGHT_AND_CALL =
      "{\"model\":\"up\",\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\",\"message\":"
          + "{\"role\":\"assistant\",\"content\":\"Let me look.\",\"reasoning_content\":\"hm\","
          + "\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":"
          + "{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]}}]}";

  private static final String RESENT_CALL =
      "[{'type':'thinking','thinking':'hm','signature':'s'},"
          + "{'type':'text','text':'Let me look.','cache_control':{'type':'ephemeral'}},"
          + "{'type':'tool_use','id':'c1','name':'f','input':{ 'a' : 1 }}]";

  private static final String RESULT =
      "[{'type':'tool_result','tool_use_id':'c1','content':[{'type':'text','text':'found'}]}]";

  @TempDir Path folder;
  private MessageServer server;

  @BeforeEach
  void start() throws Exception {
    server = new MessageServer(folder);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"END\" | stop | stop_sequence | \"END\"",
        "\"other\" | stop | end_turn | null",
        "128001 | stop | end_turn | null",
        "null | stop | end_turn | null",
        "\"END\" | length | max_tokens | null",
      })
  void stopSequence_isToldWhereTheUpstreamSaysWhichOneItWas(
      String said, String finish, String reason, String sequence) {
    String ending = "\"finish_reason\":\"" + finish + "\",\"stop_reason\":" + said + "}]}";
    String asks = MessageServer.talk("Q") + ",'stop_sequences':['STOP','END']";
    JsonNode whole =
        server.answered(
            "whole",
            asks,
            "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"A\"},"
                + ending);
    assertEquals(reason, whole.path("stop_reason").asText());
    assertEquals(sequence, whole.path("stop_sequence").toString());
    try (RawClient client = RawClient.connect(server.chat.url())) {
      client.post("/v1/messages", MessageServer.body(asks + ",'stream':true"));
      Call call = server.chat.upstream.next();
      call.beginSse();
      call.sse("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"A\"},\"stop_reason\":null}]}");
      call.endWith(List.of("{\"choices\":[{\"index\":0,\"delta\":{}," + ending, Completions.DONE));
      String events = client.response().restText();
      assertTrue(
          events.contains("\"stop_reason\":\"" + reason + "\",\"stop_sequence\":" + sequence + "}"),
          events);
    }
  }

  @Test
  void resentHistory_withCallsResultsAndThoughts_isStoredOnce() {
    JsonNode called =
        server.answered(
            "trip", MessageServer.talk("Where?") + TOOLS + ",'system':'S'", THOUGHT_AND_CALL);
    assertEquals("tool_use", called.path("stop_reason").asText());
    assertEquals("{\"a\":1}", called.at("/content/1/input").toString());
    String round = MessageServer.talk("Where?", RESENT_CALL, RESULT);
    server.said("trip", round + TOOLS + ",'system':'S'", "Rome");
    String next = MessageServer.talk("Where?", RESENT_CALL, RESULT, "Rome", "When?");
    server.said("trip", next + TOOLS + ",'system':'S'", "May");

    List<String> all =
        List.of(
            "user:Where?",
            "assistant:Let me look. (completed)",
            "tool:found",
            "assistant:Rome (completed)",
            "user:When?",
            "assistant:May (completed)");
    List<String> stored = server.stored("trip");
    assertEquals(all, stored.subList(stored.size() - all.size(), stored.size()));
    assertEquals(6, server.path("trip").size());
    Message answer =
        server.transcript("trip").messages().stream()
            .filter(Message::isAssistant)
            .findFirst()
            .orElseThrow();
    JsonNode recorded = Json.read(answer.wireJson());
    assertEquals("hm", recorded.path("reasoning_content").asText());
    assertEquals("{\"a\":1}", recorded.at("/tool_calls/0/function/arguments").asText());
  }

  @Test
  void textInSeveralBlocks_isTheAnswerThatIsStored() {
    server.streamed(
        MessageServer.talk("Hi"),
        call -> ChunkScript.give(call, "text=One |thought=hm|text=two|finish=stop|done"));
    String blocks = "[{'type':'text','text':'One '},{'type':'text','text':'two'}]";
    server.said("stream", MessageServer.talk("Hi", blocks, "And?"), "Three");
    assertEquals(
        List.of("user:Hi", "assistant:One two", "user:And?", "assistant:Three"),
        server.path("stream"));
    assertEquals(4, server.stored("stream").size());
  }

  @Test
  void editedEarlierMessage_isABranch() {
    server.said("edit", MessageServer.talk("One") + TOOLS, "1");
    server.said("edit", MessageServer.talk("One", "1", "Two") + TOOLS, "2");
    server.said("edit", MessageServer.talk("One", "1", "Two, please") + TOOLS, "2!");
    assertEquals(
        List.of("user:One", "assistant:1", "user:Two, please", "assistant:2!"),
        server.path("edit"));
    assertEquals(6, server.stored("edit").size());
  }

  @Test
  void chatCompletions_goOnWithTheSameConversation() {
    server.said("both", MessageServer.talk("One"), "1");
    try (RawClient client =
        server.chat.post("both", "Two", false, "X-Conversation-History", "stored")) {
      Call call = server.chat.upstream.next();
      assertEquals(3, call.request().json().path("messages").size());
      call.respondJson(200, Completions.completion("2"));
      assertEquals(200, client.response().status());
    }
    server.said("both", MessageServer.talk("One", "1", "Two", "2", "Three"), "3");
    assertEquals(6, server.path("both").size());
    assertEquals(6, server.stored("both").size());
  }

  @Test
  void storedHistory_isSent_whereTheRequestSaysSo() {
    server.said("stored", MessageServer.talk("One"), "1");
    try (RawClient client =
        server.ask("stored", MessageServer.talk("Two"), "X-Conversation-History", "stored")) {
      Call call = server.chat.upstream.next();
      assertEquals(3, call.request().json().path("messages").size());
      call.respondJson(200, Completions.completion("2"));
      assertEquals(200, client.response().status());
    }
  }

  @Test
  void clientsOwnPrompts_areKept_andGoBeforeNothing() {
    server.said("cc", MessageServer.talk("Is it new?"), "Yes", AGENT, "cc");
    server.said("cc", MessageServer.talk("Plan it") + TOOLS, "Here is a plan", AGENT, "cc");
    try (RawClient client =
        server.ask(
            "cc", MessageServer.talk("Name this: Plan it") + ",'stream':true", AGENT, "cc")) {
      ChunkScript.give(server.chat.upstream.next(), "text=A plan|finish=stop|done");
      assertTrue(client.response().restText().contains("message_stop"));
    }
    assertEquals(List.of("user:Plan it", "assistant:Here is a plan"), server.path("cc"));
    assertEquals(6, server.stored("cc").size());
    assertEquals("Plan it", server.chat.sessions.getOrCreateSession(null, "cc").originalRequest());
  }

  @Test
  void requestForOneToken_isNoTurnOfTheConversation() {
    server.said("quota", MessageServer.talk("Hello") + TOOLS + ",'stream':false", "Hi");
    server.said("quota", MessageServer.talk("Hello", "Hi", "Bye") + TOOLS, "Bye");
    try (RawClient client =
        server.post(
            MessageServer.PATH,
            "{\"model\":\"m\",\"max_tokens\":1,\"stream\":true,\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"quota\"}]}",
            "X-Conversation-ID",
            "quota")) {
      ChunkScript.give(server.chat.upstream.next(), "text=o|finish=length|done");
      assertTrue(client.response().restText().contains("max_tokens"));
    }
    assertEquals(4, server.path("quota").size());
    assertFalse(server.path("quota").contains("user:quota"));
  }

  @Test
  void subAgents_areBranches_andTheConversationGoesOnFromItsOwn() {
    server.said("sub", MessageServer.talk("Do it") + TOOLS + ",'system':'Main'", "Doing");
    server.said("sub", MessageServer.talk("Look there") + TOOLS + ",'system':'Sub'", "Seen");
    server.said("sub", MessageServer.talk("Do it", "Doing", "Well?") + TOOLS, "Done");
    assertEquals(
        List.of("user:Do it", "assistant:Doing", "user:Well?", "assistant:Done"),
        server.path("sub"));
    assertTrue(server.stored("sub").contains("assistant:Seen (completed)"));
  }

  @Test
  void changedReminder_leavesTheConversationWhole() {
    String first =
        "[{'type':'text','text':'<system-reminder>day"
            + " 1</system-reminder>'},{'type':'text','text':'Go'}]";
    String later = first.replace("day 1", "day 2");
    server.said("days", MessageServer.talk(first) + TOOLS, "Gone");
    server.said("days", MessageServer.talk(first, "Gone", "On") + TOOLS, "Went");
    server.said("days", MessageServer.talk(later, "Gone", "On", "Went", "Stop") + TOOLS, "Stopped");
    List<String> stored = server.stored("days");
    assertEquals(
        1, stored.stream().filter("assistant:Went (completed)"::equals).count(), stored::toString);
    assertTrue(server.path("days").contains("assistant:Went"));
  }

  @Test
  void systemMessageBehindAQuestion_isStoredAsWhatItIs() {
    String fields =
        "'messages':[{'role':'user','content':'Hi'},{'role':'system','content':'Be kind.'}]";
    server.said("mid", fields + TOOLS, "Hello");
    String next =
        fields.replace(
            "}]", "},{'role':'assistant','content':'Hello'},{'role':'user','content':'So?'}]");
    server.said("mid", next + TOOLS, "So.");
    assertEquals(
        List.of("user:Hi", "system:Be kind.", "assistant:Hello", "user:So?", "assistant:So."),
        server.path("mid"));
    assertEquals(5, server.stored("mid").size());
  }
}
