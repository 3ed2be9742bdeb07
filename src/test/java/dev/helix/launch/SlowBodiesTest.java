package dev.helix.launch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.RawClient;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long the embedded server and the application in it wait for a body. */
class SlowBodiesTest {
  private static final Duration GRACE = Duration.ofMillis(400);
  private static final String HEAD = "POST / HTTP/1.1\r\nHost: localhost\r\n";

  private final Server server = new Server();
  private URI url;

  @BeforeEach
  void start() throws Exception {
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    context.addServlet(new ServletHolder(new Counting()), "/");
    server.setHandler(new EarlyBodies(context, 1 << 20, GRACE));
    server.setErrorHandler(new JsonErrors());
    server.start();
    url = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  /** Answers with the length of a body, which it reads as it comes. */
  private static final class Counting extends HttpServlet {
    @Serial private static final long serialVersionUID = 1;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      int length = request.getInputStream().readAllBytes().length;
      response.getOutputStream().print(length);
    }
  }

  private static void sendChunk(RawClient client, int length) {
    client.send((Integer.toHexString(length) + "\r\n").getBytes(US_ASCII));
    client.send(new byte[length]);
    client.send("\r\n".getBytes(US_ASCII));
  }

  /** Before the application has it, and while that waits for more. */
  @ParameterizedTest
  @CsvSource({"0, ' '", "100, 1;x", "66000, 1;x", "66000, ' '"})
  void bodyOfWhichTooLittleComes_isGivenUp_whateverStandsBetweenChunks(int first, String begun) {
    boolean chunked = !begun.isBlank();
    try (RawClient client = RawClient.connect(url)) {
      String framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: 200000";
      client.send((HEAD + framing + "\r\n\r\n").getBytes(US_ASCII));
      if (chunked) {
        sendChunk(client, first);
        client.send(begun.getBytes(US_ASCII));
      } else {
        client.send(new byte[first]);
      }
      long began = System.nanoTime();
      assertEquals(408, statusAtTheEnd(client));
      Duration taken = Duration.ofNanos(System.nanoTime() - began);
      assertTrue(taken.compareTo(GRACE.minusMillis(30)) > 0, () -> "given up after " + taken);
    }
  }

  /** Sends a byte each 20 ms until there is an answer. */
  private static int statusAtTheEnd(RawClient client) {
    client.deadline(Duration.ofMillis(20));
    for (int i = 0; i < 1000; i++) {
      client.send(new byte[] {'x'});
      try {
        return client.response().status();
      } catch (UncheckedIOException e) {
        assertEquals(SocketTimeoutException.class, e.getCause().getClass());
      }
    }
    throw new AssertionError("a slow body is waited for");
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 100_000})
  void bodyThatIsSlow_andQuickEnough_isRead(int first) {
    try (RawClient client = RawClient.connect(url)) {
      client.send((HEAD + "Transfer-Encoding: chunked\r\n\r\n").getBytes(US_ASCII));
      sendChunk(client, first);
      for (int i = 0; i < 20; i++) {
        client.deadline(Duration.ofMillis(40));
        assertThrows(UncheckedIOException.class, client::awaitClosed); // Nothing comes for so long.
        sendChunk(client, 1000);
      }
      client.send("0\r\n\r\n".getBytes(US_ASCII));
      client.deadline(Duration.ofSeconds(20));
      assertEquals(String.valueOf(first + 20_000), client.response().restText());
    }
  }
}
