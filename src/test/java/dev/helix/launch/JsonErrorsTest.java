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

  @Test
  void requestThatComesWhileTheServerStops_hasItsCodeAndATimeToTryAgain() throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    GracefulHandler requests = new GracefulHandler(new Fine());
    server.setHandler(requests);
    server.setErrorHandler(new JsonErrors());
    server.start();
    URI url = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
    try (RawClient client = RawClient.connect(url)) {
      client.request("GET", "/any", new byte[0]);
      assertEquals(200, client.response().status());
      CompletableFuture<Void> unused = requests.shutdown();
      client.request("POST", "/v1/chat/completions", "{}".getBytes(StandardCharsets.UTF_8));
      RawResponse refused = client.response();
      assertEquals(503, refused.status());
      assertEquals(
          "{\"error\":{\"message\":\"The server is stopping. Try again.\",\"type\":\"server_error\","
              + "\"param\":null,\"code\":\"server_stopping\"}}",
          refused.restText());
      assertEquals("1", refused.header("Retry-After"));
    } finally {
      server.stop();
    }
  }
}
