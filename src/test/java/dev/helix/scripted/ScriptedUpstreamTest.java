package dev.helix.scripted;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The test tools against each other and, where it matters, against bytes written by hand. */
class ScriptedUpstreamTest {
  private static final Duration SOON = Duration.ofMillis(150);
  private static final Duration LONG = Duration.ofSeconds(10);

  private final ScriptedUpstream upstream = ScriptedUpstream.start();
  private final URI root = upstream.baseUrl().resolve("/");

  @AfterEach
  void close() {
    upstream.close();
  }

  private RawClient ask(String text) {
    return new HttpConversation(root, "X-Trace", "t 1").stream(text);
  }

  @Test
  void request_isGivenAsItCame_withHeadersInAnyCase() {
    try (RawClient client = ask("Grüße")) {
      Request request = upstream.next(LONG).request();
      assertEquals("POST", request.method());
      assertEquals("/v1/chat/completions", request.path());
      assertEquals("t 1", request.header("x-trace"));
      assertNull(request.header("X-Absent"));
      assertEquals("Grüße", request.lastMessage());
      assertTrue(request.json().path("stream").asBoolean());
    }
  }

  @Test
  void chunkedRequest_isReadWhole() {
    try (RawClient client = RawClient.connect(root)) {
      client.send(
          "POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      assertEquals(1, upstream.next(LONG).request().json().path("a").asInt());
    }
  }

  @Test
  void jsonReply_keepsTheConnectionForTheNextRequest() {
    try (RawClient client = RawClient.connect(root)) {
      for (int i = 0; i < 3; i++) {
        client.post("/v1/chat/completions", "{}");
        Call call = upstream.next(LONG);
        call.respondJson(429, Completions.error("slow", "rate", "r"), "Retry-After", "7");
        RawResponse response = client.response();
        assertEquals(429, response.status());
        assertEquals("7", response.header("retry-after"));
        response.rest();
        assertEquals("slow", response.json().path("error").path("message").asText());
        assertFalse(response.isCut());
      }
    }
  }

  @Test
  void sse_eachEventArrivesBeforeTheNextIsSent() {
    try (RawClient client = ask("a")) {
      Call call = upstream.next(LONG);
      call.beginSse();
      RawResponse response = client.response();
      for (String word : new String[] {"one", "two", "three"}) {
        call.sse(word);
        assertEquals("data: " + word + "\n\n", response.event());
      }
      call.chunk(": a comment\n\n");
      assertEquals(": a comment\n", response.comment());
      call.sse("last");
      call.end();
      assertEquals("last", response.data());
      assertNull(response.event());
      assertFalse(response.isCut());
    }
  }

  @Test
  void bytesSplitInsideACharacter_areGivenUnchanged() {
    byte[] whole = "data:  \"é😀\"\r\n\r\n".getBytes(StandardCharsets.UTF_8);
    try (RawClient client = ask("a")) {
      Call call = upstream.next(LONG);
      call.beginSse();
      for (byte one : whole) {
        call.chunk(new byte[] {one});
      }
      call.end();
      RawResponse response = client.response();
      assertEquals("data:  \"é😀\"\r\n\r\n", response.event());
      assertEquals(" \"é😀\"", RawResponse.dataOf(response.text()));
      assertArrayEquals(whole, response.received());
    }
  }

  @Test
  void chunkWithoutItsLineEnd_isGivenBeforeThatComes() {
    try (RawClient client = ask("a")) {
      Call call = upstream.next(LONG);
      call.beginSse();
      call.raw("3\r\na\n\n");
      RawResponse response = client.response();
      assertEquals("a\n\n", response.event());
      call.raw("\r\n3\r\nb\n");
      assertEquals("b\n", response.line());
      call.raw("\n\r\n0\r\n\r\n");
      assertEquals("\n", response.restText());
      assertFalse(response.isCut());
    }
  }

  @Test
  void readThatTimedOut_losesNothing() {
    try (RawClient client = ask("a").deadline(SOON)) {
      Call call = upstream.next(LONG);
      call.beginSse();
      call.raw("3\r\na\n\n");
      RawResponse response = client.response();
      assertEquals("a\n\n", response.event());
      assertThrows(AssertionError.class, response::event);
      call.raw("\r\n");
      call.sse("b");
      assertEquals("data: b\n\n", response.event());
    }
  }

  @Test
  void cutMidBody_isSeenAsCut_andWhatCameBeforeIsKept() {
    try (RawClient client = ask("a")) {
      Call call = upstream.next(LONG);
      call.beginSse();
      call.chunk("data: half");
      RawResponse response = client.response();
      assertEquals("data: half", new String(response.some(), StandardCharsets.UTF_8));
      call.cut();
      assertEquals(0, response.some().length);
      assertTrue(response.isCut());
    }
  }

  @Test
  void knownLengthCutShort_isSeenAsCut() {
    try (RawClient client = ask("a")) {
      Call call = upstream.next(LONG);
      call.raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234");
      call.cut();
      RawResponse response = client.response();
      assertEquals("1234", response.restText());
      assertTrue(response.isCut());
    }
  }

  @Test
  void reset_tearsTheConnectionDownForTheReader() throws Exception {
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      socket
          .getOutputStream()
          .write("GET /v1/models HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      upstream.next(LONG).reset();
      assertThrows(SocketException.class, () -> socket.getInputStream().read());
    }
  }

  @Test
  void peerThatLeaves_isNoticed_andOneThatStaysIsNot() {
    RawClient client = ask("a");
    Call call = upstream.next(LONG);
    assertThrows(AssertionError.class, () -> call.awaitClosedByPeer(SOON));
    assertFalse(call.isClosedByPeer());
    client.leave();
    call.awaitClosedByPeer(LONG);
    assertTrue(call.isClosedByPeer());
  }

  @Test
  void connectionClosedByTheScript_isNotTakenForThePeers() {
    try (RawClient client = ask("a")) {
      Call call = upstream.next(LONG);
      call.cut();
      assertThrows(AssertionError.class, () -> call.awaitClosedByPeer(LONG));
    }
  }

  @Test
  void peerThatSendsAnotherRequest_hasNotClosed() {
    try (RawClient client = RawClient.connect(root)) {
      client.request("GET", "/v1/models", new byte[0]);
      Call first = upstream.next(LONG);
      first.respondJson(200, "{}");
      client.request("GET", "/v1/models", new byte[0]);
      upstream.next(LONG);
      assertThrows(AssertionError.class, () -> first.awaitClosedByPeer(LONG));
    }
  }

  @Test
  void closingAfterEachReply_isNotAnnounced() {
    upstream.closeAfterEachReply(true);
    try (RawClient client = RawClient.connect(root)) {
      client.request("GET", "/v1/models", new byte[0]);
      upstream.next(LONG).respondJson(200, "{}");
      RawResponse response = client.response();
      assertNull(response.header("Connection"));
      assertEquals("{}", response.restText());
      client.request("GET", "/v1/models", new byte[0]);
      assertThrows(UncheckedIOException.class, client::response);
    }
  }

  @Test
  void standingAnswers_takeTheirRequests_andLeaveTheOthersToTheScript() {
    upstream.answerAlways(
        request ->
            switch (request.path()) {
              case "/v1/models" -> Reply.json(200, Completions.models("m"));
              case "/v1/stream" -> Reply.sse(Completions.chunks("a", "b"));
              default -> null;
            });
    assertEquals(
        "m", RawClient.get(root, "/v1/models").json().path("data").path(0).path("id").asText());
    String stream = RawClient.get(root, "/v1/stream").text();
    assertEquals(5, stream.split("\n\n").length);
    assertTrue(stream.endsWith("data: [DONE]\n\n"), stream);
    assertNull(upstream.poll(SOON));
    try (RawClient client = ask("a")) {
      assertEquals("a", upstream.next(LONG).request().lastMessage());
    }
  }

  @Test
  void down_refusesAndDropsConnections_upListensAtTheSamePort() {
    RawClient before = ask("a");
    upstream.next(LONG);
    upstream.down();
    assertThrows(UncheckedIOException.class, before::response);
    assertThrows(UncheckedIOException.class, () -> RawClient.connect(root));
    upstream.up();
    try (RawClient after = ask("b")) {
      assertEquals("b", upstream.next(LONG).request().lastMessage());
    }
  }

  @Test
  void forget_leavesNothingOfWhatWas() {
    upstream.answerAlways(request -> Reply.json(200, "{}"));
    upstream.down();
    upstream.forget();
    try (RawClient client = ask("a")) {
      upstream.next(LONG);
    }
    assertNull(upstream.poll(SOON));
  }

  @Test
  void refusingPort_refuses() {
    assertThrows(UncheckedIOException.class, () -> RawClient.connect(ScriptedUpstream.refusing()));
  }

  @Test
  void answerThatDoesNotCome_failsTheRead() {
    try (RawClient client = ask("a").deadline(SOON)) {
      upstream.next(LONG).beginSse();
      RawResponse response = client.response();
      assertThrows(AssertionError.class, response::event);
    }
  }

  @Test
  void noRequest_failsTheWait() {
    assertThrows(AssertionError.class, () -> upstream.next(SOON));
  }

  @Test
  void stalledReader_holdsUpTheScript_untilItReads() throws Exception {
    try (RawClient client = RawClient.connect(root, 4096)) {
      client.request("GET", "/v1/models", new byte[0]);
      Call call = upstream.next(LONG);
      call.beginSse();
      byte[] block = new byte[64 * 1024];
      int blocks = 512; // 32 MiB, more than the kernel buffers between the two
      ByteArrayOutputStream progress = new ByteArrayOutputStream();
      Thread pump =
          new Thread(
              () -> {
                for (int i = 0; i < blocks; i++) {
                  call.chunk(block);
                  progress.write(1);
                }
                call.end();
              });
      pump.start();
      pump.join(500);
      assertTrue(pump.isAlive());
      assertTrue(progress.size() < blocks);
      assertEquals(blocks * block.length, client.response().rest().length);
      pump.join(LONG.toMillis());
      assertFalse(pump.isAlive());
    }
  }
}
