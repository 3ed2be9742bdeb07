package dev.helix.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the server answers by itself. */
class JsonErrorsTest {
  private static final class Fine extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      response.setStatus(200);
      callback.succeeded();
      return true;
    }
  }

  private final Server server = new Server();

  private URI start(Handler handler) throws Exception {
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(handler);
    server.setErrorHandler(new JsonErrors());
    server.start();
    return URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  /** Wherever it is full, also before the application, on whichever thread. */
  @Test
  void heapThatIsFull_is503() throws Exception {
    URI url =
        start(
            new EarlyBodies(
                new Handler.Abstract() {
                  @Override
                  public boolean handle(Request request, Response response, Callback callback) {
                    throw new OutOfMemoryError("as if");
                  }
                }));
    try (RawClient client = RawClient.connect(url)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na"
              .getBytes(StandardCharsets.US_ASCII));
      RawClient.get(url, "/other");
      client.send(new byte[] {'b'});
      RawResponse refused = client.response();
      assertEquals(503, refused.status());
      refused.rest();
      assertEquals("request_memory_exhausted", refused.json().at("/error/code").asText());
      assertEquals("1", refused.header("Retry-After"));
    }
    assertEquals(503, RawClient.exchange(url, "POST", "/", new byte[10]).status());
    assertEquals(503, RawClient.get(url, "/").status());
  }

  @Test
  void requestThatComesWhileTheServerStops_hasItsCodeAndATimeToTryAgain() throws Exception {
    GracefulHandler requests = new GracefulHandler(new Fine());
    URI url = start(requests);
    try (RawClient client = RawClient.connect(url)) {
      client.request("GET", "/any", new byte[0]);
      assertEquals(200, client.response().status());
      CompletableFuture<Void> unused = requests.shutdown();
      client.request("POST", "/v1/chat/completions", "{}".getBytes(StandardCharsets.UTF_8));
      RawResponse refused = client.response();
      assertEquals(503, refused.status());
      assertEquals(
          "{\"error\":{\"message\":\"The server is stopping. Try"
              + " again.\",\"type\":\"server_error\",\"param\":null,\"code\":\"server_stopping\"}}",
          refused.restText());
      assertEquals("1", refused.header("Retry-After"));
    }
  }
}
