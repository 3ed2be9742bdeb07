package dev.helix.launch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What has a thread of the embedded server, and what waits without one. */
class ThreadsTest {
  private final AtomicInteger entered = new AtomicInteger();
  private final CountDownLatch leave = new CountDownLatch(1);
  private final Server server = new Server();
  private final ServerConnector connector = new ServerConnector(server);

  @AfterEach
  void stop() throws Exception {
    leave.countDown();
    server.stop();
  }

  private URI start(Handler handler) throws Exception {
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(handler);
    server.start();
    return URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
  }

  /** Gives a request's body back. */
  private final class Echo extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      entered.incrementAndGet();
      byte[] body = Content.Source.asInputStream(request).readAllBytes();
      response.write(true, ByteBuffer.wrap(body), callback);
      return true;
    }
  }

  /** Waits for the end of the test, unless somebody asks for health. */
  private final class Blocked extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      if (!Request.getPathInContext(request).startsWith("/health/")) {
        entered.incrementAndGet();
        assertTrue(leave.await(20, TimeUnit.SECONDS));
      }
      response.write(true, ByteBuffer.wrap(new byte[] {'x'}), callback);
      return true;
    }
  }

  private void awaitEntered(int count) {
    await(() -> entered.get() >= count, "the application is not reached");
  }

  private static void await(BooleanSupplier what, String otherwise) {
    for (long end = System.nanoTime() + 20_000_000_000L; !what.getAsBoolean(); ) {
      assertTrue(System.nanoTime() < end, otherwise);
      Thread.onSpinWait();
    }
  }

  private static byte[] chunked(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int from = 0; from < body.length; from += 9000) {
      int count = Math.min(9000, body.length - from);
      out.writeBytes((Integer.toHexString(count) + "\r\n").getBytes(US_ASCII));
      out.write(body, from, count);
      out.writeBytes("\r\n".getBytes(US_ASCII));
    }
    out.writeBytes("0\r\n\r\n".getBytes(US_ASCII));
    return out.toByteArray();
  }

  /** In two parts; before the second one the application is entered or not. */
  @ParameterizedTest
  @CsvSource({
    "1, 0, 0",
    "1000, 1, 0",
    "65535, 65534, 0",
    "65536, 65535, 0",
    "65537, 65535, 0",
    "65537, 65536, 1",
    "300000, 60000, 0",
    "300000, 200000, 1"
  })
  void beginningOfABody_isWaitedForWithoutAThread(int length, int first, int inside)
      throws Exception {
    URI url = start(new EarlyBodies(new Echo()));
    byte[] body = new byte[length];
    new Random(length).nextBytes(body);
    byte[] second = Arrays.copyOfRange(body, first, length);
    try (RawClient client = RawClient.connect(url)) {
      for (int i = 0; i < 2; i++) {
        entered.set(0);
        client.send(
            ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(US_ASCII));
        client.send(Arrays.copyOf(body, first));
        awaitEntered(inside);
        // What is asked later is answered, and by then the first part has been read.
        assertEquals(200, RawClient.get(url, "/").status());
        assertEquals(inside + 1, entered.get());
        client.send(second);
        assertArrayEquals(body, client.response().rest());
        client.send(
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(US_ASCII));
        client.send(chunked(body));
        assertArrayEquals(body, client.response().rest());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 1000", "Transfer-Encoding: chunked"})
  void bodyThatIsThereWithItsHead_stays_onTheThreadThatReadIt(String framing) throws Exception {
    AtomicReference<Thread> reading = new AtomicReference<>();
    AtomicReference<Thread> working = new AtomicReference<>();
    Handler application =
        new Handler.Wrapper(new Echo()) {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            working.set(Thread.currentThread());
            return super.handle(request, response, callback);
          }
        };
    URI url =
        start(
            new Handler.Wrapper(new EarlyBodies(new Workers(application, 2, "/"))) {
              @Override
              public boolean handle(Request request, Response response, Callback callback)
                  throws Exception {
                reading.set(Thread.currentThread());
                return super.handle(request, response, callback);
              }
            });
    byte[] body = new byte[1000];
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(
        ("POST / HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n").getBytes(US_ASCII));
    whole.writeBytes(framing.endsWith("chunked") ? chunked(body) : body);
    try (RawClient client = RawClient.connect(url)) {
      for (int i = 0; i < 20; i++) {
        client.send(whole.toByteArray());
        assertArrayEquals(body, client.response().rest());
        assertSame(reading.get(), working.get());
      }
    }
  }

  @Test
  void callerWhoWaitsForLeaveToSend_isTheApplications_andOneWhoLeavesIsNobodys() throws Exception {
    URI url = start(new EarlyBodies(new Echo()));
    try (RawClient client = RawClient.connect(url);
        RawClient leaving = RawClient.connect(url)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
              .getBytes(US_ASCII));
      awaitEntered(1);
      client.send("abc".getBytes(US_ASCII));
      assertEquals("abc", client.response().restText());
      leaving.send(
          "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nab".getBytes(US_ASCII));
      leaving.leave();
      assertEquals(200, RawClient.get(url, "/").status());
    }
  }

  /** Each would hold all of its body while it waits. */
  @Test
  void bodiesOfRequestsThatWaitForAThread_areCounted_untilTheyAreRead() throws Exception {
    int most = 300_000;
    byte[] body = new byte[60_000];
    Handler blocked =
        new Handler.Wrapper(new Echo()) {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            assertTrue(leave.await(20, TimeUnit.SECONDS));
            return super.handle(request, response, callback);
          }
        };
    AtomicInteger waiting = new AtomicInteger();
    EarlyBodies early =
        new EarlyBodies(
            new Handler.Wrapper(new Workers(blocked, 1, "/")) {
              @Override
              public boolean handle(Request request, Response response, Callback callback)
                  throws Exception {
                waiting.incrementAndGet();
                return super.handle(request, response, callback);
              }
            },
            most,
            Duration.ofSeconds(10));
    URI url = start(early);
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 1; i <= 20; i++) {
        RawClient client = RawClient.connect(url);
        clients.add(client);
        client.request("POST", "/work", body);
        int count = i;
        await(() -> waiting.get() == count, "a request waits before its turn");
      }
      assertTrue(early.held() >= most, () -> "held: " + early.held());
      assertTrue(early.held() < most + 2 * 64 * 1024, () -> "held: " + early.held());
      leave.countDown();
      for (RawClient client : clients) {
        assertArrayEquals(body, client.response().rest());
      }
      await(() -> early.held() == 0, "some of it is counted for ever");
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void bodyThatNobodyReads_isCountedNoLonger_whenItsRequestIsAnswered() throws Exception {
    EarlyBodies early =
        new EarlyBodies(
            new Handler.Abstract() {
              @Override
              public boolean handle(Request request, Response response, Callback callback) {
                response.setStatus(401);
                response.write(true, ByteBuffer.allocate(0), callback);
                return true;
              }
            });
    URI url = start(early);
    try (RawClient leaving = RawClient.connect(url)) {
      leaving.send(
          "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\nab".getBytes(US_ASCII));
      await(() -> early.held() > 0, "nothing is read ahead");
      assertEquals(401, RawClient.exchange(url, "POST", "/", new byte[1000]).status());
    }
    await(() -> early.held() == 0, "some of it is counted for ever");
  }

  @Test
  void requestsBeyondTheThreads_waitInOrder_andHealthDoesNot() throws Exception {
    URI url = start(new Workers(new Blocked(), 2, "/"));
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        RawClient client = RawClient.connect(url);
        clients.add(client);
        client.request("GET", "/work", new byte[0]);
      }
      awaitEntered(2);
      for (int i = 0; i < 20; i++) {
        assertEquals(200, RawClient.get(url, "/health/live").status());
      }
      assertEquals(2, entered.get());
      leave.countDown();
      for (RawClient client : clients) {
        RawResponse response = client.response();
        assertEquals(200, response.status());
        assertEquals("x", response.restText());
      }
      assertEquals(300, entered.get());
    } finally {
      clients.forEach(RawClient::close);
    }
  }
}
