package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.http.BodyBudget;
import dev.helix.http.RequestBody;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Background prompts that no header names. */
class TaskShapeTest {
  private static final String ID = "X-OpenWebUI-Chat-Id";
  private static final String PROMPT =
      "'### Task:\\nName it.\\n<chat_history>\\nUSER: Hi\\n</chat_history>'";
  private static final String USER = "{'role':'user','content':" + PROMPT + "}";
  private static final String TASK = "{'model':'m','messages':[" + USER + "],'stream':false}";
  private static final String SYSTEM = "{'role':'system','content':'Be kind.'}";
  private static final String JSON_ONLY =
      "{'messages':[{'role':'user','content':'### Task:\\nName three birds.\\n### Output:\\n"
          + "JSON format: { \\'birds\\': [] }'}],'stream':false}";
  private static final String REVIEW =
      "{'role':'user','content':'Review the completed conversation turn and decide whether"
          + " long-term memory should change.\\n"
          + "\\n"
          + "Existing memories:\\n"
          + "(none)\\n"
          + "\\n"
          + "Conversation:\\n"
          + "user: Hi'}";
  private static final String COMPACTION =
      "{'role':'user','content':'### Task:\\nShorten it.\\n\\n### Messages Being Compacted:\\nUSER:"
          + " What is <context>?\\n\\n### Recent Messages Kept In Context:\\nUSER: Hi'}";
  private static final String EMOJI =
      "{'role':'user','content':'Your task is to reflect the speaker\\u0027s likely facial"
          + " expression through a fitting emoji.\\n"
          + "\\n"
          + "Message: ```Hi```'}";
  private static final String MERGE =
      "{'role':'user','content':'You have been provided with a set of responses from various models"
          + " to the latest user query: Hi\\n\\nResponses from models: a, b'}";
  private static final String TOOLS =
      "{'role':'system','content':'Available Tools: []\\n"
          + "\\n"
          + "Answer so:\\n"
          + " {\\n"
          + "   \\'tool_calls\\': []\\n"
          + "}'}";
  private static final String QUERY = "{'role':'user','content':'Query: Hi'}";
  private static final long LIMIT = 4096;

  private record Seen(Conversation conversation, SessionState session, boolean read, String body) {}

  @TempDir Path sessions;
  private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
  private final BodyBudget budget = new BodyBudget(2 * LIMIT);
  private SessionManager manager;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    FilterSettings defaults = FilterSettings.defaults();
    FilterSettings small =
        new FilterSettings(defaults.headers(), defaults.fallback(), LIMIT, 2 * LIMIT);
    server =
        new TestServer()
            .filter(new ConversationFilter(manager, small, budget), "/*")
            .endpoint("/*", this::record)
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
    assertEquals(0, budget.usedBytes());
  }

  private void record(HttpServletRequest request, HttpServletResponse response) throws IOException {
    boolean read = request.getAttribute(RequestBody.class.getName()) != null;
    String body =
        new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .replace('"', '\'');
    seen.add(
        new Seen(
            Conversation.of(request),
            (SessionState) request.getAttribute(SessionState.class.getName()),
            read,
            body));
    response.setStatus(204);
  }

  private RawHttp.Response post(String body, String... namesAndValues) throws IOException {
    RawHttp.Request request = RawHttp.post("/");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      request = request.header(namesAndValues[i], namesAndValues[i + 1]);
    }
    return server.send(request.json(body.replace('\'', '"')));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TASK,
        "{'messages':[" + USER + "]}",
        "{'stream':null,'messages':[ " + USER + " ],'stream_options':{}}",
        "{'messages':[{'content':[{'type':'text','text':" + PROMPT + "}],'role':'user'}]}",
        "{'messages':[" + SYSTEM + "," + USER + "],'stream':false}",
        "{'messages':[" + SYSTEM + ",{'role':'developer','content':null}," + USER + "]}",
        "{'messages':[" + SYSTEM + "," + REVIEW + "]}",
        "{'messages':[" + COMPACTION + "],'max_tokens':1000}",
        "{'messages':[" + EMOJI + "]}",
        "{'messages':[" + MERGE + "],'stream':false}",
        "{'messages':[" + TOOLS + "," + QUERY + "]}"
      })
  void loneTaskPromptThatIsNotStreamed_isATask(String body) throws IOException {
    RawHttp.Response response = post(body, ID, "chat");

    assertNull(response.header("X-Session-ID"));
    assertEquals("chat", response.header("X-Conversation-ID"));
    Seen task = seen.remove();
    assertEquals(new Conversation("chat", "chat", "detected"), task.conversation());
    assertFalse(task.conversation().isTurn());
    assertEquals("conv-chat", task.session().sessionId().value());
    assertEquals(body, task.body(), "what is behind the filter reads it all");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{'messages':{}}",
        "{'messages':[]}",
        "{'messages':[1]}",
        "{'messages':[" + USER + "],'stream':true}",
        "{'stream':true,'messages':[" + USER + "]}",
        "{'messages':[" + USER + "," + USER + "]}",
        "{'messages':[" + USER + "],'messages':[" + USER + "]}",
        "{'messages':[" + SYSTEM + "," + SYSTEM + "," + SYSTEM + "," + USER + "]}",
        "{'messages':[" + SYSTEM + "]}",
        "{'messages':[" + USER + "," + SYSTEM + "]}",
        "{'messages':[" + SYSTEM + ",{'role':'user','content':'Hi'}," + USER + "]}",
        "{'messages':[" + SYSTEM + ",{'role':'assistant','content':" + PROMPT + "}]}",
        "{'messages':[{'role':'system','content':" + PROMPT + "}]}",
        "{'messages':[{'role':'user','content':'Hello'}],'stream':false}",
        "{'messages':[{'role':'user','content':null}]}",
        "{'messages':[" + USER + "]",
        "{'messages':[" + USER + "],'stream':fal"
      })
  void everythingElse_isATurn(String body) throws IOException {
    RawHttp.Response response = post(body, ID, "chat");

    assertEquals("conv-chat", response.header("X-Session-ID"));
    Seen turn = seen.remove();
    assertTrue(turn.conversation().isTurn());
    assertEquals(body, turn.body());
  }

  @Test
  void choiceOfTools_behindAModelsOwnSystemPrompt_isATask() throws IOException {
    String behind = TOOLS.replace("Available", "Be kind.\\nAvailable");
    String history = QUERY.replace("Query: ", "History:\\nUSER: Hi\\nQuery: ");
    for (String body :
        List.of("[" + behind + "," + QUERY + "]", "[" + TOOLS + "," + history + "]")) {
      assertNull(post("{'messages':" + body + "}", ID, "a").header("X-Session-ID"));
    }
    String person = QUERY.replace("Query: ", "");
    assertEquals(
        "conv-a",
        post("{'messages':[" + TOOLS + "," + person + "]}", ID, "a").header("X-Session-ID"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'stream':true,'messages':[" + MERGE + "]}",
        "{'messages':[" + SYSTEM + "," + MERGE + "],'stream':true}"
      })
  void mergedAnswers_areStreamedAndNameNoChat_andInAChatTheyAreAPersonsWords(String body)
      throws IOException {
    assertNull(post(body, "X-OpenWebUI-User-Id", "ann").header("X-Session-ID"));
    assertFalse(seen.remove().conversation().isTurn());

    assertEquals("conv-a", post(body, ID, "a").header("X-Session-ID"));
    assertTrue(seen.remove().conversation().isTurn());
    assertTrue(post(body).header("X-Session-ID").startsWith("you-have-been-"));
  }

  @Test
  void withoutAnId_otherStreams_areTurns() throws IOException {
    for (String prompt : List.of(USER, REVIEW, EMOJI, COMPACTION)) {
      String body = "{'messages':[" + prompt + "],'stream':true}";
      assertTrue(post(body, "X-OpenWebUI-User-Id", "ann").header("X-Session-ID").length() > 0);
    }
  }

  @Test
  void header_decidesWhereItIsPresent_andTheBodyIsNotLookedAt() throws IOException {
    assertEquals("conv-a", post(TASK, ID, "a", "X-OpenWebUI-Task", "").header("X-Session-ID"));
    Seen turn = seen.remove();
    assertTrue(turn.conversation().isTurn());
    assertFalse(turn.read());

    assertNull(post("{}", ID, "a", "X-OpenWebUI-Task", "tags_generation").header("X-Session-ID"));
    Seen task = seen.remove();
    assertEquals("tags_generation", task.conversation().task());
    assertFalse(task.read());
  }

  @Test
  void promptThatQuotesNoChat_isATurnWhereItBeginsAConversation_andATaskLater() throws IOException {
    assertEquals("conv-a", post(JSON_ONLY, ID, "a").header("X-Session-ID"));
    Seen first = seen.remove();
    assertTrue(first.conversation().isTurn());
    manager.beginTurn(first.session(), List.of(Message.of("user", "Birds?")), HistoryMode.CLIENT);

    assertNull(post(JSON_ONLY, ID, "a").header("X-Session-ID"));
    assertFalse(seen.remove().conversation().isTurn());
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-OpenWebUI-User-Id", "x-openwebui-user-jwt", "X-OpenWebUI-Chat-Id"})
  void withoutAnId_aTaskPromptFromOpenWebUi_hasNoSession(String header) throws IOException {
    String value = header.endsWith("Chat-Id") ? "" : "ann";
    for (String body : List.of(TASK, TASK.replace("[{", "[" + SYSTEM + ",{"))) {
      assertNull(post(body, header, value).header("X-Session-ID"));
      Seen draft = seen.remove();
      assertFalse(draft.conversation().isTurn());
      assertNull(draft.session());
    }
  }

  @Test
  void withoutAnId_whatElseOpenWebUiSends_isAFirstMessage() throws IOException {
    String session = post(JSON_ONLY, "X-OpenWebUI-User-Id", "ann").header("X-Session-ID");

    assertTrue(session.startsWith("task-name-three-"), session);
    assertTrue(seen.remove().conversation().isTurn());
  }

  @Test
  void withoutAnId_aTaskPromptIsAFirstMessage() throws IOException {
    String session = post(TASK).header("X-Session-ID");

    assertTrue(session.startsWith("task-name-it-"), session);
    assertTrue(seen.remove().conversation().isTurn());
  }

  @Test
  void temporaryChat_isNotLookedAt() throws IOException {
    post(TASK, ID, "temporary:abc");

    Seen temporary = seen.remove();
    assertNull(temporary.conversation().task());
    assertFalse(temporary.read());
  }

  @Test
  void bodyOverTheLimit_isHandedOnUnseen() throws IOException {
    String large = "{'pad':'" + "x".repeat((int) LIMIT) + "'," + TASK.substring(1);

    assertEquals("conv-a", post(large, ID, "a").header("X-Session-ID"));
    assertEquals(large, seen.remove().body());

    RawHttp.Response chunked =
        server.send(
            RawHttp.post("/")
                .header(ID, "b")
                .chunked(
                    "application/json", large.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    assertEquals("conv-b", chunked.header("X-Session-ID"));
    assertEquals(large, seen.remove().body());
  }

  @Test
  void whatIsNoJsonPost_isHandedOnUnread() throws IOException {
    RawHttp.Response text =
        server.send(
            RawHttp.post("/")
                .header(ID, "a")
                .body("text/plain", TASK.getBytes(StandardCharsets.UTF_8)));

    assertEquals("conv-a", text.header("X-Session-ID"));
    assertFalse(seen.remove().read());
  }
}
