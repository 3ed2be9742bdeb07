package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreUnavailableException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each request needs: the store, the upstream or nothing. All rows name a conversation. */
class WhatRequestsNeedTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path sessions;
  private final Set<String> asked = new ConcurrentSkipListSet<>();
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean hangs;

  /** The store's method for which the heap is too small. */
  private volatile String tooLarge;

  private SessionManager away;
  private WholeApplication application;

  @BeforeEach
  void start() throws Exception {
    away = new SessionManager(store(), Clock.systemUTC());
    application = new WholeApplication(sessions, Map.of(), away);
  }

  @AfterEach
  void stop() throws Exception {
    over.countDown();
    application.close();
    away.close();
  }

  /** A store that says that it is away, or does not answer. */
  private SessionStore store() {
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              asked.add(method.getName());
              reached.countDown();
              if (hangs) {
                over.await();
              }
              if (method.getName().equals(tooLarge)) {
                throw new OutOfMemoryError("thrown by a test");
              }
              throw new StoreUnavailableException("away", null);
            });
  }

  private int status(String method, String path) {
    try (RawClient client = RawClient.connect(application.url()).deadline(SOON)) {
      byte[] body =
          method.equals("POST")
              ? "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
                  .getBytes(StandardCharsets.UTF_8)
              : new byte[0];
      client.request(
          method,
          path,
          body,
          "X-Conversation-ID",
          "trip",
          "Content-Type",
          "application/json",
          "X-OpenWebUI-Task",
          "");
      return client.response().status();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,     /v1/unknown,          404",
    "GET,     /v1/,                 404",
    "POST,    /v1/unknown,          404",
    "GET,     /,                    404",
    "OPTIONS, /,                    404",
    "GET,     /health/live,         200",
    "HEAD,    /health/live,         200",
    "OPTIONS, /health/live,         200",
    "OPTIONS, /health/ready,        200",
    "POST,    /health/ready,        405",
    "POST,    /v1/models,           405",
    "DELETE,  /v1/models/m,         405",
    "OPTIONS, /v1/models,           405",
    "GET,     /v1/chat/completions, 405",
    "HEAD,    /v1/chat/completions, 405",
    "PUT,     /v1/chat/completions, 405",
    "DELETE,  /v1/chat/completions, 405",
    "OPTIONS, /v1/chat/completions, 405",
    "GET,     /chat/completions,    405",
    "GET,     /c/trip/v1/chat/completions, 405",
    "GET,     /error,               404"
  })
  void neitherStoreNorUpstream(String method, String path, int status) {
    hangs = true;
    assertEquals(status, status(method, path));
    assertEquals(Set.of(), asked);
    assertNull(application.upstream().poll(Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource({
    "GET,     /v1/models,           200",
    "HEAD,    /v1/models,           200",
    "GET,     /v1/models/,          200",
    "GET,     /v1/models/m,         200",
    "HEAD,    /v1/models/m,         200",
    "GET,     /v1/models/unknown,   404"
  })
  void theUpstreamOnly(String method, String path, int status) {
    hangs = true;
    application.upstream().answerAlways(request -> Reply.json(200, Completions.models("m")));
    assertEquals(status, status(method, path));
    assertEquals(Set.of(), asked);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,     /health/ready,        check",
    "HEAD,    /health/ready,        check",
    "POST,    /v1/chat/completions, find"
  })
  void theStore_andSaySo(String method, String path, String what) {
    assertEquals(503, status(method, path));
    assertEquals(Set.of(what), asked);
    assertNull(application.upstream().poll(Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource({"POST, /v1/chat/completions, find", "GET, /health/ready, check"})
  void heapThatIsTooSmall_is503_forOneRequest(String method, String path, String what) {
    tooLarge = what;
    try (RawClient client = RawClient.connect(application.url()).deadline(SOON)) {
      client.request(
          method,
          path,
          method.equals("POST") ? "{}".getBytes(StandardCharsets.UTF_8) : new byte[0],
          "X-Conversation-ID",
          "trip",
          "Content-Type",
          "application/json");
      RawResponse response = client.response();
      assertEquals(503, response.status());
      assertEquals("1", response.header("Retry-After"));
      assertTrue(response.restText().contains("\"request_memory_exhausted\""));
    }
    assertEquals(200, status("GET", "/health/live"));
  }

  @Test
  void storeThatHangs_isAskedByOneProbe_othersHearThatTheServerIsNotReady() throws Exception {
    hangs = true;
    try (RawClient first = RawClient.connect(application.url())) {
      first.request("GET", "/health/ready", new byte[0]);
      reached.await();
      assertEquals(503, status("GET", "/health/ready"));
      over.countDown();
      assertEquals(503, first.response().status());
    }
  }
}
