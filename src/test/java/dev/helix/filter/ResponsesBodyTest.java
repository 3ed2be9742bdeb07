package dev.helix.filter;

import static dev.helix.filter.ResponsesServer.HEADER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.OwnerScope;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a body counts for the session of a response, and what does not. */
class ResponsesBodyTest {
  private static final String UUID = "550e8400-e29b-41d4-a716-446655440000";

  @TempDir Path sessions;
  private SessionManager manager;
  private ResponsesServer server;
  private SessionState trip;
  private String previous;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    server = new ResponsesServer(manager, OwnerScope.USER);
    trip = server.keep(Owner.ANONYMOUS, "trip");
    server.keep(Owner.ANONYMOUS, "rome");
    previous = ResponsesServer.response(server.keep(Owner.ANONYMOUS, UUID));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
  }

  private ResponsesServer.Seen through(String body, String... namesAndValues) throws IOException {
    RawHttp.Response response = server.post(body.replace("PREVIOUS", previous), namesAndValues);
    assertEquals(204, response.status(), response.body());
    ResponsesServer.Seen seen = server.seen();
    assertEquals(seen.sessionId(), response.header("X-Session-ID"));
    return seen;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'previous_response_id':'PREVIOUS','conversation':'trip'}",
        "{'previous_response_id':'PREVIOUS','conversation':{'id':'" + UUID + "'}}",
        "{'previous_response_id':'nowhere','conversation':'nowhere'}",
        "{'previous_response_id':17}",
        "{'previous_response_id':['PREVIOUS']}",
        "{'previous_response_id':{'id':'PREVIOUS'}}",
        "{'previous_response_id':true}",
        "{'conversation':17}",
        "{'conversation':['trip']}",
        "{'conversation':{}}",
        "{'conversation':{'id':null}}",
        "{'conversation':{'id':17}}",
        "{'conversation':{'id':{'id':'trip'}}}",
        "{'conversation':{'id':'trip','id':'rome'}}",
        "{'conversation':false}",
        "{'store':'yes'}",
        "{'store':[false]}",
        "{'store':{}}",
        "{'store':2}",
        "{'store':'maybe','conversation':'trip'}",
        "{'conversation':'trip','conversation':'rome'}",
        "{'conversation':'trip','conversation':'trip'}",
        "{'conversation':null,'conversation':'trip'}",
        "{'previous_response_id':'PREVIOUS','previous_response_id':'PREVIOUS'}",
        "{'store':false,'store':true}"
      })
  void valuesThatMeanNothing_attachNothing_andAreLeftToTheEndpoint(String body) throws Exception {
    for (String[] header : List.of(new String[0], new String[] {HEADER, "trip"})) {
      ResponsesServer.Seen seen = through(body, header);
      assertNull(seen.session());
      assertNull(seen.response());
      assertEquals(body.replace("PREVIOUS", previous).replace('\'', '"'), seen.body());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[]",
        "17",
        "'trip'",
        "null",
        "{'conversation':'trip'",
        "{'conversation':'trip',",
        "{'conversation':'trip'}}",
        "{'conversation':'trip'} {}",
        "{'conversation':'trip','input':'\\x'}",
        "{'conversation':trip}",
        "['conversation']",
        "{'input':'Hallo' 'conversation':'trip'}"
      })
  void brokenBody_tellsNothing(String body) throws Exception {
    ResponsesServer.Seen alone = through(body);
    assertNull(alone.session());
    assertEquals(body.replace('\'', '"'), alone.body());
    assertEquals("conv-new", through(body, HEADER, "new").sessionId());
  }

  @Test
  void bodyThatIsDeeperOrLongerThanIsRead_tellsNothing() throws Exception {
    String deep = "[".repeat(1500) + "]".repeat(1500);
    assertNull(through("{'conversation':'trip','x':" + deep + "}").session());

    String large = "{'conversation':'trip','x':'" + "x".repeat(ResponsesServer.LIMIT) + "'}";
    for (String[] header : List.of(new String[0], new String[] {HEADER, "trip"})) {
      ResponsesServer.Seen seen = through(large, header);
      assertEquals(header.length == 0 ? null : "conv-trip", seen.sessionId());
      assertEquals(large.replace('\'', '"'), seen.body());
    }
    RawHttp.Request chunked = RawHttp.post("/v1/responses");
    byte[] bytes = large.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    assertEquals(204, server.send(chunked.chunked("application/json", bytes)).status());
    ResponsesServer.Seen seen = server.seen();
    assertNull(seen.session());
    assertEquals(large.replace('\'', '"'), seen.body());
  }

  @Test
  void nullIsAbsent() throws Exception {
    String nothing = "'previous_response_id':null,'conversation':null,'store':null";

    assertTrue(through("{" + nothing + "}").sessionId().startsWith("session-"));
    assertEquals("conv-new", through("{" + nothing + "}", HEADER, "new").sessionId());
    assertEquals(
        "conv-trip", through("{'previous_response_id':null,'conversation':'trip'}").sessionId());
  }

  @ParameterizedTest
  @CsvSource({"false, true", "0, true", "'\"FALSE\"', true", "1, false", "'\"true\"', false"})
  void storeMayBeWritten_asInAChatRequest(String value, boolean unkept) throws Exception {
    ResponsesServer.Seen seen = through("{'store':" + value + "}");

    assertEquals(unkept, seen.session() == null);
  }

  @Test
  void packedBody_isReadPacked_andGivenPacked() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write("{\"conversation\":\"trip\"}".getBytes(StandardCharsets.UTF_8));
    }
    RawHttp.Request request = RawHttp.post("/v1/responses").header("Content-Encoding", "gzip");

    assertEquals(204, server.send(request.body("application/json", packed.toByteArray())).status());
    assertEquals("conv-trip", server.seen().sessionId());
    RawHttp.Request broken = RawHttp.post("/v1/responses").header("Content-Encoding", "gzip");
    assertEquals(204, server.send(broken.json("{\"conversation\":\"trip\"}")).status());
    assertNull(server.seen().session());
  }

  @Test
  void bodyThatIsNoJson_isLeftAlone() throws Exception {
    byte[] body = "{\"conversation\":\"nowhere\"}".getBytes(StandardCharsets.UTF_8);
    RawHttp.Request request = RawHttp.post("/v1/responses").body("text/plain", body);

    assertEquals(204, server.send(request).status());
    ResponsesServer.Seen seen = server.seen();
    assertNull(seen.session());
    assertFalse(seen.read());
  }

  @Test
  void headerAndBodyOfDifferentConversations_areRefused() throws Exception {
    assertMismatch("{'conversation':'trip'}", "conversation", HEADER, "rome");
    assertMismatch("{'conversation':{'id':'trip'}}", "conversation", "X-OpenWebUI-Chat-Id", "rome");
    assertMismatch("{'conversation':'nowhere'}", "conversation", HEADER, "rome");
    assertMismatch("{'conversation':'trip'}", "conversation", HEADER, "temporary:1");
    assertMismatch("{'previous_response_id':'PREVIOUS'}", "previous_response_id", HEADER, "rome");
    assertMismatch(
        "{'previous_response_id':'PREVIOUS'}", "previous_response_id", HEADER, "temporary:1");
    String own = ResponsesServer.response(server.keep(manager.randomSession()));
    assertMismatch(
        "{'previous_response_id':'" + own + "'}", "previous_response_id", HEADER, "rome");
  }

  private void assertMismatch(String body, String param, String... namesAndValues)
      throws IOException {
    RawHttp.Response response = server.post(body.replace("PREVIOUS", previous), namesAndValues);
    assertEquals(400, response.status(), body);
    assertTrue(response.body().contains("\"code\":\"conversation_mismatch\""), response.body());
    assertTrue(response.body().contains("\"param\":\"" + param + "\""), response.body());
    assertNull(response.header("X-Session-ID"));
    assertFalse(server.reached());
  }

  @Test
  void fieldAndBaseUrl_giveWayToWhatTheApiNames() throws Exception {
    ResponsesServer.Seen going = through("{'conversation':'trip','prompt_cache_key':'rome'}");
    assertEquals("conv-trip", going.sessionId());
    assertEquals("trip", going.conversation().id());
    ResponsesServer.Seen following =
        through("{'prompt_cache_key':'rome','previous_response_id':'PREVIOUS'}");
    assertEquals("conv-" + UUID, following.sessionId());
    assertNull(following.conversation().id());
    RawHttp.Request request = RawHttp.post("/c/rome/v1/responses");
    assertEquals(204, server.send(request.json("{\"conversation\":\"trip\"}")).status());
    assertEquals("conv-trip", server.seen().sessionId());
    String form = "{'prompt_cache_key':'trip','previous_response_id':'%s'}";
    assertEquals(
        "trip", through(form.formatted(ResponsesServer.response(trip))).conversation().id());
  }

  @Test
  void headerAndBodyOfOneConversation_areOne_andItMustBeStored() throws Exception {
    assertEquals("conv-trip", through("{'conversation':'trip'}", HEADER, "trip").sessionId());
    ResponsesServer.Seen seen = through("{'previous_response_id':'PREVIOUS'}", HEADER, UUID);
    assertEquals("conv-" + UUID, seen.sessionId());
    assertEquals(UUID, seen.conversation().id());
    assertEquals(404, server.post("{'conversation':'new'}", HEADER, "new").status());
    assertFalse(server.reached());
  }

  @Test
  void responseOfAnotherConversation_isUnknownInTheFormX() throws Exception {
    String name = "a-trip-to-rome-in-may-with-all-the-children";
    String id = ResponsesServer.response(server.keep(Owner.ANONYMOUS, name));
    String body = "{'previous_response_id':'" + id + "'}";

    for (RawHttp.Response response :
        List.of(server.post(body), server.post(body, HEADER, "rome"))) {
      assertEquals(400, response.status());
      assertTrue(response.body().contains("previous_response_not_found"), response.body());
    }
    assertEquals("conv-" + name, through(body, HEADER, name).sessionId());
    String shorter = "{'previous_response_id':'" + ResponsesServer.response(trip) + "'}";
    assertEquals(400, server.post(shorter, HEADER, "rome").status());
    assertEquals("conv-trip", through(shorter).sessionId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"temporary:1", "local:1", "{{CHAT_ID}}", "undefined", "a\\u0085b"})
  void conversationOfWhichNothingCanBeStored_isNotThere(String id) throws Exception {
    assertEquals(404, server.post("{'conversation':'" + id + "'}").status());
    assertFalse(server.reached());
  }

  @Test
  void temporaryChat_hasNoSession() throws Exception {
    ResponsesServer.Seen seen = through("{'input':'Hallo'}", HEADER, "temporary:1");

    assertNull(seen.session());
    assertTrue(seen.conversation().temporary());
  }

  @Test
  void backgroundPrompt_isOneByItsHeader_orInAConversationByItsShape() throws Exception {
    String prompt = "### Task:\\nName it.\\n<chat_history>\\nUSER: Hi\\n</chat_history>";
    String body =
        "{'input':'" + prompt + "','messages':[{'role':'user','content':'" + prompt + "'}]}";
    assertTrue(through(body).conversation().isTurn());
    assertEquals(204, server.post(body, HEADER, "trip").status());
    assertFalse(server.seen().conversation().isTurn());

    RawHttp.Response response =
        server.post("{'input':'x'}", "X-OpenWebUI-Task", "title_generation");
    assertNull(response.header("X-Session-ID"));
    assertNull(server.seen().session());
    assertEquals(
        204,
        server
            .post("{'input':'x'}", "X-OpenWebUI-Task", "title_generation", HEADER, "trip")
            .status());
    ResponsesServer.Seen named = server.seen();
    assertNotNull(named.session());
    assertFalse(named.conversation().isTurn());
  }

  @Test
  void firstMessage_namesNoSession() throws Exception {
    String body = "{'messages':[{'role':'user','content':'Hallo'}],'input':'Hallo'}";

    ResponsesServer.Seen first = through(body);
    assertTrue(first.sessionId().startsWith("session-"), first.sessionId());
    assertFalse(first.sessionId().equals(through(body).sessionId()));
  }
}
