package dev.helix.openai.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Table;
import dev.helix.turn.SignOfLife;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes into a stream that is silent. */
class SignsOfLifeTest {
  private static final String COMMENT = ": waiting\n";
  private static final String EMPTY =
      "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":null}]}";

  @TempDir Path folder;

  private static String chunk(String more) {
    return "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":17,\"model\":\"m\","
        + more;
  }

  static Stream<Arguments> chunkThatSaysNothing_hasWhatTheOneBeforeSaysOfItself() {
    String delta = "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}";
    return Table.of(
        chunk(delta) + " → " + chunk(EMPTY),
        chunk("\"system_fingerprint\":\"fp\"," + delta)
            + " → "
            + chunk("\"system_fingerprint\":\"fp\"," + EMPTY),
        chunk("\"system_fingerprint\":null," + delta)
            + " → "
            + chunk("\"system_fingerprint\":null," + EMPTY),
        chunk("\"usage\":{\"total_tokens\":1},\"x\":[1],\"provider\":\"p\"," + delta)
            + " → "
            + chunk(EMPTY),
        "{" + delta + " → {" + EMPTY,
        "{\"created\":1.70e9,\"id\":7," + delta + " → {\"created\":1.70e9,\"id\":7," + EMPTY,
        "{\"id\":{\"a\":1},\"model\":\"ä\\\"€\"," + delta + " → {\"model\":\"ä\\\"€\"," + EMPTY,
        // An upstream's own sign of life.
        chunk("\"choices\":[]}") + " → " + chunk(EMPTY),
        chunk("\"choices\":[],\"usage\":null}") + " → " + chunk(EMPTY),
        // The usage, behind which nothing goes on.
        chunk("\"choices\":[],\"usage\":{\"total_tokens\":1}}") + " → null",
        chunk("\"usage\":{},\"choices\":[]}") + " → null",
        "{\"choices\":[{\"index\":0,\"text\":\"a\"}]} → null",
        "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"}}]} → null",
        "{\"choices\":[{\"delta\":\"a\"}]} → null",
        "{\"choices\":[1]} → null",
        "{\"choices\":null} → null",
        "{\"type\":\"ping\"} → null",
        "[" + chunk(delta) + "] → null",
        "{\"id\":\"c1\",\"choices\":[{\"delta\":{} → null",
        "nonsense → null",
        " → null");
  }

  @ParameterizedTest
  @MethodSource
  void chunkThatSaysNothing_hasWhatTheOneBeforeSaysOfItself(String passed, String expected) {
    LastChunk last = new LastChunk();
    byte[] bytes = ("xx" + passed + "x").getBytes(UTF_8);
    last.is(bytes, 2, bytes.length - 3);
    byte[] empty = last.empty(0);
    assertEquals(expected, empty == null ? "null" : new String(empty, UTF_8));
  }

  @Test
  void longChunk_isPassedOver_andAShortOneReplacesALongerOne() {
    LastChunk last = new LastChunk();
    byte[] first = chunk("\"choices\":[{\"delta\":{}}]}").getBytes(UTF_8);
    last.is(first, 0, first.length);
    byte[] longer = "{\"id\":\"%s\",\"choices\":[]}".formatted("x".repeat(70_000)).getBytes(UTF_8);
    last.is(longer, 0, longer.length);
    assertTrue(new String(last.empty(3), UTF_8).contains("\"id\":\"c1\""));
    assertTrue(new String(last.empty(3), UTF_8).contains("\"index\":3"));
    byte[] shorter = "{\"choices\":[]}".getBytes(UTF_8);
    last.is(shorter, 0, shorter.length);
    assertEquals("{" + EMPTY, new String(last.empty(0), UTF_8));
  }

  private ChatServer server(SignOfLife sign) throws Exception {
    return new ChatServer(folder, Duration.ZERO, sign);
  }

  /** The next event with its blank line, behind comments if there are any. */
  private static String event(RawResponse response) {
    String event = response.event();
    while (event.startsWith(COMMENT)) {
      event = event.substring(COMMENT.length());
    }
    return event;
  }

  /** The next event that is no such sign of life. */
  private static String behind(RawResponse response, String sign) {
    String event = response.event();
    while (event.equals(sign)) {
      event = response.event();
    }
    return event;
  }

  private static String empty(int index) {
    String end = "\"choices\":[{\"index\":" + index + ",\"delta\":{},\"finish_reason\":null}]}";
    String chunk = Completions.delta("");
    return "data: " + chunk.substring(0, chunk.indexOf("\"choices\"")) + end + "\n\n";
  }

  @Test
  void silenceBehindAChunk_isFilledWithEmptyOnes_whichAreNotRecorded() throws Exception {
    try (ChatServer server = server(SignOfLife.CHUNK);
        RawClient client = server.post("c", "Well?", true)) {
      Call call = server.upstream.next();
      call.beginSse();
      call.sse(Completions.role());
      RawResponse response = client.response();
      assertEquals("data: " + Completions.role() + "\n\n", event(response));
      assertEquals(empty(0), response.event());
      assertEquals(empty(0), response.event());
      call.sse(Completions.delta(1, "other"));
      call.sse(Completions.finish(0, "stop"));
      assertEquals("data: " + Completions.delta(1, "other") + "\n\n", behind(response, empty(0)));
      assertEquals("data: " + Completions.finish(0, "stop") + "\n\n", behind(response, empty(0)));
      // The first choice has its end: the second is the one that goes on.
      assertEquals(empty(1), response.event());
      call.sse(Completions.finish(1, "tool_calls"));
      String end = "data: " + Completions.finish(1, "tool_calls") + "\n\n";
      assertEquals(end, behind(response, empty(1)));
      // Nothing goes on, though something may come: a chunk would stand behind the end.
      assertEquals(COMMENT, response.line());
      call.sse(Completions.DONE);
      call.end();
      assertEquals("data: [DONE]\n\n", event(response));
      assertEquals(
          List.of("user:Well?", "assistant: (completed)", "assistant:other (completed)"),
          server.stored("c"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void silenceBeforeTheFirstChunk_isFilledWithCommentsAlone(SignOfLife sign) throws Exception {
    try (ChatServer server = server(sign);
        RawClient client = server.post("c", "Well?", true)) {
      Call call = server.upstream.next();
      RawResponse response = client.response();
      for (int i = 0; i < 3; i++) {
        assertEquals(COMMENT, response.line());
      }
      call.beginSse();
      call.sse(Completions.delta("a"));
      assertEquals("data: " + Completions.delta("a") + "\n\n", event(response));
      assertEquals(
          sign == SignOfLife.CHUNK ? empty(0) : COMMENT,
          sign == SignOfLife.CHUNK ? response.event() : response.line());
      call.sse(Completions.finish(0, "stop"));
      call.sse(Completions.DONE);
      call.end();
      assertTrue(response.restText().endsWith("data: [DONE]\n\n"));
      assertEquals(List.of("user:Well?", "assistant:a (completed)"), server.stored("c"));
    }
  }

  @Test
  void streamThatIsNoChats_isFilledWithComments() throws Exception {
    try (ChatServer server = server(SignOfLife.CHUNK);
        RawClient client = server.post("c", "Well?", true)) {
      Call call = server.upstream.next();
      call.beginSse();
      String text = "{\"choices\":[{\"index\":0,\"text\":\"a\"}]}";
      call.sse(text);
      RawResponse response = client.response();
      assertEquals("data: " + text + "\n\n", event(response));
      assertEquals(COMMENT, response.line());
      call.sse(Completions.DONE);
      call.end();
      assertEquals("data: [DONE]\n\n", event(response));
    }
  }

  @Test
  void choiceThatWasAskedForAndHasNotBegun_isWaitedForPastTheGrace() throws Exception {
    try (ChatServer server = server(SignOfLife.CHUNK);
        RawClient client = RawClient.connect(server.url())) {
      ObjectNode body =
          Json.object().put("model", Completions.MODEL).put("stream", true).put("n", 2);
      body.putArray("messages").add(Json.message("user", "Well?"));
      client.post("/v1/chat/completions", body.toString(), "X-Conversation-ID", "c");
      Call call = server.upstream.next();
      call.beginSse();
      call.sse(Completions.delta("a"));
      call.sse(Completions.finish("stop"));
      RawResponse response = client.response();
      assertEquals("data: " + Completions.delta("a") + "\n\n", event(response));
      assertEquals("data: " + Completions.finish("stop") + "\n\n", behind(response, empty(0)));
      // The grace is as long as the time between two of these.
      for (int i = 0; i < 4; i++) {
        assertEquals(COMMENT, response.line());
      }
      call.sse(Completions.delta(1, "b"));
      call.sse(Completions.finish(1, "stop"));
      String rest = response.restText();
      assertTrue(rest.contains(Completions.delta(1, "b")), rest);
      assertTrue(rest.endsWith("data: [DONE]\n\n"), rest);
    }
  }
}
