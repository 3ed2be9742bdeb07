package dev.helix.openai.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.blackbox.WholeApplication;
import dev.helix.filter.MovedClock;
import dev.helix.http.BodyBudget;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.SocketClient;
import dev.helix.text.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets of the whole application, on a real server. */
class SocketsTest {
  @TempDir Path folder;
  private WholeApplication application;
  private final MovedClock clock = new MovedClock();

  private SocketClient connect(String... settings) throws Exception {
    start(settings);
    return SocketClient.connect(application.url());
  }

  private void start(String... settings) throws Exception {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    application =
        new WholeApplication(
            folder.resolve("sessions"), all, Sockets.class, sockets -> sockets.by(clock));
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  private Call call() {
    return application.upstream().next();
  }

  private void answered(String... words) {
    Call call = call();
    call.beginSse();
    Completions.chunks(words).forEach(call::sse);
    call.end();
  }

  private static List<String> sent(Call call) {
    List<String> sent = new ArrayList<>();
    call.request()
        .json()
        .path("messages")
        .forEach(m -> sent.add(m.path("role").asText() + ":" + m.path("content").asText()));
    return sent;
  }

  private static String follows(JsonNode last) {
    return "'previous_response_id':'" + last.at("/response/id").asText() + "'";
  }

  private static void check(int status, String code, JsonNode error) {
    assertEquals("error", error.path("type").asText(), error::toString);
    assertEquals(status, error.path("status").asInt(), error::toString);
    assertEquals(code, error.at("/error/code").asText(), error::toString);
  }

  @Test
  void chainOfUnstoredResponses_isSentWhole_withItsInstructionsLeftOut() throws Exception {
    try (SocketClient client = connect()) {
      client.ask("One", "'store':false", "'instructions':'Be first'");
      answered("First");
      JsonNode first = client.last();
      client.ask("Two", "'store':false", "'instructions':'Be second'", follows(first));
      Call call = call();
      assertEquals(
          List.of("system:Be second", "user:One", "assistant:First", "user:Two"), sent(call));
      assertTrue(call.request().json().path("type").isMissingNode());
      assertTrue(call.request().json().path("stream").asBoolean());
      call.respondJson(200, Completions.completion("Second"));
      JsonNode second = client.last();
      assertEquals(
          first.at("/response/id"), second.at("/response/previous_response_id"), second::toString);
      client.ask("Three", follows(second)); // Which is stored, with all that it follows.
      Call third = call();
      assertEquals(
          List.of("user:One", "assistant:First", "user:Two", "assistant:Second", "user:Three"),
          sent(third));
      third.respondJson(200, Completions.completion("Third"));
      JsonNode stored = client.last();
      client.ask("Four", "'store':false", follows(second)); // Of which nothing is kept any more.
      check(400, "previous_response_not_found", client.next());
      client.ask("Five", "'store':false", follows(stored));
      Call fifth = call();
      assertEquals(7, sent(fifth).size(), () -> sent(fifth).toString());
      fifth.respondJson(200, Completions.completion("Fifth"));
      client.ask("Six", follows(client.last()), "'conversation':'c'");
      check(400, "mutually_exclusive_parameters", client.next());
    }
  }

  /** What is followed has the stored history in it already. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void unstoredResponseBehindAStoredHistory_isFollowed_withNothingSaidTwice(boolean store)
      throws Exception {
    start();
    String[] headers = {"X-Conversation-ID", "c", "X-Conversation-History", "stored"};
    try (SocketClient client = SocketClient.connect(application.url(), headers)) {
      client.ask("One");
      answered("First");
      assertEquals("response.completed", client.last().path("type").asText());
      client.ask("Two", "'store':false");
      answered("Second");
      client.ask("Three", "'store':" + store, follows(client.last()));
      Call call = call();
      assertEquals(
          List.of("user:One", "assistant:First", "user:Two", "assistant:Second", "user:Three"),
          sent(call));
      call.respondJson(200, Completions.completion("Third"));
      assertEquals("response.completed", client.last().path("type").asText());
      client.ask("Four");
      Call fourth = call();
      int stored = store ? 7 : 3;
      assertEquals(stored, sent(fourth).size(), () -> sent(fourth).toString());
      fourth.respondJson(200, Completions.completion("Fourth"));
      assertEquals("response.completed", client.last().path("type").asText());
    }
  }

  @Test
  void whatWasSaid_countsAsABodyDoes_untilTheSocketIsClosed() throws Exception {
    BodyBudget budget;
    try (SocketClient client = connect()) {
      budget = application.part(BodyBudget.class);
      client.ask("x".repeat(100_000), "'store':false");
      answered("First");
      JsonNode first = client.last();
      assertEquals("completed", first.at("/response/status").asText());
      assertTrue(budget.usedBytes() > 100_000 && budget.usedBytes() < 150_000);
      client.ask("Two", "'background':true", follows(first));
      check(400, "unsupported_parameter", client.next());
      assertEquals(0, budget.usedBytes());
    }
  }

  @Test
  void responseThatIsNotGenerated_asksNobody_andIsFollowed() throws Exception {
    try (SocketClient client = connect()) {
      client.ask("One", "'store':false", "'generate':false");
      JsonNode warm = client.last();
      assertEquals("response.completed", warm.path("type").asText());
      assertTrue(warm.at("/response/output").isEmpty() && warm.at("/response/usage").isObject());
      client.ask("Two", "'store':false", follows(warm));
      Call call = call();
      assertEquals(List.of("user:One", "user:Two"), sent(call));
      assertTrue(call.request().json().path("generate").isMissingNode());
      call.respondJson(200, Completions.completion("Fine"));
      assertEquals("response.completed", client.last().path("type").asText());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"refused", "no answer", "in its head", "in its stream", "error event"})
  void upstreamThatFails_isOneLastMessage_andTheNextTurnWorks(String phase) throws Exception {
    try (SocketClient client = connect()) {
      client.ask("One");
      Call call = call();
      switch (phase) {
        case "refused" -> call.respondJson(429, "{\"error\":{\"message\":\"Slow\"}}");
        case "no answer" -> call.respondJson(200, "{}");
        case "in its head" -> call.cut();
        default -> {
          call.beginSse();
          call.sse(Completions.role());
          call.sse(Completions.delta("Fi"));
          if (phase.equals("error event")) {
            call.sse("{\"error\":{\"message\":\"Broken\"}}");
            call.end();
          } else {
            call.cut();
          }
        }
      }
      JsonNode last = client.last();
      boolean begun = phase.equals("in its stream") || phase.equals("error event");
      assertEquals(begun ? "response.failed" : "error", last.path("type").asText());
      client.ask("Two");
      answered("Second");
      List<JsonNode> next = client.answer();
      assertEquals("response.created", next.get(0).path("type").asText());
      assertEquals(
          "response.completed", next.get(next.size() - 1).path("type").asText(), next::toString);
    }
  }

  @Test
  void tooManyFramesThatWait_closeTheSocket_andCancelTheTurn() throws Exception {
    try (SocketClient client = connect("helix.sockets.max.waiting", "2")) {
      client.ask("One");
      Call call = call();
      call.beginSse();
      client.ask("Two").ask("Three").ask("Four");
      assertEquals("1008 too many frames wait", client.awaitClosed());
      call.awaitClosedByPeer(Duration.ofSeconds(20));
    }
  }

  @Test
  void textThatIsNoUtf8_closesTheSocket() throws Exception {
    start();
    try (RawClient raw = RawClient.connect(application.url())) {
      raw.request(
          "GET",
          "/v1/responses",
          new byte[0],
          "Connection",
          "Upgrade",
          "Upgrade",
          "websocket",
          "Sec-WebSocket-Version",
          "13",
          "Sec-WebSocket-Key",
          "AAAAAAAAAAAAAAAAAAAAAA==");
      RawResponse response = raw.response();
      assertEquals(101, response.status());
      raw.send(HexFormat.of().parseHex("818200000000c328"));
      raw.awaitClosed();
    }
    try (RawClient raw = RawClient.connect(application.url())) {
      raw.request("GET", "/v1/responses", new byte[0], "Upgrade", "websocket");
      assertEquals(400, raw.response().status());
    }
  }

  @Test
  void readerWhoTakesNothing_isGivenUp_andTheUpstreamIsClosed() throws Exception {
    start("helix.timeout.stalled-reader", "1s", "helix.sse.comment-interval", "300ms");
    try (SocketClient client = SocketClient.connectDeaf(application.url())) {
      client.ask("One", "'store':false");
      Call call = call();
      call.beginSse();
      call.sse(Completions.role());
      CompletableFuture<Void> flood =
          CompletableFuture.runAsync(
              () -> {
                String piece = Completions.delta("x".repeat(10_000));
                for (int i = 0; i < 3_000; i++) {
                  call.sse(piece);
                }
              });
      call.awaitClosedByPeer(Duration.ofSeconds(20));
      assertTrue(flood.handle((done, broken) -> broken != null).get(20, TimeUnit.SECONDS));
    }
    assertEquals(0, application.part(BodyBudget.class).usedBytes());
  }

  @Test
  void stop_waitsForTheTurn_andClosesWithGoingAway() throws Exception {
    try (SocketClient client = connect();
        SocketClient idle = SocketClient.connect(application.url())) {
      client.ask("One").ask("Two");
      Call call = call();
      call.beginSse();
      call.sse(Completions.role());
      CompletableFuture<Void> drained =
          // A thread of its own: what the client does next may need the common pool's only one.
          CompletableFuture.runAsync(
              application.part(Sockets.class)::drain, task -> new Thread(task).start());
      assertEquals("1001 the server stops", idle.awaitClosed());
      assertEquals(503, SocketClient.refused(application.url()));
      call.sse(Completions.delta("First"));
      call.sse(Completions.finish("stop"));
      call.sse(Completions.DONE);
      call.end();
      assertEquals("response.completed", client.last().path("type").asText());
      assertEquals("1001 the server stops", client.awaitClosed());
      drained.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void socketThatIsTooOld_isClosedBehindItsTurn() throws Exception {
    try (SocketClient client = connect();
        SocketClient idle = SocketClient.connect(application.url())) {
      client.ask("One");
      Call call = call();
      clock.move(Duration.ofMinutes(59));
      Sockets sockets = application.part(Sockets.class);
      sockets.look();
      idle.awaitPing();
      clock.move(Duration.ofMinutes(2));
      sockets.look();
      check(400, "websocket_connection_limit_reached", idle.next());
      assertTrue(idle.awaitClosed().startsWith("1000"), idle::awaitClosed);
      call.respondJson(200, Completions.completion("First"));
      assertEquals("response.completed", client.last().path("type").asText());
      client.ask("Two");
      check(400, "websocket_connection_limit_reached", client.next());
      assertTrue(client.awaitClosed().startsWith("1000"), client::awaitClosed);
    }
  }

  @Test
  void halfAFrame_isWaitedForAsABodyIs() throws Exception {
    try (SocketClient client = connect()) {
      BodyBudget budget = application.part(BodyBudget.class);
      client.sendPart("{", false);
      while (budget.usedBytes() == 0) {
        Thread.onSpinWait();
      }
      clock.move(Duration.ofMinutes(6));
      application.part(Sockets.class).look();
      assertEquals("1008 it takes too long", client.awaitClosed());
    }
  }

  @Test
  void keyThatIsTakenBack_isNoneForTheNextFrame() throws Exception {
    Path keys = folder.resolve("keys");
    String lines =
        "one:"
            + HexFormat.of().formatHex(Sha256.of("key-of-one".getBytes(UTF_8)))
            + "\ntwo:"
            + HexFormat.of().formatHex(Sha256.of("key-of-two".getBytes(UTF_8)))
            + "\n";
    Files.writeString(keys, lines);
    start("helix.api.keys.file", keys.toString());
    assertEquals(401, SocketClient.refused(application.url()));
    String[] key = {"Authorization", "Bearer key-of-one"};
    String[] other = {"Authorization", "Bearer key-of-two", "Origin", "https://x.example"};
    try (SocketClient client = SocketClient.connect(application.url(), key);
        SocketClient foreign = SocketClient.connect(application.url(), other)) {
      client.ask("One");
      answered("First");
      JsonNode first = client.last();
      foreign.ask("Two", follows(first));
      check(400, "previous_response_not_found", foreign.next());
      Files.writeString(keys, lines.substring(lines.indexOf("two:")));
      JsonNode refused = first;
      while (!refused.at("/error/code").asText().equals("invalid_api_key")) {
        client.ask("Three", "'background':true"); // The file is looked at once a second.
        refused = client.next();
      }
      check(401, "invalid_api_key", refused);
    }
  }

  /** What says who is an operator may ask a server, which no frame has any more. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "helix.operator.role=admins",
        "helix.operator.reads-texts=false",
        "helix.trust.user.headers=true",
        "helix.allow.remote=true",
      })
  void framesAreAnswered_whereverOperatorsAreKnownBy(String setting) throws Exception {
    String[] named = setting.split("=");
    try (SocketClient client = connect(named)) {
      client.ask("One");
      answered("First");
      assertEquals("response.completed", client.last().path("type").asText());
    }
  }

  @Test
  void socketsAreBounded() throws Exception {
    try (SocketClient client = connect("helix.sockets.max.connections", "1")) {
      assertEquals(429, SocketClient.refused(application.url()));
      client.ask("One");
      answered("First");
      assertEquals("response.completed", client.last().path("type").asText());
    }
  }
}
