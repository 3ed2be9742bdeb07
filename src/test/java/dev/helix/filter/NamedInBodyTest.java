package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.filter.FilterSettings.Fallback;
import dev.helix.http.BodyBudget;
import dev.helix.http.RequestBody;
import dev.helix.session.SessionManager;
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
import org.junit.jupiter.params.provider.CsvSource;

/** Conversations that a field of the body names. */
class NamedInBodyTest {
  private static final String ID = "X-Conversation-ID";
  private static final String M = "'messages':[{'role':'user','content':'Hallo'}]";
  private static final long LIMIT = 4096;

  private record Seen(Conversation conversation, boolean read, String body) {}

  @TempDir Path sessions;
  private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
  private final BodyBudget budget = new BodyBudget(2 * LIMIT);
  private SessionManager manager;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    FilterSettings settings =
        new FilterSettings(
            FilterSettings.defaults().headers(),
            List.of("metadata.conversation_id", "metadata.session_id", "prompt_cache_key", "user"),
            Fallback.FIRST_MESSAGE,
            LIMIT,
            2 * LIMIT);
    server =
        new TestServer()
            .filter(new ConversationFilter(manager, settings, budget), "/*")
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
    String body = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    seen.add(new Seen(Conversation.of(request), read, body));
    response.setStatus(204);
  }

  private RawHttp.Response post(String body, String... namesAndValues) throws IOException {
    RawHttp.Request request = RawHttp.post("/");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      request = request.header(namesAndValues[i], namesAndValues[i + 1]);
    }
    return server.send(request.json(body.replace("M", M).replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'metadata':{'conversation_id':'a'},M} | a | metadata.conversation_id",
        "{M,'metadata':{'x':{'y':[1]},'conversation_id':'a'}} | a | metadata.conversation_id",
        "{'user':'u',M,'metadata':{'session_id':'s'}} | s | metadata.session_id",
        "{M,'prompt_cache_key':'k','user':'u'} | k | prompt_cache_key",
        "{M,'user':'u'} | u | user",
        "{M,'user':' u '} | u | user",
        "{M,'user':17} | 17 | user",
        "{M,'metadata':{'conversation_id':'','session_id':null},'user':'u'} | u | user",
        "{M,'metadata':{'conversation_id':{'a':1}},'user':'u'} | u | user",
        "{M,'metadata':'conversation_id','user':'u'} | u | user",
        "{'x':{'user':'no'},M,'user':'u'} | u | user"
      })
  void firstFieldWithAValue_namesTheConversation(String body, String id, String field)
      throws Exception {
    RawHttp.Response response = post(body);

    assertEquals("conv-" + id, response.header("X-Session-ID"));
    assertEquals(id, response.header(ID));
    Conversation conversation = seen.remove().conversation();
    assertEquals(id, conversation.id());
    assertEquals(field, conversation.field());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{M}",
        "{M,'user':null}",
        "{M,'user':true}",
        "{M,'user':['u']}",
        "{M,'metadata':{'user':'u'}}",
        "{M,'metadata.conversation_id':'c'}",
        "{M,'conversation_id':'c'}"
      })
  void withoutSuchAField_theFallbackHolds(String body) throws Exception {
    RawHttp.Response response = post(body);

    assertEquals("hallo-eaaa37b72e11", response.header("X-Session-ID"));
    assertNull(response.header(ID));
    assertNull(seen.remove().conversation().field());
  }

  @Test
  void header_isStronger_andTheBodyIsReadNoMoreThanWithoutFields() throws Exception {
    RawHttp.Response response = post("{M,'user':'u'}", ID, "h", "X-OpenWebUI-Task", "");

    assertEquals("conv-h", response.header("X-Session-ID"));
    Seen named = seen.remove();
    assertNull(named.conversation().field());
    assertFalse(named.read());
  }

  @ParameterizedTest
  @CsvSource({"undefined", "{{CHAT_ID}}", "a\\u0085b"})
  void valueThatIsNoId_isRefused_andNoOtherIsUsed(String value) throws Exception {
    RawHttp.Response response = post("{M,'prompt_cache_key':'" + value + "','user':'u'}");

    assertEquals(400, response.status());
    assertTrue(response.body().contains("\"code\":\"invalid_conversation_id\""), response.body());
    assertTrue(response.body().contains("\"param\":\"prompt_cache_key\""), response.body());
    assertNull(response.header(ID));
    assertTrue(seen.isEmpty());
  }

  @Test
  void idInTheBody_isEchoedAsUtf8() throws Exception {
    RawHttp.Response response = post("{M,'user':'zürich'}");

    assertEquals(
        new String("zürich".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1),
        response.header(ID));
    assertEquals("zürich", seen.remove().conversation().id());
  }

  @Test
  void backgroundPromptAndMessageIds_areKnownAsWithAHeader() throws Exception {
    String prompt = "### Task:\\nName it.\\n<chat_history>\\nUSER: Hi\\n</chat_history>";
    RawHttp.Response response =
        post("{'messages':[{'role':'user','content':'" + prompt + "'}],'user':'u'}");
    assertNull(response.header("X-Session-ID"));
    assertEquals("u", response.header(ID));
    assertEquals(Conversation.DETECTED, seen.remove().conversation().task());

    post("{M,'user':'u'}", "X-OpenWebUI-Message-Id", "m1", "X-OpenWebUI-Task", "");
    Conversation turn = seen.remove().conversation();
    assertTrue(turn.isTurn());
    assertEquals("m1", turn.messageIds().answer());
  }

  @Test
  void bodyOverTheLimit_isHandedOnUnseen() throws Exception {
    String large = "{'pad':'" + "x".repeat((int) LIMIT) + "','user':'u'}";

    assertNull(post(large).header("X-Session-ID"));
    assertEquals(large.replace('\'', '"'), seen.remove().body());
  }
}
