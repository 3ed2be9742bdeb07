package dev.helix.bench.proxy;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.eclipse.jetty.ee10.servlet.ServletHolder;

/**
 * An asynchronous servlet before an upstream that keeps what is said, and does nothing else: the
 * least that a durable turn costs with a servlet and this HTTP client. It reads no JSON, knows no
 * sessions, checks nothing, and serves answers in one piece only. A question is appended to the
 * file of its conversation, and its answer too, which is forced to the disk before the caller has
 * it; no thread waits for the upstream, and none of the HTTP client's for the disk. Prints its
 * port. Arguments: the upstream's URL, a folder.
 */
public final class DurableProxy {
  private static final int MOST_CONNECTIONS = 10_000;

  private DurableProxy() {}

  public static void main(String[] arguments) throws Exception {
    CloseableHttpAsyncClient client =
        HttpAsyncClients.custom()
            .setConnectionManager(
                PoolingAsyncClientConnectionManagerBuilder.create()
                    .setMaxConnPerRoute(MOST_CONNECTIONS)
                    .setMaxConnTotal(MOST_CONNECTIONS)
                    .build())
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .build();
    client.start();
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    ServletServer.serve(new ServletHolder(new DurableServlet(client, arguments[0], folder)));
  }

  private static final class DurableServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient CloseableHttpAsyncClient client;
    private final transient Path folder;
    private final String upstream;
    private final transient Executor disk = Executors.newFixedThreadPool(8);

    DurableServlet(CloseableHttpAsyncClient client, String upstream, Path folder) {
      this.client = client;
      this.upstream = upstream;
      this.folder = folder;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      byte[] question = request.getInputStream().readAllBytes();
      Path file = folder.resolve(request.getHeader("X-Conversation-ID"));
      append(file, question, false);
      AsyncContext async = request.startAsync();
      async.setTimeout(0);
      Future<SimpleHttpResponse> unused =
          client.execute(
              SimpleRequestBuilder.post(upstream + request.getRequestURI())
                  .setBody(question, ContentType.APPLICATION_JSON)
                  .build(),
              new FutureCallback<SimpleHttpResponse>() {
                @Override
                public void completed(SimpleHttpResponse answer) {
                  disk.execute(() -> answer(async, file, answer));
                }

                @Override
                public void failed(Exception cause) {
                  broken(async, cause);
                }

                @Override
                public void cancelled() {
                  async.complete();
                }
              });
    }

    private static void answer(AsyncContext async, Path file, SimpleHttpResponse answer) {
      try {
        byte[] body = answer.getBodyBytes();
        append(file, body, true);
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        response.setStatus(answer.getCode());
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        async.complete();
      } catch (IOException e) {
        broken(async, e);
      }
    }

    private static void broken(AsyncContext async, Exception cause) {
      Logger.getLogger(DurableProxy.class.getName()).log(Level.SEVERE, "a turn failed", cause);
      ((HttpServletResponse) async.getResponse()).setStatus(500);
      async.complete();
    }

    private static void append(Path file, byte[] bytes, boolean force) throws IOException {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        channel.write(ByteBuffer.wrap(bytes));
        if (force) {
          channel.force(false);
        }
      }
    }
  }
}
