package dev.helix.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.config.Source;
import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of other origins before a loopback-only server. */
class CrossOriginFilterTest {
  private static final String ORIGIN = "https://chat.example.com";

  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    server = server(new CrossOriginFilter(List.of(ORIGIN, "http://localhost:3000")));
  }

  private static TestServer server(CrossOriginFilter filter) throws Exception {
    return new TestServer()
        .filter(filter, "/*")
        .filter(new LoopbackFilter(false), "/*")
        .endpoint(
            "/told", (request, response) -> ErrorResponse.write(response, ApiError.internal()))
        .endpoint("/sent", (request, response) -> response.sendError(413))
        .endpoint(
            "/thrown",
            (request, response) -> {
              throw new IllegalStateException("on purpose");
            })
        .endpoint("/*", (request, response) -> response.setStatus(200))
        .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private RawHttp.Response get(String path, String origin) throws Exception {
    return server.send(RawHttp.get(path).header("Origin", origin));
  }

  @ParameterizedTest
  @CsvSource({"/, 200", "/told, 500", "/sent, 413", "/thrown, 500"})
  void pageOfAnAllowedOrigin_mayReadAnswersAndErrors(String path, int status) throws Exception {
    RawHttp.Response response = get(path, ORIGIN);
    assertEquals(status, response.status());
    assertEquals(ORIGIN, response.header("Access-Control-Allow-Origin"));
    String exposed = response.header("Access-Control-Expose-Headers");
    assertTrue(exposed.startsWith("X-Session-ID, X-Conversation-ID"), exposed);
    assertNull(response.header("Access-Control-Allow-Credentials"));
  }

  @Test
  void whatTheLoopbackFilterRefuses_canBeReadToo() throws Exception {
    RawHttp.Response response =
        server.send(RawHttp.get("/").header("Origin", ORIGIN).header("Host", "evil.example"));
    assertEquals(403, response.status());
    assertEquals(ORIGIN, response.header("Access-Control-Allow-Origin"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://chat.example.com:8443",
        "http://chat.example.com",
        "https://chat.example.com.evil.example",
        "https://CHAT.example.com",
        "https://chat.example.com/",
        "http://localhost",
        "null",
        "*",
      })
  void everyOtherOrigin_isWhatItIsWithoutTheFilter(String origin) throws Exception {
    int status = origin.equals("http://localhost") ? 200 : 403; // By the loopback filter.
    RawHttp.Response response = get("/", origin);
    assertEquals(status, response.status());
    assertEquals("Origin", response.header("Vary"));
    assertTrue(noneOfCors(response), response.headers()::toString);
    RawHttp.Response preflight =
        server.send(
            RawHttp.line("OPTIONS / HTTP/1.1")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST"));
    assertEquals(status, preflight.status(), "the endpoint's own");
    assertTrue(noneOfCors(preflight), preflight.headers()::toString);
  }

  @Test
  void twoOrigins_areNone() throws Exception {
    assertTrue(
        noneOfCors(
            server.send(RawHttp.get("/").header("Origin", ORIGIN).header("Origin", ORIGIN))));
  }

  private static boolean noneOfCors(RawHttp.Response response) {
    return response.headers().stream().noneMatch(line -> line.startsWith("Access-Control"));
  }

  @Test
  void preflight_isAnsweredHere_withTheHeadersThatAreAskedFor() throws Exception {
    String asked =
        "authorization, content-type, x-conversation-history, x-conversation-id,x-stainless-os,"
            + " x-stainless-retry-count";
    RawHttp.Response response =
        server.send(
            RawHttp.line("OPTIONS /told HTTP/1.1")
                .header("Origin", "http://localhost:3000")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Private-Network", "true")
                .header("Access-Control-Request-Headers", asked + ", b\u00e4d, \"worse\""));
    assertEquals(204, response.status());
    assertEquals("http://localhost:3000", response.header("Access-Control-Allow-Origin"));
    assertEquals(asked.replace(",x", ", x"), response.header("Access-Control-Allow-Headers"));
    assertTrue(response.header("Access-Control-Allow-Methods").contains("POST"));
    assertEquals("true", response.header("Access-Control-Allow-Private-Network"));
    assertTrue(response.header("Vary").startsWith("Origin, Access-Control-Request-Method"));
  }

  @Test
  void optionsThatAreNoPreflight_goOn() throws Exception {
    RawHttp.Response response =
        server.send(RawHttp.line("OPTIONS /told HTTP/1.1").header("Origin", ORIGIN));
    assertEquals(500, response.status());
    assertEquals(ORIGIN, response.header("Access-Control-Allow-Origin"));
  }

  @Test
  void withoutOrigins_nothingIsAdded() throws Exception {
    server.close();
    server = server(new CrossOriginFilter());
    RawHttp.Response response = get("/", "http://localhost:3000");
    assertEquals(200, response.status());
    assertNull(response.header("Vary"));
    assertTrue(noneOfCors(response));
  }

  private static Settings settings(String value) {
    return new Settings(List.of(Source.of("test", Map.of(CrossOriginFilter.ORIGINS, value))));
  }

  @ParameterizedTest
  @CsvSource({
    "https://chat.example.com, https://chat.example.com",
    "HTTPS://Chat.Example.Com:443, https://chat.example.com",
    "http://localhost:80, http://localhost",
    "http://localhost:443, http://localhost:443",
    "http://[::1]:3000, http://[::1]:3000",
    "app://obsidian.md, app://obsidian.md",
    "chrome-extension://abcdef, chrome-extension://abcdef",
  })
  void origins_areReadAsBrowsersWriteThem(String given, String read) {
    Settings settings = settings(given);
    Set<String> origins = CrossOriginFilter.origins(settings);
    settings.check();
    assertEquals(Set.of(read), origins);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "https://a.example, *",
        "null",
        "a.example",
        "https://a.example/",
        "https://a.example/chat",
        "https://*.example",
        "https://user@a.example",
        "https://\u00fc.example",
        "https://",
      })
  void whatIsNoOrigin_isRefused_andSaysWhatIs(String given) {
    Settings settings = settings(given);
    Set<String> unused = CrossOriginFilter.origins(settings);
    String message = assertThrows(InvalidSettingsException.class, settings::check).getMessage();
    assertTrue(message.contains(CrossOriginFilter.ORIGINS), message);
    assertEquals(given.contains("*") && !given.contains("*."), message.contains("every page"));
    assertThrows(
        IllegalArgumentException.class, () -> new CrossOriginFilter(List.of(given.split(", "))));
  }
}
