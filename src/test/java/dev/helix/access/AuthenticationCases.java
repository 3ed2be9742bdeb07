package dev.helix.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.filter.MovedClock;
import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.scripted.UserToken;
import dev.helix.session.Owner;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A keys file, and servers that ask for its keys and say whose a request is. */
abstract class AuthenticationCases {
  static final String SECRET = "0123456789abcdef0123456789abcdef";
  static final String JWT = "X-OpenWebUI-User-Jwt";
  static final String USER_ID = "X-OpenWebUI-User-Id";

  @TempDir Path folder;
  final MovedClock clock = new MovedClock();
  Path keys;

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

  AuthenticationSettings settings(boolean withKeys, boolean withJwt, boolean trust) {
    return new AuthenticationSettings(
        withKeys ? keys : null, withJwt ? SECRET : null, Duration.ofSeconds(30), trust);
  }

  /** A server whose endpoint says the owner. */
  TestServer server(AuthenticationSettings settings) throws Exception {
    return server(settings, null);
  }

  TestServer server(AuthenticationSettings settings, String principal) throws Exception {
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

  static String quoted(Owner owner) {
    return owner == null ? "none" : owner.tenant() + "|" + owner.user();
  }

  /** Lets every caller in as the same, as a container would. */
  record Container(String name) implements Filter {
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

  static RawHttp.Request chat() {
    return RawHttp.post("/v1/chat/completions").json("{}");
  }

  static RawHttp.Request chat(String key) {
    return chat().header("Authorization", "Bearer " + key);
  }

  String token(String user) {
    return UserToken.of(user, SECRET, clock.instant());
  }

  static void assertOwner(String expected, RawHttp.Response response) {
    assertEquals(200, response.status(), response.body());
    assertEquals(expected, response.body());
  }

  static void assertRefused(int status, String code, RawHttp.Response response) throws IOException {
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
}
