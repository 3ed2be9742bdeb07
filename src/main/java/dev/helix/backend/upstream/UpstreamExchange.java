package dev.helix.backend.upstream;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.helix.backend.BackendException;
import dev.helix.backend.BackendException.Reason;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.RouteInfo;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * One request to the upstream and its reply. The HTTP client calls it on an I/O thread; it hands on
 * and never blocks.
 *
 * <p>A request that failed before any of its reply came, on a connection that had served others
 * before, is sent again: the upstream had closed an idle connection in the same moment. No other
 * failure is tried again, since a completion may cost money and is not idempotent; nor is that of a
 * large body that was sent a second ago, which is not held any longer.
 */
final class UpstreamExchange implements ChatBackend.Exchange {
  private static final System.Logger LOG = System.getLogger(UpstreamExchange.class.getName());

  /** Another call's connection may be given back, closed too, before the first retry takes one. */
  private static final int MOST_RETRIES = 2;

  /** A connection that was closed shows within this time behind the last byte. */
  private static final long STALE_MILLIS = 1000;

  /** Of a smaller body nobody cares how long it is held. */
  private static final int LARGE = 16 * 1024;

  /** Where a request's context says whose it is. */
  private static final String CONTEXT_ATTRIBUTE = UpstreamExchange.class.getName();

  private final CloseableHttpAsyncClient client;
  private final PoolingAsyncClientConnectionManager connections;
  private final BasicHttpRequest request;
  private final ScheduledExecutorService timers;
  private final PlainReply receiver;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile SentBody body;
  private volatile boolean headSeen;
  private volatile boolean cancelled;

  private volatile Future<Void> running;
  private volatile AsyncExecRuntime connection;

  /** Credit from before the client took any, which it does when its first window is used up. */
  private int credit; // guarded by this

  private CapacityChannel channel; // guarded by this

  /**
   * An exchange that has not begun.
   *
   * @param body null for none
   * @param successes how a success is handed on
   */
  UpstreamExchange(
      CloseableHttpAsyncClient client,
      PoolingAsyncClientConnectionManager connections,
      BasicHttpRequest request,
      SentBody body,
      ReplyReceiver receiver,
      PlainReply.Successes successes,
      ScheduledExecutorService timers) {
    this.client = client;
    this.timers = timers;
    this.connections = connections;
    this.request = request;
    this.body = body;
    this.receiver = new PlainReply(receiver, successes, this::ask, this::cancel);
  }

  /** Sends the request. */
  void begin() {
    begin(body, MOST_RETRIES);
  }

  private void begin(SentBody whole, int retries) {
    Attempt attempt = new Attempt(whole, retries);
    running =
        client.execute(
            new BasicRequestProducer(request, attempt.producer),
            attempt,
            null,
            attempt.context,
            attempt);
    // A cancel that came while execute ran found no future to cancel.
    if (cancelled) {
      running.cancel(true);
    }
  }

  @Override
  public void request(int bytes) {
    receiver.request(bytes);
  }

  private synchronized void ask(int bytes) {
    credit += bytes;
    grantCredit();
  }

  private void grantCredit() {
    if (channel != null && credit > 0) {
      grant(credit);
      credit = 0;
    }
  }

  private void grant(int bytes) {
    try {
      channel.update(bytes);
    } catch (IOException e) {
      // The connection is gone, which the client reports to failed() on its own.
      LOG.log(System.Logger.Level.DEBUG, "the upstream connection closed while asking for more", e);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    ended.set(true);
    Future<Void> current = running;
    if (current != null) {
      current.cancel(true);
    }
    // The future alone does not do: a fast connect can leave it with nothing to cancel.
    AsyncExecRuntime leased = connection;
    if (leased != null) {
      leased.discardEndpoint();
    }
    receiver.stop();
  }

  /** An interceptor in the client's chain, which learns what a request's exchange runs on. */
  static void runOn(
      HttpRequest request,
      AsyncEntityProducer producer,
      AsyncExecChain.Scope scope,
      AsyncExecChain chain,
      AsyncExecCallback callback)
      throws HttpException, IOException {
    if (scope.clientContext.getAttribute(CONTEXT_ATTRIBUTE) instanceof Attempt attempt) {
      attempt.runsOn(scope.execRuntime);
    }
    chain.proceed(request, producer, scope, callback);
  }

  private void throwIfCancelled() throws InterruptedIOException {
    if (cancelled) {
      throw new InterruptedIOException("the request was cancelled");
    }
  }

  private final class Attempt implements AsyncResponseConsumer<Void>, FutureCallback<Void> {
    private final HttpClientContext context = HttpClientContext.create();
    private final BodyProducer producer;
    private final int retries;
    private final AtomicBoolean over = new AtomicBoolean();
    private FutureCallback<Void> result;

    /** Whether a way to the upstream is open: before, whoever answers is a proxy. */
    private volatile boolean reached;

    Attempt(SentBody sent, int retries) {
      this.producer = sent == null ? null : new BodyProducer(sent, this::sent);
      this.retries = retries;
      context.setAttribute(CONTEXT_ATTRIBUTE, this);
    }

    /** The connection has taken the body, which is held until it cannot be a stale one. */
    private void sent() {
      if (producer.getContentLength() > LARGE && !headSeen && !ended.get()) {
        ScheduledFuture<?> unused = timers.schedule(this::forget, STALE_MILLIS, MILLISECONDS);
      }
    }

    private void forget() {
      if (!over.get() && !headSeen) {
        body = null;
        receiver.sent();
      }
    }

    private void runsOn(AsyncExecRuntime runtime) throws InterruptedIOException {
      connection = runtime;
      reached = true;
      throwIfCancelled();
    }

    @Override
    public void consumeResponse(
        HttpResponse response,
        EntityDetails entity,
        HttpContext httpContext,
        FutureCallback<Void> resultCallback)
        throws IOException {
      throwIfCancelled();
      if (!reached || isOfProxy(response)) {
        cancel();
        receiver.failed(refusedByProxy(response.getCode()));
        throwIfCancelled();
      }
      headSeen = true;
      body = null;
      Map<String, String> headers = new HashMap<>();
      for (Header header : response.getHeaders()) {
        String value = header.getValue() == null ? "" : header.getValue();
        // Two encodings are one list: to read only one of them would leave the other one on.
        boolean further = header.getName().equalsIgnoreCase(HttpHeaders.CONTENT_ENCODING);
        headers.merge(
            header.getName().toLowerCase(Locale.ROOT),
            value,
            (before, last) -> further ? before + ", " + last : last);
      }
      receiver.head(new ReplyHead(response.getCode(), headers));
      throwIfCancelled();
      if (entity == null) {
        streamEnd(List.of());
        resultCallback.completed(null);
      } else {
        result = resultCallback;
      }
    }

    /** A proxy passes requests without a tunnel on itself, and asks with them who it is. */
    private boolean isOfProxy(HttpResponse response) {
      RouteInfo route = context.getHttpRoute();
      return response.getCode() == HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED
          && route != null
          && route.getProxyHost() != null
          && !route.isTunnelled();
    }

    @Override
    public void informationResponse(HttpResponse response, HttpContext httpContext) {}

    @Override
    public void updateCapacity(CapacityChannel capacityChannel) {
      synchronized (UpstreamExchange.this) {
        channel = capacityChannel;
        grantCredit();
      }
    }

    @Override
    public void consume(ByteBuffer src) throws IOException {
      throwIfCancelled();
      if (!ended.get()) {
        receiver.data(copyOf(src)); // The client reuses its buffer.
      }
      src.position(src.limit());
      throwIfCancelled();
    }

    // A new ByteBuffer would be filled with zeros first.
    private static ByteBuffer copyOf(ByteBuffer src) {
      if (src.hasArray()) {
        int from = src.arrayOffset() + src.position();
        return ByteBuffer.wrap(Arrays.copyOfRange(src.array(), from, from + src.remaining()));
      }
      return ByteBuffer.allocate(src.remaining()).put(src).flip();
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
      if (ended.compareAndSet(false, true)) {
        receiver.end();
      }
      if (result != null) {
        result.completed(null);
      }
    }

    @Override
    public void completed(Void ignored) {}

    @Override
    public void cancelled() {
      failed(new ConnectionClosedException("the client is closing"));
    }

    /** Called by the client as the consumer and as the future's callback, so more than once. */
    @Override
    public void failed(Exception cause) {
      if (!over.compareAndSet(false, true) || ended.get()) {
        return;
      }
      SentBody again = body;
      boolean held = producer == null || again != null;
      if (retries > 0 && held && !headSeen && isStaleConnection(cause)) {
        LOG.log(System.Logger.Level.DEBUG, "an idle upstream connection had closed; sending again");
        // Others that idle are likely to be closed too.
        connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
        begin(again, retries - 1);
      } else if (ended.compareAndSet(false, true)) {
        receiver.failed(explain(cause));
      }
    }

    private boolean isStaleConnection(Exception cause) {
      if (cause instanceof RequestNotExecutedException) {
        return true;
      }
      // A closed connection shows as a reset, a broken pipe or an early end; a time-out is none.
      EndpointDetails endpoint = context.getEndpointDetails();
      boolean unsent = producer != null && !producer.begun();
      return endpoint != null
          && (unsent || endpoint.getRequestCount() > 1)
          && cause instanceof IOException
          && !(cause instanceof InterruptedIOException);
    }

    @Override
    public void releaseResources() {}
  }

  private static BackendException refusedByProxy(int status) {
    return new BackendException(
        Reason.UNREACHABLE,
        status == 407
            ? "The proxy before the upstream wants credentials, or others: status 407."
            : "The proxy before the upstream refused to connect to it: status " + status + ".",
        null);
  }

  private BackendException explain(Exception cause) {
    Reason reason = Reason.BROKEN;
    String message =
        headSeen
            ? "The connection to the upstream broke before its answer was complete."
            : "The upstream closed the connection without an answer.";
    if (cause instanceof ConnectionRequestTimeoutException) {
      reason = Reason.TIMEOUT;
      message = "No connection to the upstream became free in time.";
    } else if (cause instanceof SocketTimeoutException) {
      reason = Reason.TIMEOUT;
      message = "The upstream could not be reached in time.";
    } else if (cause instanceof ConnectException
        || cause instanceof UnknownHostException
        || cause instanceof NoRouteToHostException) {
      reason = Reason.UNREACHABLE;
      message = "The upstream can't be reached.";
    } else if (cause instanceof SSLException) {
      reason = Reason.UNREACHABLE;
      message = "No secure connection to the upstream could be made.";
    }
    return new BackendException(reason, message, cause);
  }
}
