package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.OwnerScope;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are of the Responses API, below a context path. */
class ResponsesPathTest {
  private static final String CONTEXT = "/deep/app";

  @TempDir Path sessions;
  private SessionManager manager;
  private ResponsesServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    server = new ResponsesServer(manager, OwnerScope.USER, CONTEXT);
    server.keep(Owner.ANONYMOUS, "trip");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
  }

  private ResponsesServer.Seen post(String path, String body) throws Exception {
    String json = body.replace('\'', '"');
    RawHttp.Response response = server.send(RawHttp.post(CONTEXT + path).json(json));
    assertEquals(204, response.status(), response.body());
    return server.seen();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/responses",
        "/v1/responses/",
        "/responses",
        "/responses/",
        "/v1/my/responses",
        "/v1/responses?x=1",
        "/v1/respon%73es",
        "/c/nowhere%20yet/v1/responses"
      })
  void requestToMakeAResponse_hasASession(String path) throws Exception {
    boolean named = path.startsWith("/c/");
    String sessionId = post(path, "{'input':'Hallo'}").sessionId();
    assertTrue(sessionId.startsWith(named ? "conv-nowhere-yet-" : "session-"), sessionId);
    if (!named) {
      assertEquals("conv-trip", post(path, "{'conversation':'trip'}").sessionId());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/responses/compact",
        "/v1/responses/compact/",
        "/v1/responses/input_tokens",
        "/responses/compact",
        "/c/trip/v1/responses/input_tokens"
      })
  void whatIsNotKept_hasTheSessionThatItNames_andNoneOfItsOwn(String path) throws Exception {
    boolean named = path.startsWith("/c/");
    assertEquals(named ? "conv-trip" : null, post(path, "{'input':'Hallo'}").sessionId());
    assertEquals("conv-trip", post(path, "{'conversation':'trip'}").sessionId());
    RawHttp.Request unknown = RawHttp.post(CONTEXT + path);
    int status = server.send(unknown.json("{\"previous_response_id\":\"resp_1\"}")).status();
    assertEquals(400, status);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/chat/completions",
    "POST, /v1/response",
    "POST, /v1/responses-of-a-survey",
    "POST, /v1/my-responses",
    "POST, /v1/responses/a/b/c",
    "PUT, /v1/responses",
    "PATCH, /v1/responses",
    "PUT, /v1/responses/17"
  })
  void otherRequests_haveTheSessionThatTheyHadBefore(String method, String path) throws Exception {
    // The field is configured, and means what it says.
    String json = "{\"conversation\":\"nowhere\",\"previous_response_id\":\"x\"}";
    RawHttp.Request request = RawHttp.line(method + " " + CONTEXT + path + " HTTP/1.1");
    assertEquals(204, server.send(request.json(json)).status());

    ResponsesServer.Seen seen = server.seen();
    assertEquals(method.equals("PATCH") ? null : "conv-nowhere", seen.sessionId());
    assertNull(seen.response());
    RawHttp.Request named = RawHttp.line(method + " " + CONTEXT + path + " HTTP/1.1");
    server.send(named.header(ResponsesServer.HEADER, "new").json(json));
    assertEquals("conv-new", server.seen().sessionId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/conversations", "/conversations/", "/v1/x/v1/conversations"})
  void requestToMakeAConversation_hasASessionOfItsOwn(String path) throws Exception {
    String named = "{'conversation':'trip','messages':[{'role':'user','content':'Hallo'}]}";
    RawHttp.Request request = RawHttp.post(CONTEXT + path).header(ResponsesServer.HEADER, "trip");
    assertEquals(204, server.send(request.json(named.replace('\'', '"'))).status());
    String first = server.seen().sessionId();
    assertTrue(first.matches("conv-conv_[0-9a-f]{32}"), first);
    assertEquals(first.length(), post(path, named).sessionId().length());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/conversations/trip",
    "POST, /v1/conversations/trip",
    "DELETE, /conversations/trip/",
    "POST, /v1/conversations/trip/items",
    "GET, /v1/x/v1/conversations/tr%69p/items?limit=1",
    "DELETE, /v1/conversations/trip/items/msg_1"
  })
  void requestAboutAConversation_hasItsSession_whateverElseItNames(String method, String path)
      throws Exception {
    RawHttp.Request request = RawHttp.line(method + " " + CONTEXT + path + " HTTP/1.1");
    server.send(request.header(ResponsesServer.HEADER, "other").json("{}"));
    assertEquals("conv-trip", server.seen().sessionId());
    RawHttp.Request unknown =
        RawHttp.line(method + " " + CONTEXT + path.replaceAll("tr(i|%69)p", "none") + " HTTP/1.1");
    server.send(unknown.header(ResponsesServer.HEADER, "trip").json("{}"));
    assertNull(server.seen().session());
  }

  @ParameterizedTest
  @ValueSource(strings = {"temporary:a", "undefined", "%7B%7BCHAT_ID%7D%7D", "never", "tri"})
  void whatIsNoConversation_hasNoSession(String id) throws Exception {
    server.send(RawHttp.get(CONTEXT + "/v1/conversations/" + id));
    assertNull(server.seen().session());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/v1/my/conversations/trip", "/v1/conversations-of/trip", "/v1/conversation"})
  void otherPaths_areNoConversations(String path) throws Exception {
    RawHttp.Request request = RawHttp.post(CONTEXT + path).header(ResponsesServer.HEADER, "new");
    server.send(request.json("{}"));
    assertEquals("conv-new", server.seen().sessionId());
  }

  @Test
  void responseBelowAnyPath_isFoundByItsId() throws Exception {
    SessionState session = server.keep(manager.randomSession());
    String id = ResponsesServer.response(session);
    for (String path : new String[] {"/v1/responses/", "/responses/", "/v1/x/responses/"}) {
      assertEquals(204, server.send(RawHttp.get(CONTEXT + path + id)).status());
      assertEquals(session.sessionId().value(), server.seen().sessionId());
    }
    assertEquals(204, server.send(RawHttp.get(CONTEXT + "/v1/other/" + id)).status());
    assertNull(server.seen().session());
  }
}
