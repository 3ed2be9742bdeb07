package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Requests that are wrong: a 4xx that says so, nothing stored, nothing sent on, no error logged.
 */
@Check("errors as JSON: 400, 404, 405, 413, 415")
interface BadInputCases extends Fixture {
  /** A request body that is right. */
  String GOOD = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

  @TestFactory
  default Stream<DynamicTest> bodyThatIsWrong_400() {
    Map<String, String> bodies = new LinkedHashMap<>();
    bodies.put("empty", "");
    bodies.put("not JSON", "hello");
    bodies.put("cut short", GOOD.substring(0, 40));
    bodies.put("more behind it", GOOD + GOOD);
    bodies.put("an array", "[" + GOOD + "]");
    bodies.put("a string", "\"hello\"");
    bodies.put("a number", "17");
    bodies.put("null", "null");
    bodies.put("no messages", "{\"model\":\"m\"}");
    bodies.put("null messages", withMessages("null"));
    bodies.put("empty messages", withMessages("[]"));
    bodies.put("messages an object", withMessages("{\"role\":\"user\",\"content\":\"Hi\"}"));
    bodies.put("messages a string", withMessages("\"Hi\""));
    bodies.put("a message that is a string", withMessages("[\"Hi\"]"));
    bodies.put("a message that is null", withMessages("[null]"));
    bodies.put("no role", withMessages("[{\"content\":\"Hi\"}]"));
    bodies.put("no name of a role", withMessages("[{\"role\":\"\",\"content\":\"Hi\"}]"));
    bodies.put("role a number", withMessages("[{\"role\":1,\"content\":\"Hi\"}]"));
    bodies.put("content a number", withMessages("[{\"role\":\"user\",\"content\":7}]"));
    bodies.put("content a flag", withMessages("[{\"role\":\"user\",\"content\":true}]"));
    bodies.put("stream a string", GOOD.replace("{\"model\"", "{\"stream\":\"yes\",\"model\""));
    bodies.put("model a number", GOOD.replace("\"m\"", "5"));
    bodies.put("a nesting bomb in content", withMessages(bomb()));
    bodies.put("a nesting bomb beside", GOOD.replace("\"m\"", "\"m\",\"x\":" + bomb()));
    List<DynamicTest> tests = new ArrayList<>();
    bodies.forEach(
        (name, body) ->
            tests.add(
                DynamicTest.dynamicTest(
                    name, () -> refused(400, body.getBytes(StandardCharsets.UTF_8)))));
    tests.add(DynamicTest.dynamicTest("bad UTF-8", () -> refused(400, badUtf8())));
    return tests.stream();
  }

  private static String withMessages(String messages) {
    return "{\"model\":\"m\",\"messages\":" + messages + "}";
  }

  private static String bomb() {
    return "[".repeat(100_000) + "]".repeat(100_000);
  }

  private static byte[] badUtf8() {
    byte[] body = GOOD.replace("Hi", "H?").getBytes(StandardCharsets.UTF_8);
    body[GOOD.indexOf("Hi") + 1] = (byte) 0xC3;
    return body;
  }

  private JsonNode refused(int status, byte[] body, String... headers) {
    Endpoint endpoint = usual();
    Set<String> before = endpoint.sessionFolders();
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 2, headers.length);
    all[0] = "X-Conversation-ID";
    all[1] = Endpoint.freshId();
    JsonNode error = Errors.check(status, endpoint.post(body, "application/json", all));
    assertEquals(before, endpoint.sessionFolders());
    assertNull(endpoint.upstream().poll(Duration.ofMillis(10)));
    return error;
  }

  @Test
  default void bodyOverTheLimit_413_declaredOrNot() {
    Endpoint endpoint = usual();
    Set<String> before = endpoint.sessionFolders();
    byte[] large = GOOD.replace("Hi", "x".repeat(1100 * 1024)).getBytes(StandardCharsets.UTF_8);
    refused(413, large);
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.send(head(endpoint, "Transfer-Encoding: chunked"));
      client.send((Integer.toHexString(large.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      client.send(large);
      client.send("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      Errors.check(413, client.response());
    }
    assertEquals(before, endpoint.sessionFolders());
  }

  @Test
  default void bodyOverTheLimit_isTakenToItsEnd_soThatTheCallerSeesThe413() {
    Endpoint endpoint = usual();
    byte[] piece = new byte[64 * 1024];
    int pieces = 20;
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.send(head(endpoint, "Content-Length: " + pieces * piece.length));
      client.send(piece);
      RawResponse refused = client.response();
      Errors.check(413, refused);
      for (int i = 1; i < pieces; i++) {
        client.send(piece);
      }
    }
  }

  @Test
  default void requestBodiesBeyondTheBudget_503WithRetryAfter_untilTheyAreGone() {
    Endpoint endpoint = usual();
    byte[] half = new byte[700 * 1024];
    List<RawClient> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) { // 8 x 1 MiB announced, 4 MiB allowed
        RawClient client = RawClient.connect(endpoint.url());
        slow.add(client);
        client.send(head(endpoint, "Content-Length: " + 1024 * 1024));
        client.send(half);
      }
      RawResponse refused = waitFor(503, endpoint);
      Errors.check(503, refused);
      assertNotNull(refused.header("Retry-After"));
      for (RawClient client : slow) { // who was refused is told, also when it sends all to the end
        client.send(new byte[1024 * 1024 - half.length]);
        RawResponse answer = client.response();
        Errors.check(answer.status() == 503 ? 503 : 400, answer);
      }
    } finally {
      slow.forEach(RawClient::close);
    }
    // A wrong body passes the budget again and is refused for what it is.
    assertEquals(400, waitFor(400, endpoint).status());
  }

  private static RawResponse waitFor(int status, Endpoint endpoint) {
    // As long as it may be: who is refused last has given back what it had, up to half of that.
    String begun = "{\"x\":\"";
    byte[] wrong =
        (begun + "y".repeat(1024 * 1024 - begun.length())).getBytes(StandardCharsets.UTF_8);
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    RawResponse response = endpoint.post(wrong, "application/json");
    while (response.status() != status && System.nanoTime() < end) {
      response = endpoint.post(wrong, "application/json");
    }
    return response;
  }

  private static byte[] head(Endpoint endpoint, String length) {
    String path = endpoint.url().getPath().replaceFirst("/$", "") + Endpoint.CHAT;
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + length
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  @TestFactory
  default Stream<DynamicTest> conversationIdThatIsWrong_400() {
    return Stream.of(
        badId("over 512 characters", "X-Conversation-ID", "a".repeat(513)),
        badId("a control character", "X-Conversation-ID", "a\u00c2\u0085b"), // U+0085 in UTF-8
        badId("repeated", "X-Conversation-ID", "a", "X-Conversation-ID", "b"),
        badId("over-long chat id", "X-OpenWebUI-Chat-Id", "a".repeat(513)),
        badId("a template", "X-Conversation-ID", "{{CHAT_ID}}", "X-OpenWebUI-Chat-Id", "a"),
        badId("another template", "X-Conversation-ID", "${CHAT_ID}"),
        badId("a word for nothing", "X-OpenWebUI-Chat-Id", "undefined"));
  }

  private DynamicTest badId(String name, String... headers) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          Endpoint endpoint = usual();
          Set<String> before = endpoint.sessionFolders();
          RawResponse response = endpoint.post(GOOD, headers);
          boolean ascii = headers[1].chars().allMatch(c -> c < 0x80);
          if (ascii || passesHeaderBytes()) {
            Errors.check(400, "invalid_conversation_id", response);
          } else {
            assertEquals(400, response.status(), response::text);
          }
          assertEquals(before, endpoint.sessionFolders());
          assertNull(endpoint.upstream().poll(Duration.ofMillis(10)));
        });
  }

  @Test
  default void idOf512Characters_isFine_andABadOneOfLowerRankIsIgnored() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId() + "a".repeat(512 - 36);
    endpoint
        .talkWith("X-Conversation-ID", id, "X-OpenWebUI-Chat-Id", "b".repeat(600))
        .whole("Hi", "ok");
  }

  @Test
  default void rawControlCharacterInAnId_isRefused() {
    Endpoint endpoint = usual();
    Set<String> before = endpoint.sessionFolders();
    RawResponse response = endpoint.post(GOOD, "X-Conversation-ID", "a\u0001b");
    assertEquals(400, response.status()); // by the container or by us
    assertEquals(before, endpoint.sessionFolders());
  }

  @Test
  default void wrongContentType_415() {
    Endpoint endpoint = usual();
    byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
    for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "text/html")) {
      Errors.check(415, endpoint.post(good, type));
    }
  }

  @Test
  default void wrongMethod_405_namesThoseAllowed() {
    Endpoint endpoint = usual();
    for (String method : List.of("GET", "PUT", "DELETE")) {
      RawResponse response = RawClient.exchange(endpoint.url(), method, Endpoint.CHAT, new byte[0]);
      Errors.check(405, response);
      String allow = response.header("Allow");
      assertTrue(allow != null && allow.contains("POST"), () -> "Allow is " + allow);
    }
    RawResponse models =
        RawClient.exchange(
            endpoint.url(), "POST", "/v1/models", "{}".getBytes(StandardCharsets.UTF_8));
    Errors.check(405, models);
  }

  @Test
  default void wrongPath_404() {
    Endpoint endpoint = usual();
    for (String path :
        List.of(
            "/",
            "/v1",
            "/v1/nothing",
            "/v1/chat/completions/more",
            "/index.html",
            "/dev/helix/launch/Launcher.class",
            "/META-INF/LICENSE",
            "/WEB-INF/web.xml")) {
      RawResponse response = RawClient.get(endpoint.url(), path);
      if (hasErrorPage(path)) {
        Errors.check(404, response);
      } else {
        assertEquals(404, response.status(), path);
      }
    }
  }

  @Test
  default void badInput_isNotLoggedAsAnError() {
    Endpoint endpoint = usual();
    Errors.check(400, endpoint.post("{\"messages\":17}"));
    Errors.check(404, RawClient.get(endpoint.url(), "/v1/nothing"));
    List<String> errors = endpoint.log().lines().filter(this::isError).toList();
    assertEquals(List.of(), errors, endpoint::log);
  }
}
