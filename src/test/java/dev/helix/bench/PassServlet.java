package dev.helix.bench;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.async.methods.SimpleRequestProducer;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * A servlet that passes an upstream's streams on with the HTTP client that the server has, with
 * buffers of the same size: the least that a stream takes that comes from an upstream. It reads
 * nothing and keeps nothing. Its init-param {@code upstream} is the URL.
 */
public final class PassServlet extends HttpServlet {
  private static final long serialVersionUID = 1;
  private static final int MOST_CONNECTIONS = 10_000;

  /** As those of our own connections to an upstream. */
  private static final int BUFFER_BYTES = 2 * 1024;

  private transient CloseableHttpAsyncClient client;

  @Override
  public void init() {
    client =
        HttpAsyncClients.custom()
            .setConnectionManager(
                PoolingAsyncClientConnectionManagerBuilder.create()
                    .setMaxConnPerRoute(MOST_CONNECTIONS)
                    .setMaxConnTotal(MOST_CONNECTIONS)
                    .build())
            .setHttp1Config(
                Http1Config.copy(Http1Config.DEFAULT).setBufferSize(BUFFER_BYTES).build())
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .build();
    client.start();
  }

  @Override
  public void destroy() {
    client.initiateShutdown();
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    byte[] body = request.getInputStream().readAllBytes();
    AsyncContext async = request.startAsync();
    async.setTimeout(0);
    Future<Void> unused =
        client.execute(
            SimpleRequestProducer.create(
                SimpleRequestBuilder.post(
                        getInitParameter("upstream")
                            + request.getRequestURI().substring(request.getContextPath().length()))
                    .setBody(body, ContentType.APPLICATION_JSON)
                    .build()),
            new Answer(async),
            null);
  }

  /** The upstream's answer, which is passed on as it comes. */
  private static final class Answer implements AsyncResponseConsumer<Void> {
    private final AsyncContext async;
    private FutureCallback<Void> result;

    Answer(AsyncContext async) {
      this.async = async;
    }

    @Override
    public void consumeResponse(
        HttpResponse answer,
        EntityDetails entity,
        HttpContext context,
        FutureCallback<Void> callback) {
      result = callback;
      async.getResponse().setContentType(entity.getContentType());
    }

    @Override
    public void informationResponse(HttpResponse answer, HttpContext context) {}

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
      channel.update(Integer.MAX_VALUE);
    }

    @Override
    public void consume(ByteBuffer part) throws IOException {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      async.getResponse().getOutputStream().write(bytes);
      async.getResponse().getOutputStream().flush();
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
      result.completed(null);
      async.complete();
    }

    /** The caller sees a stream that is cut. */
    @Override
    public void failed(Exception cause) {
      async.getRequest().getServletContext().log("a stream was cut", cause);
      async.complete();
    }

    @Override
    public void releaseResources() {}
  }
}
