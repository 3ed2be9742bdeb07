package dev.helix.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.reliability.CountedTests;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(CountedTests.class)
class LoopbackFilterTest {
  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    server = server(new LoopbackFilter(false), Map.of());
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static TestServer server(LoopbackFilter filter, Map<String, String> initParams)
      throws Exception {
    return TestServer.behindProxy()
        .filter(filter, "/*", initParams)
        .endpoint("/*", (request, response) -> response.setStatus(204))
        .start();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost", "LocalHost:8080", "localhost.", "helix.localhost:1", "127.0.0.1",
        "127.0.0.1:8080", "127.255.255.254", "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]:80"
      })
  void loopbackHost_isServed(String host) throws Exception {
    assertEquals(204, send(server, "127.0.0.1", RawHttp.get("/").header("Host", host)).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.org",
        "evil.example:8080",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "notlocalhost",
        "10.0.0.1",
        "0.0.0.0",
        "[::2]",
        "[::]",
        "128.0.0.1"
      })
  void foreignHost_isRefused_andToldWhichSettingAllowsIt(String host) throws Exception {
    assertRefused(
        "host_not_allowed", send(server, "127.0.0.1", RawHttp.get("/").header("Host", host)));
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1,204", "127.8.9.1,204", "203.0.113.9,403", "192.168.1.2,403"})
  void onlyTheLoopbackAddressOfTheCaller_isServed(String address, int status) throws Exception {
    assertEquals(status, send(server, address, RawHttp.get("/")).status());
  }

  @Test
  void ipv6Caller_isServedWhenItIsTheLoopback() throws Exception {
    assertEquals(204, send(server, "::1", RawHttp.get("/")).status());
    assertRefused("remote_not_allowed", send(server, "2001:db8::1", RawHttp.get("/")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Forwarded-For | 203.0.113.9",
        "X-Forwarded-For | 127.0.0.1, 203.0.113.9",
        "X-Forwarded-For | 203.0.113.9, 127.0.0.1",
        "X-Forwarded-For | unknown",
        "X-Forwarded-For | localhost",
        "X-Real-IP | 2001:db8::1",
        "Forwarded | for=203.0.113.9",
        "Forwarded | proto=https;For=\"[2001:db8::1]:4711\"",
        "Forwarded | for=127.0.0.1, for=203.0.113.9;proto=http",
        "Forwarded | for=_hidden",
        "Forwarded | proto=https;host=localhost",
        "Forwarded | 203.0.113.9",
        "Forwarded | for = 127.0.0.1 by",
        "Forwarded | for",
        "Forwarded | \"for=127.0.0.1\"",
        "Forwarded | by=\";for=127.0.0.1",
        "Forwarded | for=127.0.0.1;for=203.0.113.9",
        "Forwarded | for=127.0.0.1, proto=https",
        "CF-Connecting-IP | 203.0.113.9",
        "cf-connecting-ip | 203.0.113.9",
        "CF-Connecting-IPv6 | 2001:db8::1",
        "True-Client-IP | 203.0.113.9",
        "X-Client-IP | 203.0.113.9",
        "X-Cluster-Client-IP | 203.0.113.9",
        "X-Original-Forwarded-For | 203.0.113.9",
        "X-ProxyUser-Ip | 203.0.113.9",
        "Fastly-Client-IP | 203.0.113.9",
        "Fly-Client-IP | 203.0.113.9",
        "X-Envoy-External-Address | 203.0.113.9",
        "X-Forwarded | for=203.0.113.9",
        "Forwarded-For | 203.0.113.9",
        "Via | 1.1 proxy.example",
        "X-Forwarded-Host | chat.example.org",
        "X-Forwarded-Host | localhost",
        "X-Forwarded-Proto | https",
        "X-Forwarded-Port | 443",
        "X-Forwarded-Server | proxy",
        "X-Forwarded-Scheme | https",
        "X-Forwarded-Ssl | on",
        "X-Forwarded-Prefix | /helix",
        "X-Forwarded-Client-Cert | Subject=x",
        "X-Original-Host | chat.example.org",
        "X-Scheme | https",
        "Front-End-Https | on",
        "CF-Ray | 8f-FRA",
        "CDN-Loop | cloudflare",
        "Tailscale-User-Login | ann@example.org"
      })
  void proxyOnThisMachineThatNamesAnotherCaller_isRefused(String header, String value)
      throws Exception {
    assertRefused(
        "remote_not_allowed", send(server, "127.0.0.1", RawHttp.get("/").header(header, value)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Forwarded-For | 127.0.0.1",
        "X-Forwarded-For | ::1, 127.0.0.1:5000",
        "X-Forwarded-For | ''",
        "X-Real-IP | 127.0.0.1",
        "Forwarded | for=127.0.0.1",
        "Forwarded | for=\"[::1]:4711\";proto=http",
        "Forwarded | proto=https; FOR = 127.0.0.1 , for=\"127.0.0.2\"",
        "X-Client-IP | ::1",
        "CF-Connecting-IP | 127.0.0.1",
        "Via | ''",
        "X-Request-ID | 4711",
        "Referer | http://localhost/"
      })
  void proxyOnThisMachineForACallerOnThisMachine_isServed(String header, String value)
      throws Exception {
    assertEquals(204, send(server, "127.0.0.1", RawHttp.get("/").header(header, value)).status());
  }

  @Test
  void headerOfAProxy_isOneBesidesACallerOnThisMachineToo() throws Exception {
    RawHttp.Request request = RawHttp.get("/").header("X-Forwarded-For", "127.0.0.1");
    assertRefused(
        "remote_not_allowed",
        send(server, "127.0.0.1", request.header("X-Forwarded-Proto", "https")));
  }

  /** {@code -} stands for no such header. */
  @ParameterizedTest
  @CsvSource({
    "403, https://evil.example, cross-site",
    "403, https://evil.example, -",
    "403, https://evil.example, same-site",
    "403, https://localhost.evil.example, -",
    "403, http://localhost@evil.example, -",
    "403, http://evil.example:8080, -",
    "403, null, -",
    "403, 'http://localhost:3000 https://evil.example', -",
    "403, chrome-extension://localhostx, -",
    "403, file://, -",
    "403, -, cross-site",
    "403, -, Cross-Site",
    "403, http://localhost:3000, cross-site",
    "204, -, none",
    "204, -, same-origin",
    "204, http://localhost:3000, same-site",
    "204, http://localhost:3000, -",
    "204, https://[::1]:3000, -",
    "204, http://127.0.0.1, same-origin",
  })
  void pageOfAnotherSite_isRefused(int status, String origin, String site) throws Exception {
    RawHttp.Request request = RawHttp.post("/").header("Content-Length", "0");
    if (!origin.equals("-")) {
      request.header("Origin", origin);
    }
    if (!site.equals("-")) {
      request.header("Sec-Fetch-Site", site);
    }
    RawHttp.Response response = send(server, "127.0.0.1", request);
    assertEquals(status, response.status());
    if (status == 403) {
      assertRefused("origin_not_allowed", response);
    }
  }

  @Test
  void secondOrigin_isLookedAtToo() throws Exception {
    assertRefused(
        "origin_not_allowed",
        send(
            server,
            "127.0.0.1",
            RawHttp.get("/")
                .header("Origin", "http://localhost")
                .header("Origin", "https://evil.example")));
  }

  @Test
  void pageOfAnOriginThatIsNamed_isServed() throws Exception {
    String origin = "https://chat.example.com";
    try (TestServer server =
        TestServer.behindProxy()
            .filter(new CrossOriginFilter(List.of(origin)), "/*")
            .filter(new LoopbackFilter(), "/*")
            .endpoint("/*", (ignored, response) -> response.setStatus(204))
            .start()) {
      RawHttp.Request request = RawHttp.get("/").header("Sec-Fetch-Site", "cross-site");
      assertRefused("origin_not_allowed", send(server, "127.0.0.1", request));
      assertEquals(204, send(server, "127.0.0.1", request.header("Origin", origin)).status());
    }
  }

  @Test
  void secondForwardedHeader_isLookedAtToo() throws Exception {
    assertRefused(
        "remote_not_allowed",
        send(
            server,
            "127.0.0.1",
            RawHttp.get("/")
                .header("X-Forwarded-For", "127.0.0.1")
                .header("X-Forwarded-For", "203.0.113.9")));
  }

  @Test
  void requestWithoutHost_isServed_asHttp10Allows() throws Exception {
    RawHttp.Request request = RawHttp.line("GET / HTTP/1.0").withoutHost();

    assertEquals(204, send(server, "127.0.0.1", request).status());
    assertRefused("remote_not_allowed", send(server, "203.0.113.9", request));
  }

  @Test
  void allowRemote_letsEveryoneIn() throws Exception {
    RawHttp.Request request =
        RawHttp.get("/").header("Host", "example.org").header("X-Real-IP", "203.0.113.9");
    try (TestServer open = server(new LoopbackFilter(true), Map.of());
        TestServer set = server(new LoopbackFilter(), Map.of("helix.allow.remote", "true"));
        TestServer unset = server(new LoopbackFilter(), Map.of())) {
      assertEquals(204, send(open, "203.0.113.9", request).status());
      assertEquals(204, send(set, "203.0.113.9", request).status());
      assertEquals(403, send(unset, "203.0.113.9", request).status());
      assertEquals(204, send(unset, "127.0.0.1", RawHttp.get("/")).status());
    }
  }

  @Test
  void whereKeysAreAskedFor_everyoneComesThrough_butNoFurtherWithoutOne() throws Exception {
    Path keys = Files.writeString(folder.resolve("keys"), ApiKey.of("a", "key", false).line());
    RawHttp.Request request = RawHttp.get("/v1/x").header("Host", "example.org");
    AuthenticationSettings settings =
        new AuthenticationSettings(keys, null, Duration.ofSeconds(30), false);
    AuthenticationFilter authentication = new AuthenticationFilter(settings, Clock.systemUTC());
    try (TestServer server =
        TestServer.behindProxy()
            .filter(new LoopbackFilter(), "/*")
            .filter(authentication, "/v1/*")
            .endpoint("/*", (ignored, response) -> response.setStatus(204))
            .start()) {
      assertEquals(401, send(server, "203.0.113.9", request).status());
      request.header("Authorization", "Bearer key");
      assertEquals(204, send(server, "203.0.113.9", request).status());
    }
  }

  @Test
  void keysFileThatNothingAsksFor_opensNothing() throws Exception {
    Path keys = Files.writeString(folder.resolve("keys"), ApiKey.of("a", "key", false).line());
    Map<String, String> params = Map.of("helix.api.keys.file", keys.toString());
    try (TestServer server = server(new LoopbackFilter(), params)) {
      RawHttp.Request request = RawHttp.get("/").header("Authorization", "Bearer key");
      assertRefused("remote_not_allowed", send(server, "203.0.113.9", request));
    }
  }

  @Test
  void whomTheContainerLetIn_isServedFromAnywhere() throws Exception {
    RawHttp.Request anonymous = RawHttp.get("/").header("Host", "example.org");
    RawHttp.Request known = RawHttp.get("/").header("Host", "example.org").header("Who", "ann");
    try (TestServer server =
            TestServer.behindProxy()
                .filter(new NamedByHeader(), "/*")
                .filter(new LoopbackFilter(), "/*")
                .endpoint("/*", (ignored, response) -> response.setStatus(204))
                .start();
        TestServer strict =
            TestServer.behindProxy()
                .filter(new NamedByHeader(), "/*")
                .filter(new LoopbackFilter(false), "/*")
                .start()) {
      assertEquals(204, send(server, "203.0.113.9", known).status());
      assertRefused("remote_not_allowed", send(server, "203.0.113.9", anonymous));
      assertRefused("host_not_allowed", send(server, "127.0.0.1", anonymous));
      assertRefused("remote_not_allowed", send(strict, "203.0.113.9", known));
    }
  }

  /** Authenticates whoever says a name. */
  private static final class NamedByHeader implements Filter {
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      String name = ((HttpServletRequest) request).getHeader("Who");
      chain.doFilter(
          new HttpServletRequestWrapper((HttpServletRequest) request) {
            @Override
            public Principal getUserPrincipal() {
              return name == null ? null : () -> name;
            }
          },
          response);
    }
  }

  @Test
  void settingThatIsNeitherTrueNorFalse_stopsTheStart() {
    Exception error =
        assertThrows(
            Exception.class,
            () -> server(new LoopbackFilter(), Map.of("helix.allow.remote", "yes")).close());

    assertTrue(error instanceof ServletException, error.toString());
    assertTrue(error.getMessage().contains("helix.allow.remote = yes (init-param)"));
  }

  @Test
  void addressesAreReadWithoutAskingANameServer() {
    assertTrue(LoopbackFilter.isAddress("[::ffff:127.0.0.1]"));
    assertTrue(LoopbackFilter.isAddress("0:0:0:0:0:0:0:1"));
    for (String other :
        new String[] {"", "localhost", "127.0.0", "127.0.0.256", "127.1", ":", "[]", "::g", "1"}) {
      assertFalse(LoopbackFilter.isAddress(other), other);
    }
    assertFalse(LoopbackFilter.isAddress(null));
  }

  private static void assertRefused(String code, RawHttp.Response response) throws IOException {
    assertEquals(403, response.status());
    assertEquals("application/json", response.header("Content-Type"));
    JsonNode error = new ObjectMapper().readTree(response.body()).get("error");
    assertEquals(code, error.get("code").asText());
    String setting =
        code.equals("origin_not_allowed") ? "helix.cors.origins" : "helix.allow.remote=true";
    assertTrue(error.get("message").asText().contains(setting), error.toString());
  }

  private static RawHttp.Response send(TestServer server, String from, RawHttp.Request request)
      throws IOException {
    String family = from.contains(":") ? "TCP6 " + from + " ::1" : "TCP4 " + from + " 127.0.0.1";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(("PROXY " + family + " 4711 80\r\n").getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(request.bytes());
    return RawHttp.exchange(server.port(), bytes.toByteArray());
  }
}
