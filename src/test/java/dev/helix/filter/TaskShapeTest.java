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
        "{'messages':[" + SYSTEM + ",{'role':'developer','content':null}," + USER + "]}"
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
