package dev.helix.bench.proxy;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
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
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.eclipse.jetty.ee10.servlet.ServletHolder;

/**
 * An asynchronous servlet before an upstream that keeps what is said, and does nothing else: with a
 * {@link FileKeeper} the least that a durable turn costs with a servlet and this HTTP client. It
 * knows no callers and checks nothing. What is said is on the disk before the caller has the
 * answer's end; no thread waits for the upstream, and none of the HTTP client's for the disk.
 * Prints its port. Arguments: the upstream's URL, {@code files} or {@code folders} for a {@link
 * FolderKeeper}, and a folder.
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
    Path folder = Path.of(arguments[2]);
    Keeper keeper =
        arguments[1].equals("files") ? new FileKeeper(folder) : new FolderKeeper(folder);
    ServletServer.serve(new ServletHolder(new DurableServlet(client, arguments[0], keeper)));
  }

  private static final class DurableServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient CloseableHttpAsyncClient client;
    private final transient Keeper keeper;
    private final String upstream;
    private final transient Executor disk = Executors.newFixedThreadPool(8);

    DurableServlet(CloseableHttpAsyncClient client, String upstream, Keeper keeper) {
      this.client = client;
      this.upstream = upstream;
      this.keeper = keeper;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      byte[] question = request.getInputStream().readAllBytes();
      String conversation = request.getHeader("X-Conversation-ID");
      keeper.question(conversation, question);
      AsyncContext async = request.startAsync();
      async.setTimeout(0);
      Future<Void> unused =
          client.execute(
              SimpleRequestProducer.create(
                  SimpleRequestBuilder.post(upstream + request.getRequestURI())
                      .setBody(question, ContentType.APPLICATION_JSON)
                      .build()),
              new Answer(async, keeper, conversation, disk),
              null);
    }
  }

  /** The upstream's answer. The part of a stream that ends it goes on when it is on the disk. */
  private static final class Answer implements AsyncResponseConsumer<Void> {
    private static final byte[] END = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final AsyncContext async;
    private final HttpServletResponse response;
    private final Keeper keeper;
    private final String conversation;
    private final Executor disk;
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private int sent;
    private boolean streams;
    private FutureCallback<Void> result;
    private volatile boolean ended;

    Answer(AsyncContext async, Keeper keeper, String conversation, Executor disk) {
      this.async = async;
      this.response = (HttpServletResponse) async.getResponse();
      this.keeper = keeper;
      this.conversation = conversation;
      this.disk = disk;
    }

    @Override
    public void consumeResponse(
        HttpResponse answer, EntityDetails entity, HttpContext context, FutureCallback<Void> result)
        throws ProtocolException {
      this.result = result;
      response.setStatus(answer.getCode());
      response.setContentType(answer.getHeader("Content-Type").getValue());
      streams = response.getContentType().startsWith("text/event-stream");
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
      all.write(bytes);
      if (streams && sent + bytes.length == all.size() && !contains(bytes, END)) {
        response.getOutputStream().write(bytes);
        response.getOutputStream().flush();
        sent = all.size();
      }
    }

    private static boolean contains(byte[] bytes, byte[] wanted) {
      for (int i = bytes.length - wanted.length; i >= 0; i--) {
        if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
      ended = true;
      result.completed(null);
      disk.execute(this::finish);
    }

    private void finish() {
      try {
        byte[] bytes = all.toByteArray();
        keeper.answer(conversation, bytes);
        if (!streams) {
          response.setContentLength(bytes.length);
        }
        response.getOutputStream().write(bytes, sent, bytes.length - sent);
        async.complete();
      } catch (IOException e) {
        broken(e);
      }
    }

    /** The client also says that it fails where an answer was over before it had asked for it. */
    @Override
    public void failed(Exception cause) {
      if (!ended) {
        broken(cause);
      }
    }

    /** The caller has a wrong status or no end, which the load generator reports. */
    private void broken(Exception cause) {
      Logger.getLogger(DurableProxy.class.getName()).log(Level.SEVERE, "a turn failed", cause);
      if (!response.isCommitted()) {
        response.setStatus(500);
      }
      async.complete();
    }

    @Override
    public void releaseResources() {}
  }
}
