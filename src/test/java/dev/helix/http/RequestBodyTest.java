package dev.helix.http;

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
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestBodyTest {
  private static final int LIMIT = 300_000;
  private static final String TYPE = "application/octet-stream";

  private final BodyBudget budget = new BodyBudget(2L * LIMIT);
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

  private void read(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try (RequestBody body = RequestBody.read(request, LIMIT, budget)) {
      assertEquals(body.length(), body.bytes().length);
      bodies.add(body.bytes());
      used.add(budget.usedBytes());
    } catch (BodyBudgetException e) {
      failures.add(e);
      ErrorResponse.write(response, e.error());
    } catch (RequestBodyException e) {
      failures.add(e);
      ErrorResponse.write(response, e.error());
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
    budget.take(2L * LIMIT - 100_000);
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
    budget.take(100_000 - 2L * LIMIT);
    assertEquals(200, server.send(RawHttp.post("/").body(TYPE, sent)).status());
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
          used.add(budget.usedBytes());
        };
    try (TestServer other = new TestServer().endpoint("/", endpoint).start()) {
      assertEquals(200, other.send(RawHttp.post("/").body(TYPE, new byte[1000])).status());
    }
    assertEquals(List.of(1000L, 1010L, 1010L, 0L, 0L), List.copyOf(used));
  }
}
