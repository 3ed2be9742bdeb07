package dev.helix.backend.upstream;

import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.nio.DefaultAsyncClientConnectionOperator;
import org.apache.hc.client5.http.nio.ManagedAsyncClientConnection;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.concurrent.ComplexFuture;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.concurrent.FutureContribution;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.util.Timeout;

/**
 * The one thread on which connections to the upstream are begun, each with the lookup of the host's
 * name, which blocks. A connection whose lookup has not ended within the connect time-out fails,
 * and so do those that wait behind it. Thread-safe.
 */
final class ConnectThread extends DefaultAsyncClientConnectionOperator implements AutoCloseable {
  private final ScheduledExecutorService timers;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          task -> {
            Thread named = new Thread(task, "helix-connect");
            named.setDaemon(true);
            return named;
          });

  /** A thread that starts with its first connection. The timers stay the caller's to close. */
  ConnectThread(DnsResolver names, ScheduledExecutorService timers) {
    super(
        RegistryBuilder.<TlsStrategy>create()
            .register(URIScheme.HTTPS.id, DefaultClientTlsStrategy.createDefault())
            .build(),
        DefaultSchemePortResolver.INSTANCE,
        names);
    this.timers = timers;
    thread.allowCoreThreadTimeOut(true);
  }

  @Override
  public Future<ManagedAsyncClientConnection> connect(
      ConnectionInitiator initiator,
      HttpHost host,
      Path socket,
      NamedEndpoint name,
      SocketAddress local,
      Timeout timeout,
      Object attachment,
      HttpContext context,
      FutureCallback<ManagedAsyncClientConnection> callback) {
    ComplexFuture<ManagedAsyncClientConnection> connection = new ComplexFuture<>(callback);
    FutureCallback<ManagedAsyncClientConnection> made =
        new FutureContribution<>(connection) {
          @Override
          public void completed(ManagedAsyncClientConnection open) {
            if (!connection.completed(open)) {
              open.close(CloseMode.IMMEDIATE); // It came too late.
            }
          }
        };
    try {
      ScheduledFuture<?> late =
          timers.schedule(
              () -> connection.failed(new SocketTimeoutException("the name is looked up")),
              timeout.toMilliseconds(),
              TimeUnit.MILLISECONDS);
      thread.execute(
          () -> {
            if (!connection.isDone()) {
              try {
                connection.setDependency(
                    super.connect(
                        initiator, host, socket, name, local, timeout, attachment, context, made));
              } catch (RuntimeException e) {
                connection.failed(e); // Such as that the client is closed.
              }
            }
            late.cancel(false);
          });
    } catch (RejectedExecutionException stopped) {
      connection.failed(stopped);
    }
    return connection;
  }

  /** Begins no more connections. A lookup that hangs is not waited for. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
