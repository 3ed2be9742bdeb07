package dev.helix.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.blackbox.WholeApplication;
import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.session.SessionException;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.MemorySessionStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Readiness follows the store, liveness does not. */
class HealthTest {
  private ChatServer server;

  @BeforeEach
  void start() throws Exception {
    Duration late = Duration.ofSeconds(30);
    server = new ChatServer(new MemorySessionStore(), late, late);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private RawResponse ready() {
    return RawClient.get(server.url(), "/health/ready");
  }

  /** What it says by and by: an answer is good for a second. */
  private RawResponse readyWithin10s(int status) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    RawResponse response = ready();
    while (response.status() != status && System.nanoTime() < end) {
      response = ready();
    }
    assertEquals(status, response.status(), response::text);
    return response;
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new StoreUnavailableException("db:secret@host", null), "storage_unavailable"),
        Arguments.of(new SessionException("/secret/place"), "storage_error"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void storeThatDoesNotWork_isNotReady_butLive_andReadyAgainWhenItWorks(
      SessionException failure, String code) {
    assertEquals(200, ready().status());
    server.breakStore(failure, "check");
    RawResponse refused = readyWithin10s(503);
    assertEquals(code, refused.json().path("error").path("code").asText());
    assertEquals("5", refused.header("Retry-After"));
    assertEquals(-1, refused.text().indexOf("secret"), refused::text);
    assertEquals(200, RawClient.get(server.url(), "/health/live").status());
    server.breakStore();
    assertEquals("ready", readyWithin10s(200).json().path("status").asText());
  }

  @Test
  void serverThatStops_isNotReady() {
    server.turns.drain();
    RawResponse refused = ready();
    assertEquals(503, refused.status());
    assertEquals("server_stopping", refused.json().path("error").path("code").asText());
    assertEquals(200, RawClient.get(server.url(), "/health/live").status());
  }

  private static RawResponse turn(WholeApplication application) {
    String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"And then?\"}]}";
    return RawClient.exchange(
        application.url(),
        "POST",
        "/v1/chat/completions",
        body.getBytes(UTF_8),
        "Content-Type",
        "application/json",
        "X-Conversation-ID",
        "a",
        "X-Conversation-History",
        "stored");
  }

  @Test
  void damageThatWasFound_isCounted_andTheServerIsReady(@TempDir Path sessions) throws Exception {
    Path messages = sessions.resolve("conv-a/context/messages.json");
    for (boolean damaged : new boolean[] {false, true}) {
      if (damaged) {
        byte[] bytes = Files.readAllBytes(messages);
        bytes[20] = (byte) 0xFF;
        Files.write(messages, bytes);
      }
      try (WholeApplication application = new WholeApplication(sessions, Map.of())) {
        application
            .upstream()
            .answerAlways(request -> Reply.json(200, Completions.completion("Then it rained.")));
        assertEquals(200, turn(application).status());
        assertEquals(200, turn(application).status());
        assertEquals(
            damaged ? "{\"status\":\"ready\",\"damaged\":1}" : "{\"status\":\"ready\"}",
            RawClient.get(application.url(), "/health/ready").text());
      }
    }
  }
}
