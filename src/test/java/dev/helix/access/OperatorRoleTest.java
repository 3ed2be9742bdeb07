package dev.helix.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.session.Viewer;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.nio.file.Files;
import java.security.Principal;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is an operator: by a key, a role of the container's, or where nobody is asked. */
class OperatorRoleTest extends AuthenticationCases {
  /** What the endpoint says of whoever calls. */
  private static final String OWNER = "owner";

  @BeforeEach
  void addOperators() throws IOException {
    Files.writeString(
        keys,
        Files.readString(keys)
            + ApiKey.of("ops", "key-ops", false).asOperator().line()
            + "\n"
            + ApiKey.of("both", "key-both", true).asOperator().line()
            + "\n");
  }

  private TestServer viewers(AuthenticationSettings settings, Filter container) throws Exception {
    return new TestServer()
        .filter(container, "/*")
        .filter(new AuthenticationFilter(settings, clock), "/v1/*")
        .endpoint(
            "/*",
            (request, response) -> {
              Viewer viewer = (Viewer) request.getAttribute(Viewer.class.getName());
              String role = viewer.role().name().toLowerCase(java.util.Locale.ROOT);
              byte[] body = (quoted(viewer.owner()) + " " + role).getBytes(UTF_8);
              response.setContentLength(body.length);
              response.getOutputStream().write(body);
            })
        .start();
  }

  private static void assertViewer(String expected, TestServer server, RawHttp.Request request)
      throws Exception {
    RawHttp.Response response = server.send(request);
    assertEquals(200, response.status(), response.body());
    assertEquals(expected, response.body());
  }

  /** The container's login. */
  private record Login(String name, String role) implements Filter {
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

            @Override
            public boolean isUserInRole(String asked) {
              return asked.equals(role);
            }
          },
          response);
    }
  }

  private static final Login NOBODY = new Login(null, null);

  @Test
  void keyOfAnOperator_seesAll_butNotForAUserForWhomItSpeaks_andAServicesKeyNever()
      throws Exception {
    try (TestServer server = viewers(settings(true, true, true), NOBODY)) {
      assertViewer("ops|null operator", server, chat("key-ops"));
      assertViewer("both|null operator", server, chat("key-both"));
      assertViewer("robot|null " + OWNER, server, chat("key-robot"));
      assertViewer("ops|ada " + OWNER, server, chat("key-ops").header(JWT, token("ada")));
      assertViewer("both|ada " + OWNER, server, chat("key-both").header(USER_ID, "ada"));
      assertViewer("robot|ada " + OWNER, server, chat("key-robot").header(USER_ID, "ada"));
    }
  }

  @Test
  void roleOfTheContainer_makesOperators_ifItIsSet_andTheSwitchTakesTexts() throws Exception {
    AuthenticationSettings role =
        new AuthenticationSettings(null, null, Duration.ofSeconds(30), false, "admins", true);
    AuthenticationSettings blind =
        new AuthenticationSettings(keys, null, Duration.ofSeconds(30), false, "admins", false);
    try (TestServer server = viewers(role, new Login("eve", "admins"))) {
      assertViewer("eve|null operator", server, chat());
    }
    try (TestServer server = viewers(role, new Login("eve", "users"))) {
      assertViewer("eve|null " + OWNER, server, chat());
    }
    try (TestServer server = viewers(settings(false, false, false), new Login("eve", "admins"))) {
      assertViewer("eve|null " + OWNER, server, chat());
    }
    try (TestServer server = viewers(blind, new Login("eve", "admins"))) {
      assertViewer("acme|eve operator_without_texts", server, chat("key-acme"));
    }
    try (TestServer server = viewers(blind, NOBODY)) {
      assertViewer("ops|null operator_without_texts", server, chat("key-ops"));
      assertViewer("acme|null " + OWNER, server, chat("key-acme"));
    }
  }

  @Test
  void whoeverIsOnThisMachine_isAnOperator_whereNobodyIsAsked_andForNoOtherPage() throws Exception {
    try (TestServer server = viewers(settings(false, false, false), NOBODY)) {
      assertViewer("null|null operator", server, chat());
      String[][] others = {
        {"X-Forwarded-For", "192.0.2.1"},
        {"Via", "1.1 proxy"},
        {"Origin", "https://elsewhere.example"},
        {"Origin", "http://localhost:1"},
        {"Sec-Fetch-Site", "cross-site"},
      };
      for (String[] header : others) {
        assertViewer("null|null " + OWNER, server, chat().header(header[0], header[1]));
      }
    }
    try (TestServer server = viewers(settings(true, false, false), NOBODY)) {
      assertViewer("acme|null " + OWNER, server, chat("key-acme"));
    }
    try (TestServer server = viewers(settings(false, false, true), NOBODY)) {
      assertViewer("null|null " + OWNER, server, chat());
    }
    try (TestServer server = viewers(settings(false, false, false), new Login("eve", "x"))) {
      assertViewer("eve|null " + OWNER, server, chat());
    }
  }
}
