package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.OwnerScope;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way to name the session of a response, for each owner and scope, kept and not. */
class ResponsesNamingTest {
  /** How a request names the session. */
  private enum Way {
    HEADER,
    OPEN_WEB_UI,
    FIELD,
    PATH,
    CONVERSATION,
    CONVERSATION_OBJECT,
    PREVIOUS_OWN,
    PREVIOUS_UUID,
    PREVIOUS_WITH_HEADER,
    NONE;

    boolean previous() {
      return name().startsWith("PREVIOUS");
    }

    boolean conversation() {
      return name().startsWith("CONVERSATION");
    }
  }

  private record Case(Way way, Owner owner, OwnerScope scope, String store, String stream) {
    boolean kept() {
      return !"false".equals(store);
    }

    /** Whose a conversation is that the request names. */
    Owner conversationsOwner() {
      return scope.of(owner);
    }

    String body(String says) {
      return "{'model':'m','input':'Hallo'"
          + (store == null ? "" : ",'store':" + store)
          + (stream == null ? "" : ",'stream':" + stream)
          + says
          + "}";
    }
  }

  @TempDir static Path sessions;
  private static final Map<OwnerScope, ResponsesServer> SERVERS = new EnumMap<>(OwnerScope.class);
  private static SessionManager manager;
  private static int ids;
  private ResponsesServer server;

  @BeforeAll
  static void open() throws Exception {
    manager = TestSessions.open(sessions);
    for (OwnerScope scope : OwnerScope.values()) {
      SERVERS.put(scope, new ResponsesServer(manager, scope));
    }
  }

  @AfterAll
  static void close() throws Exception {
    for (ResponsesServer each : SERVERS.values()) {
      each.close();
    }
    manager.close();
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Way way : Way.values()) {
      for (Owner owner : List.of(Owner.ANONYMOUS, ResponsesServer.ANN)) {
        for (OwnerScope scope : OwnerScope.values()) {
          for (String store : new String[] {null, "true", "false"}) {
            cases.add(new Case(way, owner, scope, store, "false".equals(store) ? "true" : null));
            cases.add(new Case(way, owner, scope, store, "false"));
          }
        }
      }
    }
    return cases;
  }

  private RawHttp.Response send(Case each, String id, SessionState session) throws Exception {
    String previous = ",'previous_response_id':'" + ResponsesServer.response(session) + "'";
    return switch (each.way()) {
      case HEADER -> server.post(each.owner(), each.body(""), ResponsesServer.HEADER, id);
      case OPEN_WEB_UI -> server.post(each.owner(), each.body(""), "X-OpenWebUI-Chat-Id", id);
      case FIELD -> server.post(each.owner(), each.body(",'prompt_cache_key':'" + id + "'"));
      case PATH -> {
        String path = "/c/" + id + "/v1/responses";
        RawHttp.Request request = ResponsesServer.as(each.owner(), RawHttp.post(path));
        yield server.send(request.json(each.body("").replace('\'', '"')));
      }
      case CONVERSATION -> server.post(each.owner(), each.body(",'conversation':'" + id + "'"));
      case CONVERSATION_OBJECT ->
          server.post(each.owner(), each.body(",'conversation':{'x':[1],'id':'" + id + "'}"));
      case PREVIOUS_OWN, PREVIOUS_UUID -> server.post(each.owner(), each.body(previous));
      case PREVIOUS_WITH_HEADER ->
          server.post(each.owner(), each.body(previous), ResponsesServer.HEADER, id);
      case NONE -> server.post(each.owner(), each.body(""));
    };
  }

  private SessionState session(Case each, String id) {
    return each.way() == Way.PREVIOUS_OWN || each.way() == Way.NONE
        ? manager.randomSession(each.owner())
        : manager.getOrCreateSession(each.conversationsOwner(), null, id);
  }

  /** A conversation id that nobody has used. */
  private static String id(Case each) {
    ids++;
    UUID uuid = new UUID(0x550e8400e29b41d4L, 0xa716446655440000L + ids);
    return each.way() == Way.PREVIOUS_UUID ? uuid.toString() : "Trip-" + ids;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void storedSession_isAttached(Case each) throws Exception {
    server = SERVERS.get(each.scope());
    String id = id(each);
    SessionState session = server.keep(session(each, id));

    RawHttp.Response response = send(each, id, session);

    assertEquals(204, response.status(), response.body());
    ResponsesServer.Seen seen = server.seen();
    if (each.way() == Way.NONE) {
      assertNew(each, seen, response);
      return;
    }
    assertEquals(session.sessionId().value(), seen.sessionId());
    assertEquals(SessionStatus.DISCUSSING, seen.session().status());
    assertEquals(seen.sessionId(), response.header("X-Session-ID"));
    boolean byResponse = each.way() == Way.PREVIOUS_OWN || each.way() == Way.PREVIOUS_UUID;
    assertEquals(byResponse ? null : id, seen.conversation().id());
    assertEquals(seen.conversation().id(), response.header(ResponsesServer.HEADER));
    assertTrue(seen.conversation().isTurn());
    assertEquals(each.way().previous(), seen.response() != null);
    if (each.way().previous()) {
      assertTrue(seen.response().previous());
      assertEquals(ResponsesServer.response(session), seen.response().id().value());
    }
    String field = each.way().conversation() ? "conversation" : null;
    assertEquals(
        each.way() == Way.FIELD ? ResponsesServer.FIELD : field, seen.conversation().field());
  }

  private void assertNew(Case each, ResponsesServer.Seen seen, RawHttp.Response response) {
    assertNull(seen.conversation().id());
    assertNull(seen.response());
    assertEquals(seen.sessionId(), response.header("X-Session-ID"));
    if (!each.kept()) {
      assertNull(seen.session());
      return;
    }
    assertTrue(seen.sessionId().matches("session-[0-9a-f]{32}(-[0-9a-f]{16})?"));
    assertEquals(each.owner(), seen.session().owner());
    assertEquals(each.owner().isAnonymous(), seen.sessionId().length() == 40);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sessionOfWhichNothingIsStored_isMadeForAHeaderAFieldAndAPathOnly(Case each)
      throws Exception {
    server = SERVERS.get(each.scope());
    String id = id(each);
    SessionState session = session(each, id);

    RawHttp.Response response = send(each, id, session);

    if (each.way().previous()) {
      assertEquals(400, response.status());
      String message =
          "Previous response with id '" + ResponsesServer.response(session) + "' not found.";
      assertEquals(
          "{\"error\":{\"message\":\""
              + message
              + "\",\"type\":\"invalid_request_error\",\"param\":\"previous_response_id\","
              + "\"code\":\"previous_response_not_found\"}}",
          response.body());
    } else if (each.way().conversation()) {
      assertEquals(404, response.status());
      assertEquals(
          "{\"error\":{\"message\":\"Conversation with id '"
              + id
              + "' not found.\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}",
          response.body());
    } else {
      assertEquals(204, response.status());
      ResponsesServer.Seen seen = server.seen();
      if (each.way() == Way.NONE) {
        assertNew(each, seen, response);
        return;
      }
      assertEquals(id, seen.conversation().id());
      assertEquals(each.kept() ? session.sessionId().value() : null, seen.sessionId());
      assertEquals(seen.sessionId(), response.header("X-Session-ID"));
      return;
    }
    assertFalse(server.reached());
    assertNull(response.header("X-Session-ID"));
    assertNull(response.header(ResponsesServer.HEADER));
  }
}
