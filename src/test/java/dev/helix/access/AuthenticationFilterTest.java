package dev.helix.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.filter.TestSessions;
import dev.helix.session.Owner;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationFilterTest extends AuthenticationCases {
  @Test
  void key_letsItsTenantIn_alsoWhereTheModelsAre() throws Exception {
    try (TestServer server = server(settings(true, false, false))) {
      assertOwner("acme|null", server.send(chat("key-acme")));
      assertOwner("robot|null", server.send(chat("key-robot")));
      assertOwner(
          "acme|null",
          server.send(RawHttp.get("/v1/models").header("Authorization", "bearer  key-acme ")));
      assertOwner("none", server.send(RawHttp.get("/health")));
      assertOwner("acme|null", server.send(chat("key-acme").header(USER_ID, "ann")));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer key-acme x",
        "Bearer key-acm",
        "key-acme",
        "Basic key-acme",
        "Bearerkey-acme",
        "Bearer \u00e9",
        ""
      })
  void missingOrWrongKey_isRefused_everywhereBelowV1(String value) throws Exception {
    try (TestServer server = server(settings(true, false, false), "container")) {
      assertRefused(401, "invalid_api_key", server.send(chat().header("Authorization", value)));
      assertRefused(
          401,
          "invalid_api_key",
          server.send(RawHttp.get("/v1/models").header("Authorization", value)));
      assertRefused(401, "invalid_api_key", server.send(RawHttp.get("/v1")));
      assertRefused(401, "invalid_api_key", server.send(RawHttp.get("/%76%31/models")));
    }
  }

  @Test
  void hashOfAKey_isNoKey_andTwoKeysAreNone() throws Exception {
    try (TestServer server = server(settings(true, false, false))) {
      String hash = ApiKey.of("acme", "key-acme", false).hash();
      assertRefused(401, "invalid_api_key", server.send(chat(hash)));
      assertRefused(
          401,
          "invalid_api_key",
          server.send(chat("key-acme").header("Authorization", "Bearer key-acme")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "- | key-acme | acme",
        "- | ' key-acme ' | acme",
        "Bearer unused | key-acme | acme",
        "Basic abc | key-acme | acme",
        "Bearer key-acme | key-acme | acme",
        "Bearer key-acme | wrong | acme",
        "Bearer key-acme | key-robot | -",
        "- | wrong | -",
        "- | Bearer key-acme | -",
        "Bearer unused | wrong | -"
      })
  void keyInItsOwnHeader_isOneToo_butTwoKeysAreNone(String bearer, String key, String tenant)
      throws Exception {
    try (TestServer server = server(settings(true, false, false))) {
      for (String name : List.of("api-key", "x-api-key")) {
        RawHttp.Request request = chat().header(name, key);
        RawHttp.Response response =
            server.send(bearer == null ? request : request.header("Authorization", bearer));
        if (tenant == null) {
          assertRefused(401, "invalid_api_key", response);
        } else {
          assertOwner(tenant + "|null", response);
        }
        assertRefused(
            401,
            "invalid_api_key",
            server.send(chat().header(name, "key-acme").header(name, "key-acme")));
      }
      assertRefused(
          401,
          "invalid_api_key",
          server.send(chat().header("api-key", "key-acme").header("x-api-key", "key-robot")));
    }
  }

  @Test
  void refusal_isInTheFormOfTheApiThatIsAsked() throws Exception {
    try (TestServer server = server(settings(true, false, false))) {
      for (String path : List.of("/v1/messages", "/v1/messages/count_tokens?beta=true")) {
        RawHttp.Response response = server.send(RawHttp.get(path).header("x-api-key", "wrong"));
        assertEquals(401, response.status());
        assertTrue(
            response
                .body()
                .startsWith("{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\""),
            response.body());
      }
    }
  }

  @Test
  void wrongKeyAndNone_areAnsweredAlike() throws Exception {
    try (TestServer server = server(settings(true, false, false))) {
      assertEquals(server.send(chat()).body(), server.send(chat("wrong")).body());
    }
  }

  @Test
  void keyThatIsWithdrawn_letsNobodyInASecondLater() throws Exception {
    try (TestServer server = server(settings(true, false, false))) {
      assertOwner("acme|null", server.send(chat("key-acme")));
      Files.writeString(keys, ApiKey.of("acme", "key-new", false).line());
      clock.move(Duration.ofSeconds(1));
      assertRefused(401, "invalid_api_key", server.send(chat("key-acme")));
      assertOwner("acme|null", server.send(chat("key-new")));
    }
  }

  @ParameterizedTest
  @CsvSource({"true,acme|container", "false,container|null"})
  void principalOfTheContainer_isTheUserBesideAKey_elseTheTenant(boolean withKeys, String owner)
      throws Exception {
    try (TestServer server = server(settings(withKeys, false, false), "container")) {
      assertOwner(owner, server.send(chat("key-acme")));
    }
  }

  @Test
  void whereNothingIsSet_everybodyIsAnonymous() throws Exception {
    try (TestServer server = server(settings(false, false, false))) {
      assertOwner("null|null", server.send(chat("whatever").header(JWT, "x")));
    }
    try (TestServer server = server(settings(false, false, true))) {
      assertOwner("null|ann", server.send(chat().header(USER_ID, "ann")));
    }
  }

  @Test
  void sameConversationIdOfTwoOwners_isTwoSessions() throws Exception {
    try (SessionManager sessions = TestSessions.open(folder.resolve("sessions"));
        TestServer server =
            new TestServer()
                .filter(new AuthenticationFilter(settings(true, false, true), clock), "/v1/*")
                .filter(new ConversationFilter(sessions, FilterSettings.defaults()), "/*")
                .endpoint(
                    "/*",
                    (request, response) -> {
                      SessionState state =
                          (SessionState) request.getAttribute(SessionState.class.getName());
                      response.setHeader("Owner", quoted(state.owner()));
                    })
                .start()) {
      RawHttp.Response ann = server.send(asking("key-acme", "ann"));
      RawHttp.Response bob = server.send(asking("key-acme", "bob"));
      assertEquals("acme|ann", ann.header("Owner"));
      assertTrue(ann.header("X-Session-ID").matches("conv-trip-[0-9a-f]{16}"));
      assertNotEquals(ann.header("X-Session-ID"), bob.header("X-Session-ID"));
      assertEquals(
          ann.header("X-Session-ID"),
          server.send(asking("key-acme", "ann")).header("X-Session-ID"));
      assertEquals(
          "conv-trip",
          server
              .send(RawHttp.get("/other").header("X-Conversation-ID", "trip"))
              .header("X-Session-ID"));
    }
  }

  private static RawHttp.Request asking(String key, String user) {
    return chat(key).header(USER_ID, user).header("X-Conversation-ID", "trip");
  }

  @Test
  void principal_ownsSessions_alsoWithoutThisFilter() throws Exception {
    try (SessionManager sessions = TestSessions.open(folder.resolve("sessions"));
        TestServer server =
            new TestServer()
                .filter(new Container("ann"), "/*")
                .filter(new ConversationFilter(sessions, FilterSettings.defaults()), "/*")
                .endpoint("/*", (request, response) -> response.setStatus(204))
                .start()) {
      String name =
          server.send(RawHttp.get("/").header("X-Conversation-ID", "trip")).header("X-Session-ID");
      assertEquals(
          sessions.getOrCreateSession(new Owner("ann", null), null, "trip").sessionId().value(),
          name);
    }
  }
}
