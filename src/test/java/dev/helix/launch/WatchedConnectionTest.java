package dev.helix.launch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connection that was watched reads afterwards. */
class WatchedConnectionTest {
  private static final int CONNECTIONS = 8;
  private static final int REQUESTS = 400;

  private final Server server = new Server();
  private final ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
  private URI url;

  @BeforeEach
  void start() throws Exception {
    ServerConnector connector =
        new ServerConnector(
            server, WatchedConnection.factory(new HttpConfiguration(), Duration.ofSeconds(20)));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    ServletHolder servlet = new ServletHolder(new Watching());
    servlet.setAsyncSupported(true);
    context.addServlet(servlet, "/");
    server.setHandler(new EarlyBodies(context));
    server.start();
    url = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
  }

  @AfterEach
  void stop() throws Exception {
    threads.shutdownNow();
    server.stop();
  }

  /** Answers with the body of a request, whose caller is watched; at once, or on another thread. */
  private static final class Watching extends HttpServlet {
    @Serial private static final long serialVersionUID = 1;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      byte[] body = request.getInputStream().readAllBytes();
      WatchedConnection.watch(request, () -> {});
      if (request.getHeader("Async") == null) {
        response.getOutputStream().write(body);
        return;
      }
      AsyncContext later = request.startAsync();
      later.start(
          () -> {
            try {
              response.getOutputStream().write(body);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            } finally {
              later.complete();
            }
          });
    }
  }

  /** Each request in some pieces, of which one may come while the response before is completed. */
  @ParameterizedTest
  @ValueSource(strings = {"", "Async: yes\r\n"})
  void requestsInPieces_behindWatchedOnes_areAllAnswered(String mode) throws Exception {
    List<Future<?>> all = new ArrayList<>();
    for (int c = 0; c < CONNECTIONS; c++) {
      int connection = c;
      all.add(
          threads.submit(
              () -> {
                try (RawClient client = RawClient.connect(url)) {
                  client.deadline(Duration.ofSeconds(20));
                  for (int i = 0; i < REQUESTS; i++) {
                    exchange(client, connection + " " + i, mode, i % 3);
                  }
                }
              }));
    }
    for (Future<?> one : all) {
      one.get();
    }
  }

  private static void exchange(RawClient client, String body, String mode, int ahead) {
    String head =
        "POST / HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(mode, body.length());
    client.send(head.getBytes(US_ASCII));
    client.send(body.getBytes(US_ASCII));
    for (int i = 0; i < ahead; i++) {
      client.send(head.substring(0, 30).getBytes(US_ASCII));
      client.send(head.substring(30).getBytes(US_ASCII));
      client.send(body.getBytes(US_ASCII));
    }
    for (int i = 0; i <= ahead; i++) {
      RawResponse response = client.response();
      assertEquals(200, response.status());
      assertEquals(body, response.restText());
    }
  }
}
