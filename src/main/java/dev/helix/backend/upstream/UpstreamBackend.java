package dev.helix.backend.upstream;

import dev.helix.backend.BackendException;
import dev.helix.backend.BackendException.Reason;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.backend.PassedCall;
import dev.helix.backend.PassingBackend;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.CredentialsProvider;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.core5.concurrent.DefaultThreadFactory;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * An OpenAI-compatible upstream, spoken to over HTTP/1.1 with non-blocking I/O: a reply that is
 * waited for holds a connection and no thread.
 *
 * <p>The upstream is sent our own key, the content headers and the headers listed in {@link
 * ChatCall#headers} or {@link PassedCall#headers}, nothing else of the caller's (Specification
 * section 6). Redirects are not followed, cookies not kept. Replies to chats that come compressed,
 * which is not asked for, are read. Safe for use by many threads.
 */
public final class UpstreamBackend implements ChatBackend, PassingBackend {
  private static final int MAX_MODELS_BYTES = 16 * 1024 * 1024;

  private final UpstreamSettings settings;
  private final URI completions;
  private final URI models;

  /** The client keeps three buffers of this size for each reply under way. */
  private static final int BUFFER_BYTES = 2 * 1024;

  /** What head and body may take together to be sent in one piece. */
  private static final int ONE_PIECE_BYTES = 8 * 1024;

  /** Some gateways put the policies of a company into their heads. */
  private static final int MAX_HEADERS = 1000;

  private static final int MAX_LINE_BYTES = 64 * 1024;

  private final Secrets secrets;
  private final ScheduledExecutorService timers;
  private final ConnectThread connectThread;
  private final PoolingAsyncClientConnectionManager connections;
  private final CloseableHttpAsyncClient client;
  private volatile ModelsReceiver asked;

  /**
   * Opens the client; connections are made when first used. The timers stay the caller's to close.
   */
  public UpstreamBackend(UpstreamSettings settings, ScheduledExecutorService timers) {
    this(settings, timers, SystemDefaultDnsResolver.INSTANCE);
  }

  UpstreamBackend(UpstreamSettings settings, ScheduledExecutorService timers, DnsResolver names) {
    this.settings = settings;
    this.completions = settings.endpoint(UpstreamSettings.COMPLETIONS);
    this.models = settings.endpoint("/models");
    this.secrets = new Secrets(settings);
    this.timers = timers;
    Timeout connect = Timeout.of(settings.connectTimeout());
    this.connectThread = new ConnectThread(names, timers);
    this.connections =
        new PoolingAsyncClientConnectionManager(
            connectThread, PoolConcurrencyPolicy.STRICT, PoolReusePolicy.LIFO, null, false);
    connections.setDefaultMaxPerRoute(settings.maxConnections());
    connections.setMaxTotal(settings.maxConnections());
    connections.setDefaultConnectionConfig(
        ConnectionConfig.custom()
            .setConnectTimeout(connect)
            .setSocketTimeout(Timeout.DISABLED)
            .build());
    connections.setDefaultTlsConfig(
        TlsConfig.custom()
            .setHandshakeTimeout(connect)
            .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
            .build());
    ProxySettings proxy = settings.proxy();
    this.client =
        HttpAsyncClients.custom()
            .setProxy(proxy == null ? null : new HttpHost("http", proxy.host(), proxy.port()))
            .setDefaultCredentialsProvider(credentials(proxy))
            .setConnectionManager(connections)
            .setHttp1Config(
                Http1Config.copy(Http1Config.DEFAULT)
                    .setBufferSize(BUFFER_BYTES)
                    .setChunkSizeHint(ONE_PIECE_BYTES)
                    .setInitialWindowSize(ReplyReceiver.FIRST_WINDOW)
                    .setMaxHeaderCount(MAX_HEADERS)
                    .setMaxLineLength(MAX_LINE_BYTES)
                    .build())
            .setIoSessionDecorator(ReadGate::before)
            .setIOReactorConfig(IOReactorConfig.custom().setSoTimeout(Timeout.DISABLED).build())
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(connect)
                    // The turn has timers of its own: this one is also tripped by a slow caller.
                    .setResponseTimeout(Timeout.DISABLED)
                    .build())
            .setThreadFactory(new DefaultThreadFactory("helix-upstream", true))
            .setUserAgent("helix-sessions")
            .addExecInterceptorLast("exchange", UpstreamExchange::runOn)
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .build();
    client.start();
  }

  /** What the client answers a proxy with that asks who it is before it opens a tunnel. */
  private static CredentialsProvider credentials(ProxySettings proxy) {
    BasicCredentialsProvider credentials = new BasicCredentialsProvider();
    if (proxy != null && proxy.credentials() != null) {
      String[] parts = proxy.credentials().split(":", 2);
      char[] password = parts.length < 2 ? new char[0] : parts[1].toCharArray();
      credentials.setCredentials(
          new AuthScope(proxy.host(), proxy.port()),
          new UsernamePasswordCredentials(parts[0], password));
    }
    return credentials;
  }

  @Override
  public String describe() {
    return settings.describe();
  }

  @Override
  public String masked(String text) {
    return secrets.masked(text);
  }

  @Override
  public Exchange chat(ChatCall call, ReplyReceiver receiver) {
    return chat(call.headers(), SentBody.of(call.body()), receiver);
  }

  /** As {@link #chat(ChatCall, ReplyReceiver)}, with a body that need not be the call's. */
  public Exchange chat(Map<String, String> headers, SentBody body, ReplyReceiver receiver) {
    return begin("POST", completions, headers, body, receiver, false);
  }

  @Override
  public Exchange pass(PassedCall call, ReplyReceiver receiver) {
    SentBody body = call.body() == null ? null : SentBody.of(call.body());
    return pass(call, call.headers(), body, receiver);
  }

  /** As {@link #pass(PassedCall, ReplyReceiver)}, with headers and a body that need not be its. */
  public Exchange pass(
      PassedCall call, Map<String, String> headers, SentBody body, ReplyReceiver receiver) {
    URI endpoint = settings.endpoint(call.target());
    return begin(call.method(), endpoint, headers, body, receiver, true);
  }

  @Override
  public CompletionStage<byte[]> models() {
    ModelsReceiver receiver = new ModelsReceiver();
    asked = receiver;
    Exchange exchange = begin("GET", models, Map.of(), null, receiver, false);
    receiver.exchange.complete(exchange);
    ScheduledFuture<?> timeout =
        timers.schedule(
            () -> receiver.fail(Reason.TIMEOUT, "The upstream's list of models took too long."),
            settings.modelsTimeout().toMillis(),
            TimeUnit.MILLISECONDS);
    return receiver.body.whenComplete(
        (body, failure) -> {
          timeout.cancel(false);
          if (failure != null) {
            exchange.cancel();
          }
        });
  }

  private Exchange begin(
      String method,
      URI endpoint,
      Map<String, String> headers,
      SentBody body,
      ReplyReceiver receiver,
      boolean asItIs) {
    BasicHttpRequest request = new BasicHttpRequest(method, endpoint);
    if (!asItIs && body != null) {
      request.setHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }
    headers.forEach(request::setHeader);
    if (settings.key() != null) {
      request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + settings.key());
    }
    boolean looksInside = !secrets.random().isEmpty();
    if (asItIs && looksInside) {
      request.setHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
    }
    PlainReply.Successes successes =
        !asItIs
            ? PlainReply.Successes.PLAIN
            : looksInside ? PlainReply.Successes.PLAIN_IF_KNOWN : PlainReply.Successes.AS_THEY_COME;
    ProxySettings proxy = settings.proxy();
    boolean tunnelled = endpoint.getScheme().equalsIgnoreCase("https");
    if (proxy != null && proxy.credentials() != null && !tunnelled) {
      request.setHeader(HttpHeaders.PROXY_AUTHORIZATION, proxy.authorization());
    }
    UpstreamExchange exchange =
        new UpstreamExchange(
            client, connections, request, body, masked(receiver), successes, timers);
    exchange.begin();
    return exchange;
  }

  private ReplyReceiver masked(ReplyReceiver receiver) {
    return secrets.isEmpty() ? receiver : new MaskedReply(receiver, secrets);
  }

  @Override
  public void close() {
    ModelsReceiver running = asked;
    if (running != null) {
      running.fail(Reason.BROKEN, "The application stops.");
    }
    // Else the reactor's threads would find their selector closed under them, and log it.
    client.initiateShutdown();
    try {
      client.awaitShutdown(TimeValue.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close(CloseMode.IMMEDIATE);
    connectThread.close();
  }

  /** Collects the list of models, which must be a JSON object of a bearable size. */
  private static final class ModelsReceiver implements ReplyReceiver {
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final CompletableFuture<Exchange> exchange = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void head(ReplyHead head) {
      if (head.status() != 200) {
        fail(Reason.BROKEN, "The upstream answered /models with " + head.status() + ".");
      }
    }

    @Override
    public void data(ByteBuffer buffer) {
      int length = buffer.remaining();
      bytes.write(buffer.array(), buffer.arrayOffset() + buffer.position(), length);
      if (bytes.size() > MAX_MODELS_BYTES) {
        fail(Reason.BROKEN, "The upstream's list of models is too long.");
      } else {
        CompletableFuture<Void> unused = exchange.thenAccept(running -> running.request(length));
      }
    }

    @Override
    public void end() {
      body.complete(bytes.toByteArray());
    }

    private void fail(Reason reason, String message) {
      failed(new BackendException(reason, message, null));
    }

    @Override
    public void failed(BackendException cause) {
      body.completeExceptionally(cause);
    }
  }
}
