package dev.helix.filter;

import static dev.helix.filter.ResponsesServer.ANN;
import static dev.helix.filter.ResponsesServer.BOB;
import static dev.helix.filter.ResponsesServer.HEADER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.CountedReads;
import dev.helix.session.Owner;
import dev.helix.session.OwnerScope;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.store.files.FileSessionStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of one response by its id: whose session they have, and what that asks of the store. */
class NamedResponseTest {
  private static final String UUID = "550e8400-e29b-41d4-a716-446655440000";
  private static final String UNKNOWN = "resp_s00112233445566778899aabbccddeeff8796a5b4c3d2e1f0";

  @TempDir Path sessions;
  private CountedReads store;
  private SessionManager manager;
  private ResponsesServer server;

  @BeforeEach
  void start() throws Exception {
    store = new CountedReads(FileSessionStore.open(sessions));
    manager = new SessionManager(store.store(), Clock.systemUTC());
    // As the WAR has it; a response that is named has its session all the same.
    server = new ResponsesServer(manager, OwnerScope.USER, "/", "POST");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
  }

  private ResponsesServer.Seen ask(Owner owner, String line, String... namesAndValues)
      throws Exception {
    RawHttp.Request request = ResponsesServer.as(owner, RawHttp.line(line + " HTTP/1.1"));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      request.header(namesAndValues[i], namesAndValues[i + 1]);
    }
    RawHttp.Response response = server.send(request);
    assertEquals(204, response.status(), response.body());
    ResponsesServer.Seen seen = server.seen();
    assertEquals(seen.sessionId(), response.header("X-Session-ID"));
    assertEquals(seen.session() == null, seen.response() == null);
    return seen;
  }

  private ResponsesServer.Seen get(Owner owner, String id, String... namesAndValues)
      throws Exception {
    return ask(owner, "GET /v1/responses/" + id, namesAndValues);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, ''",
    "GET, /",
    "HEAD, ''",
    "DELETE, ''",
    "GET, /input_items",
    "GET, /input_items/",
    "GET, ?stream=true&starting_after=3",
    "POST, /cancel"
  })
  void responseInThePath_hasItsSession(String method, String behind) throws Exception {
    for (Owner owner : List.of(Owner.ANONYMOUS, ANN)) {
      SessionState own = server.keep(manager.randomSession(owner));
      SessionState named = server.keep(owner, UUID);
      for (SessionState session : List.of(own, named)) {
        String id = ResponsesServer.response(session);
        for (String before : List.of("/v1", "", "/c/" + UUID + "/v1")) {
          ResponsesServer.Seen seen =
              ask(owner, method + " " + before + "/responses/" + id + behind);
          assertEquals(session.sessionId().value(), seen.sessionId());
          assertEquals(id, seen.response().id().value());
          assertFalse(seen.response().previous());
        }
      }
      manager.delete(named.sessionId());
    }
  }

  @Test
  void bodyBesideTheId_isNotRead() throws Exception {
    SessionState session = server.keep(manager.randomSession());
    String path = "/v1/responses/" + ResponsesServer.response(session);
    String body = "{\"conversation\":\"nowhere\"}";

    for (String line : List.of("GET " + path, "DELETE " + path, "POST " + path + "/cancel")) {
      assertEquals(204, server.send(RawHttp.line(line + " HTTP/1.1").json(body)).status());
      ResponsesServer.Seen seen = server.seen();
      assertEquals(session.sessionId().value(), seen.sessionId());
      assertFalse(seen.read());
      assertEquals(body, seen.body());
    }
  }

  @Test
  void idOfTheFormX_isFoundWhereTheConversationIsNamedToo() throws Exception {
    String name = "A-trip-to-rome-in-may-with-all-the-children";
    SessionState session = server.keep(ANN, name);
    String id = ResponsesServer.response(session);

    assertEquals(session.sessionId().value(), get(ANN, id, HEADER, name).sessionId());
    assertEquals(
        session.sessionId().value(),
        ask(ANN, "GET /c/" + name + "/v1/responses/" + id).sessionId());
    assertNull(get(ANN, id).session());
    assertNull(get(ANN, id, HEADER, name + "s").session());
    assertNull(get(BOB, id, HEADER, name).session());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A-trip-to-rome-in-may-with-all-the-children",
        "Eine Reise nach Zürich, 2026, mit allen",
        "日本日本日本日本日本日本"
      })
  void idOfALongConversation_isFoundByItsOwnerAlone(String name) throws Exception {
    SessionState session = server.respond(ANN, name);
    String id = ResponsesServer.response(session);
    assertTrue(id.startsWith("resp_x"), id);

    for (String method : List.of("GET", "DELETE")) {
      String line = method + " /v1/responses/" + id;
      assertEquals(session.sessionId().value(), ask(ANN, line).sessionId());
      assertNull(ask(BOB, line).session());
      assertNull(ask(Owner.ANONYMOUS, line).session());
    }
    assertEquals(
        session.sessionId().value(), ask(ANN, "POST /v1/responses/" + id + "/cancel").sessionId());
    assertEquals(session.sessionId().value(), get(ANN, id, HEADER, "else").sessionId());
    server.post(ANN, "{'input':'x','previous_response_id':'" + id + "'}");
    assertEquals(session.sessionId().value(), server.seen().sessionId());
    SessionState bobs = server.respond(BOB, name);
    assertEquals(bobs.sessionId().value(), get(BOB, id).sessionId());
    manager.delete(session.sessionId());
    assertNull(get(ANN, id).session());
    assertEquals(bobs.sessionId().value(), get(BOB, id).sessionId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Trip", "trip-to-rome", "ann@example.org", "日本"})
  void idOfAShortConversation_isFoundByItsOwnerAlone(String name) throws Exception {
    SessionState session = server.keep(ANN, name);
    String id = ResponsesServer.response(session);

    assertEquals(session.sessionId().value(), get(ANN, id).sessionId());
    assertEquals(session.sessionId().value(), get(ANN, id, HEADER, "else").sessionId());
    assertNull(get(BOB, id).session());
    assertNull(get(Owner.ANONYMOUS, id).session());
    server.post(ANN, "{'input':'x','previous_response_id':'" + id + "'}");
    assertEquals(session.sessionId().value(), server.seen().sessionId());
    manager.delete(session.sessionId());
    assertNull(get(ANN, id).session());
  }

  @Test
  void idSaysTheSession_whateverAHeaderNames() throws Exception {
    SessionState session = server.keep(manager.randomSession());
    SessionState other = server.keep(Owner.ANONYMOUS, "other");

    ResponsesServer.Seen seen =
        get(Owner.ANONYMOUS, ResponsesServer.response(session), HEADER, "other");

    assertEquals(session.sessionId().value(), seen.sessionId());
    assertNull(seen.conversation().id());
    assertNotEquals(other.sessionId().value(), seen.sessionId());
    SessionState named = server.keep(Owner.ANONYMOUS, UUID);
    assertEquals(
        UUID,
        get(Owner.ANONYMOUS, ResponsesServer.response(named), HEADER, UUID).conversation().id());
  }

  @Test
  void adoptedSessions_areFound_byTheirNewOwnerOnly() throws Exception {
    SessionState own = server.keep(manager.randomSession());
    SessionState named = server.keep(Owner.ANONYMOUS, UUID);
    for (SessionState session : List.of(own, named)) {
      manager.adopt(session.sessionId(), ANN);
      String id = ResponsesServer.response(session);
      assertEquals(session.sessionId().value(), get(ANN, id).sessionId());
      assertNull(get(BOB, id).session());
      assertNull(get(Owner.ANONYMOUS, id).session());
    }
  }

  @Test
  void folderOfTheOriginal_isFoundByItsConversationId() throws Exception {
    Path legacy = Files.createDirectories(sessions.resolve("conv-Trip-to-R-me"));
    Files.writeString(legacy.resolve("status.json"), "{\"conversation_id\":\"Trip to R_me\"}");
    Files.createDirectories(legacy.resolve("context"));
    Files.writeString(legacy.resolve("context/messages.json"), "[]");
    SessionState session = manager.getOrCreateSession(null, "Trip to R_me");
    assertEquals("conv-Trip-to-R-me", session.sessionId().value());

    String response = ResponsesServer.response(session);
    assertEquals(
        "conv-Trip-to-R-me", get(Owner.ANONYMOUS, response, HEADER, "Trip to R_me").sessionId());
  }

  @Test
  void foreignResponse_isAsUnknown_alsoInWhatTheStoreIsAsked() throws Exception {
    List<SessionState> foreign =
        List.of(
            server.keep(manager.randomSession(ANN)),
            server.keep(ANN, UUID),
            server.keep(ANN, "Trip"));
    SessionState other = manager.getOrCreateSession(ANN, null, UUID.replace('5', '6'));
    List<String> unknown =
        List.of(UNKNOWN, ResponsesServer.response(other), ResponsesServer.response(foreign.get(2)));
    for (Owner asker : List.of(BOB, Owner.ANONYMOUS)) {
      get(asker, UNKNOWN);
      for (int i = 0; i < foreign.size(); i++) {
        String id = ResponsesServer.response(foreign.get(i));
        String[] header = i == 2 ? new String[] {HEADER, "Trip"} : new String[0];
        store.calls();
        assertNull(get(asker, id, header).session());
        List<String> asked = store.calls();
        assertNull(get(asker, unknown.get(i), header).session());
        assertEquals(asked, store.calls());

        String body = "{'model':'m','input':'x','previous_response_id':'%s'}";
        RawHttp.Response one = server.post(asker, body.formatted(id));
        List<String> askedThen = store.calls();
        RawHttp.Response two = server.post(asker, body.formatted(unknown.get(i)));
        assertEquals(askedThen, store.calls());
        assertEquals(400, one.status());
        assertEquals(two.body().replace(unknown.get(i), id), one.body());
        assertFalse(server.reached());
      }
    }
  }

  @Test
  void foreignConversation_isAsUnknown() throws Exception {
    server.keep(ANN, "trip");
    for (Owner asker : List.of(BOB, Owner.ANONYMOUS)) {
      RawHttp.Response foreign = server.post(asker, "{'conversation':'trip'}");
      RawHttp.Response unknown = server.post(asker, "{'conversation':'trap'}");
      assertEquals(404, foreign.status());
      assertEquals(unknown.body().replace("trap", "trip"), foreign.body());
      assertEquals(unknown.headers().size(), foreign.headers().size());
    }
  }

  @Test
  void conversationOfTheTenant_isFoundByAllItsUsers_andASessionOfItsOwnByOne() throws Exception {
    server.close();
    server = new ResponsesServer(manager, OwnerScope.TENANT);
    Owner acme = OwnerScope.TENANT.of(ANN);
    SessionState shared = server.keep(acme, UUID);
    SessionState named = server.keep(acme, "Trip");
    SessionState channel = server.keep(acme, "channel:1");
    SessionState own = server.keep(manager.randomSession(ANN));

    for (Owner user : List.of(ANN, BOB)) {
      String id = ResponsesServer.response(shared);
      assertEquals(shared.sessionId().value(), get(user, id).sessionId());
      String one = get(user, ResponsesServer.response(named), HEADER, "Trip").sessionId();
      assertEquals(named.sessionId().value(), one);
      String two = get(user, ResponsesServer.response(channel), HEADER, "channel:1").sessionId();
      assertEquals(channel.sessionId().value(), two);
    }
    assertEquals(own.sessionId().value(), get(ANN, ResponsesServer.response(own)).sessionId());
    assertNull(get(BOB, ResponsesServer.response(own)).session());
    Owner other = new Owner("other", "ann");
    assertNull(get(other, ResponsesServer.response(shared)).session());
  }

  @Test
  void lookupsAreNoMoreThanNeeded() throws Exception {
    SessionState session = server.keep(ANN, UUID);
    server.keep(ANN, "other");
    store.calls();

    get(ANN, ResponsesServer.response(session), HEADER, "other");
    assertEquals(List.of("find"), store.calls());
    get(ANN, "resp_of_somebody_else", HEADER, "other");
    ask(ANN, "GET /v1/responses", HEADER, "other");
    assertEquals(List.of(), store.calls());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resp_",
        "resp_abc",
        "RESP_S00112233445566778899AABBCCDDEEFF8796A5B4C3D2E1F0",
        "resp_s00112233445566778899aabbccddeeff8796a5b4c3d2e1f",
        "resp_s00112233445566778899aabbccddeeff8796a5b4c3d2e1f00",
        "resp_q00112233445566778899aabbccddeeff8796a5b4c3d2e1f0",
        "resp_s..",
        "resp_s%2e%2e%2e",
        "%2e%2e%2e",
        "...",
        "%E6%97%A5%E6%9C%AC",
        "%C3%28",
        "conv-trip",
        "session-00112233445566778899aabbccddeeff",
        "a%20b",
        "a;b=c",
        "a%3Bb",
        "compact",
        "input_tokens"
      })
  void everyOtherId_isUnknown_andNoPathOfTheStore(String id) throws Exception {
    server.keep(Owner.ANONYMOUS, "trip");
    store.calls();
    for (String behind : List.of("", "/input_items")) {
      RawHttp.Response response = server.send(RawHttp.get("/v1/responses/" + id + behind));
      assertTrue(response.status() < 500, id + ": " + response.status());
      if (response.status() == 204) {
        ResponsesServer.Seen seen = server.seen();
        assertNull(seen.session());
        assertNull(seen.response());
      }
    }
    assertEquals(List.of(), store.calls());
  }

  @Test
  void idsWithAPathInThem_areUnknown_andNothingIsMade() throws Exception {
    List<String> before = folders();
    for (String id :
        List.of(
            "../../etc/passwd",
            "resp_s/../../x",
            "resp_s\\\\..\\\\x",
            "\\u0000",
            "\\ud800",
            "日本",
            "x".repeat(2000))) {
      RawHttp.Response previous = server.post("{'previous_response_id':'" + id + "'}");
      assertEquals(400, previous.status());
      assertTrue(previous.body().contains("\"code\":\"previous_response_not_found\""));
      RawHttp.Response conversation = server.post("{'conversation':'" + id + "'}");
      assertEquals(404, conversation.status(), id);
      assertTrue(conversation.body().length() < 500, conversation.body());
      assertTrue(previous.body().length() < 500, previous.body());
    }
    assertFalse(server.reached());
    assertEquals(before, folders());
  }

  private List<String> folders() throws Exception {
    try (Stream<Path> all = Files.walk(sessions)) {
      return all.map(path -> sessions.relativize(path).toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  @Test
  void storeThatIsOutOfReach_isSaid_andNoUnknownId() throws Exception {
    server.close();
    try (SessionManager broken = new SessionManager(new BrokenStore(), Clock.systemUTC())) {
      server = new ResponsesServer(broken, OwnerScope.USER);
      RawHttp.Response get = server.send(RawHttp.get("/v1/responses/" + UNKNOWN));
      RawHttp.Response post = server.post("{'previous_response_id':'" + UNKNOWN + "'}");
      for (RawHttp.Response response : List.of(get, post)) {
        assertEquals(503, response.status());
        assertTrue(response.body().contains("session_store_unavailable"), response.body());
      }
      assertEquals(204, server.send(RawHttp.get("/v1/responses/resp_of_nobody")).status());
    }
  }

  @Test
  void bytesOfAHeader_nameTheConversationOfTheFormX() throws Exception {
    SessionState session = server.keep(Owner.ANONYMOUS, "zürich");
    String bytes =
        new String("zürich".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

    assertEquals(
        session.sessionId().value(),
        get(Owner.ANONYMOUS, ResponsesServer.response(session), HEADER, bytes).sessionId());
  }
}
