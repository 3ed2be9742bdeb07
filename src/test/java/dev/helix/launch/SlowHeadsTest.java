package dev.helix.launch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.RawClient;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long the embedded server waits for the head of a request. */
class SlowHeadsTest {
  private static final Duration HEAD = Duration.ofMillis(400);

  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII);

  private final Server server = new Server();
  private URI url;

  @BeforeEach
  void start() throws Exception {
    ServerConnector connector =
        new ServerConnector(server, WatchedConnection.factory(new HttpConfiguration(), HEAD));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            response.write(true, ByteBuffer.wrap(new byte[] {'x'}), callback);
            return true;
          }
        });
    server.start();
    url = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  /**
   * Sends a byte each 20 ms, or nothing, until the server closes the connection; how long it was.
   */
  private static Duration sendUntilClosed(RawClient client, byte[] bytes) {
    client.deadline(Duration.ofMillis(20));
    long began = System.nanoTime();
    for (int i = 0; i < 1000; i++) {
      try {
        client.send(new byte[] {bytes[i % bytes.length]});
        client.awaitClosed();
        break;
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof SocketTimeoutException)) {
          break;
        }
      }
      assertTrue(i < 999, "a slow head is waited for");
    }
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** Nothing comes for a while; a read that waits is the clock. */
  private static void pass(RawClient client, Duration time) {
    client.deadline(time);
    assertThrows(UncheckedIOException.class, client::awaitClosed);
    client.deadline(Duration.ofSeconds(20));
  }

  @ParameterizedTest
  @ValueSource(strings = {"G", "GET / HTTP/1.1\r\nHo", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "})
  void headThatComesByteByByte_isGivenUp_alsoBehindAnAnswer(String begun) {
    for (int before = 0; before < 3; before++) {
      try (RawClient client = RawClient.connect(url)) {
        for (int i = 0; i < before; i++) {
          client.send(REQUEST);
          assertEquals("x", client.response().restText());
        }
        client.send(begun.getBytes(US_ASCII));
        Duration taken = sendUntilClosed(client, new byte[] {'x'});
        assertTrue(taken.compareTo(HEAD.minusMillis(20)) > 0, () -> "closed after " + taken);
      }
    }
  }

  @Test
  void headThatIsSlow_butDoneInTime_isAnswered_andItsTimeBeginsAnew() {
    try (RawClient client = RawClient.connect(url)) {
      for (int i = 0; i < 3; i++) {
        pass(client, HEAD.multipliedBy(3).dividedBy(2)); // No head is on its way.
        client.send(Arrays.copyOfRange(REQUEST, 0, 20));
        pass(client, HEAD.dividedBy(8));
        client.send(Arrays.copyOfRange(REQUEST, 20, REQUEST.length));
        assertEquals("x", client.response().restText());
      }
    }
  }
}
