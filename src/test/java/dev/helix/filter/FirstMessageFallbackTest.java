package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirstMessageFallbackTest {
  private static final String JSON = "application/json";

  /** "Hallo" as first message, as the specification gives it. */
  private static final String HALLO = "hallo-eaaa37b72e11";

  @TempDir Path sessions;
  private final BlockingQueue<byte[]> bodies = new LinkedBlockingQueue<>();
  private SessionManager manager;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    server =
        new TestServer()
            .filter(new ConversationFilter(manager, FilterSettings.defaults()), "/*")
            .endpoint("/stream", (in, out) -> bodies.add(in.getInputStream().readAllBytes()))
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'messages':[{'role':'user','content':'Hallo'}]} | Hallo",
        "{'model':'m','x':[{'role':'user','content':'no'}],'messages':[{'content':'Hallo','role':'user'}]} | Hallo",
        "{'messages':[{'role':'system','content':'S'},{'role':'user','content':'A'},{'role':'user','content':'B'}]} | A",
        "{'messages':[{'role':'user','content':[{'type':'text','text':'one'},{'type':'text','text':'two'}]}]} | one\\ntwo",
        "{'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'x'}},{'type':'text','text':'see'}]}]} | see",
        "{'messages':[{'role':'user','content':[{ 'type' : 'image_url', 'image_url' : {'url':'x'} }]}]} | [{'type':'image_url','image_url':{'url':'x'}}]",
        "{'messages':[{'role':'user','content':'\\u00e4 \\u4e1c'}], 'stream': tru | ä 东"
      })
  void sessionIsThatOfTheFirstUserMessage(String body, String text) throws Exception {
    String message = text.replace('\'', '"').replace("\\n", "\n");

    RawHttp.Response response = server.send(RawHttp.post("/stream").json(body.replace('\'', '"')));

    assertEquals(200, response.status());
    assertEquals(SessionId.forFirstMessage(message).value(), response.header("X-Session-ID"));
    assertNull(response.header("X-Conversation-ID"));
    assertEquals(body.replace('\'', '"'), new String(bodies.remove(), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nothing",
        "[]",
        "{",
        "{}",
        "null",
        "{'messages':null}",
        "{'messages':{}}",
        "{'messages':[]}",
        "{'messages':[1]}",
        "{'messages':[{}]}",
        "{'messages':[{'role':'system','content':'S'}]}",
        "{'messages':[{'role':'user','content':'",
        "{'messages':[{'role':7,'content':'x'}]}"
      })
  void bodyWithoutAFirstUserMessage_isHandedOnWithoutSession(String body) throws Exception {
    String sent = body.replace('\'', '"');

    RawHttp.Response response = server.send(RawHttp.post("/stream").json(sent));

    assertEquals(200, response.status());
    assertNull(response.header("X-Session-ID"));
    assertEquals(sent, new String(bodies.remove(), StandardCharsets.UTF_8));
  }

  @Test
  void bodyInAnotherEncodingThanUtf8_isHandedOnWithoutSession() throws Exception {
    for (byte[] sent :
        List.of(
            chat("Hallo").getBytes(StandardCharsets.UTF_16BE),
            chat("ö").getBytes(StandardCharsets.ISO_8859_1))) {
      RawHttp.Response response = server.send(RawHttp.post("/stream").body(JSON, sent));

      assertEquals(200, response.status());
      assertNull(response.header("X-Session-ID"));
      assertArrayEquals(sent, bodies.remove());
    }
  }

  @Test
  void nestingBomb_isHandedOnWithoutSession() throws Exception {
    for (String bomb :
        List.of("[".repeat(2500), "{\"a\":".repeat(500), "{\"messages\":[" + "[".repeat(2500))) {
      RawHttp.Response response = server.send(RawHttp.post("/stream").json(bomb));

      assertEquals(200, response.status());
      assertNull(response.header("X-Session-ID"));
      assertEquals(bomb, new String(bodies.remove(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void byteOrderMark_doesNotMoveTheMessage() throws Exception {
    RawHttp.Response response = server.send(RawHttp.post("/stream").json("\uFEFF" + chat("Hallo")));

    assertEquals(HALLO, response.header("X-Session-ID"));
  }

  @Test
  void onlyPostAndPutOfJson_haveAFallback() throws Exception {
    byte[] sent = utf8(chat("Hallo"));

    for (String type :
        List.of(JSON, "Application/JSON; charset=utf-8", "application/vnd.chat+json")) {
      assertEquals(
          HALLO,
          server.send(RawHttp.post("/stream").body(type, sent)).header("X-Session-ID"),
          type);
      assertArrayEquals(sent, bodies.remove());
    }
    for (String type : List.of("text/plain", "text/json", "application/x-www-form-urlencoded")) {
      assertNull(
          server.send(RawHttp.post("/stream").body(type, sent)).header("X-Session-ID"), type);
      assertArrayEquals(sent, bodies.remove());
    }
    assertNull(server.send(RawHttp.get("/stream").body(JSON, sent)).header("X-Session-ID"));
    assertNull(server.send(RawHttp.post("/stream")).header("X-Session-ID"));
  }

  private static String chat(String content) {
    return "{\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]}";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
