package dev.helix.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestBodyTest {
  private static final int LIMIT = 300_000;
  private static final String TYPE = "application/octet-stream";

  private final WatchedBody watched = new WatchedBody();
  private final AtomicLong time = new AtomicLong();
  private final BodyBudget budget =
      new BodyBudget(2L * LIMIT, 4, Duration.ofSeconds(60), time::get);
  private final BlockingQueue<byte[]> bodies = new LinkedBlockingQueue<>();

  /** The budget's use while a body was held. */
  private final BlockingQueue<Long> used = new LinkedBlockingQueue<>();

  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    server = new TestServer().endpoint("/", this::read).start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    assertEquals(0, budget.usedBytes());
  }

  private void read(HttpServletRequest any, HttpServletResponse response) throws IOException {
    HttpServletRequest request = watched.watch(any);
    try (RequestBody body = RequestBody.read(request, LIMIT, budget)) {
      assertEquals(body.length(), body.bytes().length);
      bodies.add(body.bytes());
      used.add(budget.usedBytes());
    } catch (RequestBodyException e) {
      failures.add(e);
      RefusedBody.tell(request, response, e, LIMIT, budget);
    } catch (IOException e) {
      failures.add(e);
      throw e;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 131_072, 200_001, LIMIT - 1, LIMIT})
  void bodyWithinTheLimit_isReadExactly_andCountedWhileItIsHeld(int length) throws Exception {
    byte[] sent = new byte[length];
    new Random(length).nextBytes(sent);

    for (RawHttp.Request request :
        new RawHttp.Request[] {
          RawHttp.post("/").body(TYPE, sent), RawHttp.post("/").chunked(TYPE, sent)
        }) {
      assertEquals(200, server.send(request).status());
      assertArrayEquals(sent, bodies.poll(20, TimeUnit.SECONDS));
      assertEquals(length, used.poll(20, TimeUnit.SECONDS));
      assertEquals(0, budget.usedBytes());
    }
  }

  @Test
  void bodyOverTheLimit_is413_whetherDeclaredOrNot() throws Exception {
    byte[] sent = new byte[LIMIT + 1];

    for (RawHttp.Request request :
        new RawHttp.Request[] {
          RawHttp.post("/").body(TYPE, sent), RawHttp.post("/").chunked(TYPE, sent)
        }) {
      RawHttp.Response response = server.send(request);
      assertEquals(413, response.status());
      assertTrue(response.body().contains("\"code\":\"request_too_large\""), response.body());
      assertTrue(response.body().contains("300000 bytes"), response.body());
      assertEquals(RequestBodyException.class, failures.remove().getClass());
    }
  }

  @Test
  void bodyDeclaredOverTheLimit_isNotReadAtAll() throws Exception {
    String head =
        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 300001\r\n\r\n";

    // No byte of the body is ever sent: who waits for one does not answer.
    assertEquals(
        413, RawHttp.exchange(server.port(), head.getBytes(StandardCharsets.US_ASCII)).status());
  }

  @Test
  void callerThatAnnouncesMuchAndSendsNothing_holdsOnlyTheFirstStep() throws Exception {
    try (TestServer waiting =
            new TestServer()
                .endpoint(
                    "/",
                    (request, response) -> {
                      assertThrows(
                          IOException.class, () -> RequestBody.read(request, LIMIT, budget));
                      used.add(budget.usedBytes());
                    })
                .endpoint("/used", (request, response) -> used.add(budget.usedBytes()))
                .start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), waiting.port())) {
      String head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));

      long held = 0;
      for (long end = System.nanoTime() + 20_000_000_000L; held == 0; ) {
        assertTrue(System.nanoTime() < end, "the body's reading never began");
        waiting.send(RawHttp.get("/used"));
        held = used.remove();
      }
      assertEquals(65_536, held);

      socket.close();
      assertEquals(0, used.poll(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void budgetUsedUp_is503_andWhatWasHeldIsGivenBack() throws Exception {
    assertTrue(budget.bytes().take(BodyHolder.NOBODY, 2L * LIMIT - 100_000, 0));
    byte[] sent = new byte[150_000];

    for (RawHttp.Request request :
        new RawHttp.Request[] {
          RawHttp.post("/").body(TYPE, sent), RawHttp.post("/").chunked(TYPE, sent)
        }) {
      RawHttp.Response response = server.send(request);
      assertEquals(503, response.status());
      assertEquals("1", response.header("Retry-After"));
      assertEquals(BodyBudgetException.class, failures.remove().getClass());
      assertEquals(2L * LIMIT - 100_000, budget.usedBytes());
    }
    assertTrue(budget.bytes().take(BodyHolder.NOBODY, 100_000 - 2L * LIMIT, 0));
    assertEquals(200, server.send(RawHttp.post("/").body(TYPE, sent)).status());
  }

  /** A sender that has sent a part of a body and goes on as it is told. */
  private Socket sender(int declared, int sent) throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(20_000);
    String head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + declared + "\r\n\r\n";
    socket.getOutputStream().write((head + "x".repeat(sent)).getBytes(US_ASCII));
    return socket;
  }

  private void awaitSenders(int count) {
    for (long end = System.nanoTime() + 20_000_000_000L; budget.usedSenders() != count; ) {
      assertTrue(System.nanoTime() < end, "senders: " + budget.usedSenders());
      Thread.onSpinWait();
    }
  }

  private void awaitWaiting(int behind) {
    for (long end = System.nanoTime() + 20_000_000_000L; !watched.waitsBehind(behind); ) {
      assertTrue(System.nanoTime() < end, "the body's reading does not get on");
      Thread.onSpinWait();
    }
    awaitSenders(1);
  }

  /** After seconds, and so many bytes more: whether the sender is waited for any longer. */
  @ParameterizedTest
  @CsvSource({
    "200000, 1, 9, 1, true",
    "200000, 1, 11, 1, false",
    "200000, 20000, 20, 1, true",
    "200000, 20000, 31, 1, false",
    "200000, 1, 11, 5000, true",
    "200000, 190000, 59, 1, true",
    "200000, 190000, 61, 1, false",
    // The last byte is never too late.
    "200000, 199999, 61, 1, true"
  })
  void senderMustBeQuickEnough_elseItIs408(
      int declared, int sent, int seconds, int more, boolean quick) throws Exception {
    try (Socket socket = sender(declared, sent)) {
      awaitWaiting(sent);
      time.addAndGet(seconds * 1_000_000_000L);
      socket.getOutputStream().write(new byte[more]);
      if (quick) {
        socket.getOutputStream().write(new byte[declared - sent - more]);
      }
      byte[] status = socket.getInputStream().readNBytes(12);
      assertEquals(quick ? "HTTP/1.1 200" : "HTTP/1.1 408", new String(status, US_ASCII));
      if (!quick) {
        String rest = new String(socket.getInputStream().readAllBytes(), US_ASCII);
        assertTrue(rest.contains("\"request_timeout\""), rest);
        assertEquals(RequestBodyException.class, failures.remove().getClass());
      }
    }
    awaitSenders(0);
  }

  @Test
  void tooManySenders_are503_andSoIsTheRestOfWhatWasRefused() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        sockets.add(sender(100_000, 1));
        awaitSenders(i + 1);
      }
      try (Socket fifth = sender(100_000, 1)) {
        String answer = new String(fifth.getInputStream().readAllBytes(), US_ASCII);
        assertTrue(answer.startsWith("HTTP/1.1 503"), answer);
        assertTrue(answer.contains("\"too_many_request_bodies\""), answer);
        assertTrue(answer.contains("Retry-After: 1"), answer);
      }
      // What is too large is not read to its end then.
      try (Socket large = sender(LIMIT + 1, 1)) {
        String answer = new String(large.getInputStream().readAllBytes(), US_ASCII);
        assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
      }
      // Who has sent all needs nobody who waits.
      assertEquals(200, server.send(RawHttp.post("/").body(TYPE, new byte[100])).status());
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    awaitSenders(0);
  }

  @Test
  void bodyGivenBackTwice_countsOnce() throws Exception {
    TestServer.Endpoint endpoint =
        (request, response) -> {
          RequestBody body = RequestBody.read(request, LIMIT, budget);
          body.countWith(body.bytes());
          used.add(budget.usedBytes());
          body.countWith(new byte[10]);
          used.add(budget.usedBytes());
          assertThrows(BodyBudgetException.class, () -> body.countWith(new byte[2 * LIMIT]));
          used.add(budget.usedBytes());
          body.close();
          body.close();
          used.add(budget.usedBytes());
          body.countWith(new byte[1]);
          body.work();
          body.rest();
          used.add(budget.usedBytes());
        };
    try (TestServer other = new TestServer().endpoint("/", endpoint).start()) {
      assertEquals(200, other.send(RawHttp.post("/").body(TYPE, new byte[1000])).status());
    }
    assertEquals(List.of(1000L, 1010L, 1010L, 0L, 0L), List.copyOf(used));
  }
}
