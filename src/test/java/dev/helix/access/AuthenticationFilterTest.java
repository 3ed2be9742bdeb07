package dev.helix.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.filter.MovedClock;
import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.filter.TestSessions;
import dev.helix.scripted.UserToken;
import dev.helix.session.Owner;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationFilterTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String JWT = "X-OpenWebUI-User-Jwt";
  private static final String USER_ID = "X-OpenWebUI-User-Id";

  @TempDir Path folder;
  private final MovedClock clock = new MovedClock();
  private Path keys;

  @BeforeEach
  void writeKeys() throws IOException {
    keys = folder.resolve("keys");
    Files.writeString(
        keys,
        ApiKey.of("acme", "key-acme", false).line()
            + "\n"
            + ApiKey.of("robot", "key-robot", true).line()
            + "\n");
  }

  private AuthenticationSettings settings(boolean withKeys, boolean withJwt, boolean trust) {
    return new AuthenticationSettings(
        withKeys ? keys : null, withJwt ? SECRET : null, Duration.ofSeconds(30), trust);
  }

  /** A server whose endpoint says the owner. */
  private TestServer server(AuthenticationSettings settings) throws Exception {
    return server(settings, null);
  }

  private TestServer server(AuthenticationSettings settings, String principal) throws Exception {
    return new TestServer()
        .filter(new Container(principal), "/*")
        .filter(new AuthenticationFilter(settings, clock), "/v1/*")
        .endpoint(
            "/*",
            (request, response) -> {
              Object owner = request.getAttribute(Owner.class.getName());
              response.setHeader("Owner", owner == null ? "none" : quoted((Owner) owner));
              byte[] body = quoted((Owner) owner).getBytes(UTF_8);
              response.setContentLength(body.length);
              response.getOutputStream().write(body);
            })
        .start();
  }

  private static String quoted(Owner owner) {
    return owner == null ? "none" : owner.tenant() + "|" + owner.user();
  }

  /** Lets every caller in as the same, as a container would. */
  private record Container(String name) implements Filter {
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      Principal principal = name == null ? null : () -> name;
      chain.doFilter(
          new HttpServletRequestWrapper((HttpServletRequest) request) {
            @Override
            public Principal getUserPrincipal() {
              return principal;
            }
          },
          response);
    }
  }

  private static RawHttp.Request chat() {
    return RawHttp.post("/v1/chat/completions").json("{}");
  }

  private static RawHttp.Request chat(String key) {
    return chat().header("Authorization", "Bearer " + key);
  }

  private String token(String user) {
    return UserToken.of(user, SECRET, clock.instant());
  }

  private static void assertOwner(String expected, RawHttp.Response response) {
    assertEquals(200, response.status(), response.body());
    assertEquals(expected, response.body());
  }

  private static void assertRefused(int status, String code, RawHttp.Response response)
      throws IOException {
    assertEquals(status, response.status(), response.body());
    assertEquals("application/json", response.header("Content-Type"));
    assertEquals(status == 401 ? "Bearer" : null, response.header("WWW-Authenticate"));
    assertNull(response.header("Owner"));
    JsonNode error = new ObjectMapper().readTree(response.body()).get("error");
    assertEquals(code, error.get("code").asText());
    assertEquals("invalid_request_error", error.get("type").asText());
    assertTrue(error.has("param"));
    assertFalse(error.get("message").asText().isBlank());
  }

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

  @Test
  void token_namesTheUser_andWinsOverWhatAnybodyCanSay() throws Exception {
    try (TestServer server = server(settings(true, true, true), "container")) {
      assertOwner("acme|ann", server.send(chat("key-acme").header(JWT, token("ann"))));
      assertOwner(
          "acme|ann",
          server.send(chat("key-acme").header(JWT, token("ann")).header(USER_ID, "bob")));
      assertOwner("robot|ann", server.send(chat("key-robot").header(JWT, token("ann"))));
    }
  }

  @Test
  void badToken_isRefused_onEveryRequest_alsoOfAService() throws Exception {
    String expired = token("ann");
    clock.move(Duration.ofSeconds(331));
    String good = token("ann");
    try (TestServer server = server(settings(true, true, true))) {
      for (String key : List.of("key-acme", "key-robot")) {
        for (String bad : List.of(expired, "x", "Bearer " + good, good + "x")) {
          assertRefused(401, "invalid_user_token", server.send(chat(key).header(JWT, bad)));
          assertRefused(
              401,
              "invalid_user_token",
              server.send(
                  RawHttp.get("/v1/models")
                      .header("Authorization", "Bearer " + key)
                      .header(JWT, bad)));
        }
        assertRefused(
            401, "invalid_user_token", server.send(chat(key).header(JWT, good).header(JWT, good)));
      }
      assertRefused(401, "invalid_api_key", server.send(chat("wrong").header(JWT, "x")));
    }
  }

  @Test
  void missingToken_isRefusedOnAChatRequest_butNotOfAService() throws Exception {
    try (TestServer server = server(settings(true, true, false))) {
      assertRefused(401, "user_token_required", server.send(chat("key-acme")));
      assertRefused(401, "user_token_required", server.send(chat("key-acme").header(JWT, " ")));
      assertRefused(
          401, "user_token_required", server.send(chat("key-acme").header(USER_ID, "ann")));
      assertOwner("robot|null", server.send(chat("key-robot")));
      assertOwner(
          "acme|null",
          server.send(RawHttp.get("/v1/models").header("Authorization", "Bearer key-acme")));
    }
    try (TestServer server = server(settings(false, true, false), "container")) {
      assertRefused(401, "user_token_required", server.send(chat()));
      assertOwner("container|ann", server.send(chat().header(JWT, token("ann"))));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,     /v1/models",
    "GET,     /v1/models/",
    "GET,     /v1/models/llama3.2",
    "GET,     /v1/models/org/llama%203.2",
    "HEAD,    /v1/models/llama3.2"
  })
  void modelsAreNobodys_theKeyIsEnough(String method, String path) throws Exception {
    try (TestServer server = server(settings(true, true, false))) {
      RawHttp.Request request = RawHttp.line(method + " " + path + " HTTP/1.1");
      assertEquals(
          "acme|null",
          server.send(request.header("Authorization", "Bearer key-acme")).header("Owner"));
      assertEquals(401, server.send(RawHttp.line(method + " " + path + " HTTP/1.1")).status());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,     /v1/conversations",
    "GET,     /v1/conversations/c-1",
    "HEAD,    /v1/conversations/c-1",
    "OPTIONS, /v1/conversations/c-1",
    "GET,     /v1/chat/completions",
    "GET,     /v1/modelsfoo",
    "GET,     /v1/models/../conversations",
    "GET,     /v1/models;a=b/../conversations",
    "GET,     /v1/conversations/../conversations/v1/models",
    "GET,     /v1/conversations?/v1/models",
    "GET,     /v1/conversations;/v1/models",
    "DELETE,  /v1/models/llama3.2",
    "OPTIONS, /v1/models",
    "POST,    /v1/models"
  })
  void anythingElseIsAUsers_alsoWhereItOnlyReads(String method, String path) throws Exception {
    try (TestServer server = server(settings(true, true, false))) {
      RawHttp.Request without = RawHttp.line(method + " " + path + " HTTP/1.1");
      RawHttp.Response refused = server.send(without.header("Authorization", "Bearer key-acme"));
      assertEquals(401, refused.status());
      assertNull(refused.header("Owner"));
      RawHttp.Request with = RawHttp.line(method + " " + path + " HTTP/1.1");
      assertEquals(
          "acme|ann",
          server
              .send(with.header("Authorization", "Bearer key-acme").header(JWT, token("ann")))
              .header("Owner"));
    }
  }

  @Test
  void tokenWithoutASecret_isNotLookedAt() throws Exception {
    try (TestServer server = server(settings(true, false, false))) {
      assertOwner("acme|null", server.send(chat("key-acme").header(JWT, "x")));
    }
  }

  @Test
  void userHeader_isBelievedOnlyIfTheOperatorSaysSo() throws Exception {
    String utf8 = new String("Jürgen ☃".getBytes(UTF_8), ISO_8859_1);
    try (TestServer trusting = server(settings(true, false, true));
        TestServer wary = server(settings(true, false, false))) {
      assertOwner("acme|ann", trusting.send(chat("key-acme").header(USER_ID, " ann ")));
      assertOwner("acme|Jürgen ☃", trusting.send(chat("key-acme").header(USER_ID, utf8)));
      assertOwner("acme|null", trusting.send(chat("key-acme").header(USER_ID, "")));
      assertOwner("acme|null", trusting.send(chat("key-acme")));
      assertOwner("acme|null", wary.send(chat("key-acme").header(USER_ID, "ann")));
      assertOwner(
          "acme|null", wary.send(chat("key-acme").header(USER_ID, "ann").header(USER_ID, "bob")));
    }
  }

  @Test
  void userHeaderThatMakesNoSense_isRefused_whereItIsTrusted() throws Exception {
    try (TestServer server = server(settings(true, false, true))) {
      assertRefused(
          400,
          "invalid_user_id",
          server.send(chat("key-acme").header(USER_ID, "ann").header(USER_ID, "ann")));
      assertRefused(
          400, "invalid_user_id", server.send(chat("key-acme").header(USER_ID, "x".repeat(513))));
      assertRefused(
          400, "invalid_user_id", server.send(chat("key-acme").header(USER_ID, "a\u0085b")));
      assertOwner(
          "acme|" + "x".repeat(512),
          server.send(chat("key-acme").header(USER_ID, "x".repeat(512))));
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
