package dev.helix.launch;

import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * A connection that can tell, while a request on it waits for its response, that the caller has
 * left (ADR-0059). Jetty itself reads nothing then. Bytes of a next request that come meanwhile are
 * kept for it. A request whose head takes too long to come is given up. Thread-safe.
 */
final class WatchedConnection extends HttpConnection {
  /** Of a next request; more is left where it is. */
  private static final int SOME = 1024;

  private final long headNanos;
  private final Callback readable = Callback.from(this::onReadable, this::onUnreadable);

  /**
   * What is run when the caller leaves; null while no request waits. Guarded by this, as all below.
   */
  private Runnable onLeft;

  private boolean watching;

  /** Since when a head has been coming, in nanoseconds, and behind how many requests. */
  private long headSince;

  private long headBehind = -1;

  /** What Jetty waits with for the next request until the watch ends; null while it does not. */
  private Callback wanted;

  private ByteBuffer kept;

  private WatchedConnection(
      HttpConfiguration configuration, Connector connector, EndPoint endPoint, Duration head) {
    super(configuration, connector, endPoint);
    this.headNanos = head.toNanos();
  }

  /**
   * Makes the connections of a connector.
   *
   * @param head how long a request's head may take from its first bytes
   */
  static HttpConnectionFactory factory(HttpConfiguration http, Duration head) {
    return new HttpConnectionFactory(http) {
      @Override
      public Connection newConnection(Connector connector, EndPoint endPoint) {
        HttpConnection connection =
            new WatchedConnection(getHttpConfiguration(), connector, endPoint, head);
        connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
        return configure(connection, connector, endPoint);
      }
    };
  }

  /**
   * Has it told when the caller of a request leaves before its response is complete. The request's
   * body must have been read.
   */
  static void watch(ServletRequest request, Runnable onLeft) {
    ServletContextRequest inside = ServletContextRequest.getServletContextRequest(request);
    if (inside.getConnectionMetaData().getConnection() instanceof WatchedConnection connection) {
      connection.watch(onLeft);
    }
  }

  private synchronized void watch(Runnable told) {
    // What came of the next request already would have to stay before what is kept of it.
    if (isRequestBufferEmpty() && kept == null) {
      onLeft = told;
      watching = watching || getEndPoint().tryFillInterested(readable);
    }
  }

  private void onReadable() {
    Callback resumed;
    Runnable left = null;
    synchronized (this) {
      resumed = endWatch();
      if (resumed == null && onLeft != null && isAtEnd()) {
        left = onLeft;
      }
    }
    if (resumed != null) {
      resumed.succeeded();
    } else if (left != null) {
      left.run();
    }
  }

  private void onUnreadable(Throwable cause) {
    Callback resumed;
    Runnable left;
    synchronized (this) {
      resumed = endWatch();
      left = onLeft;
    }
    if (resumed != null) {
      resumed.failed(cause);
    } else if (left != null) {
      left.run();
    }
  }

  private Callback endWatch() {
    watching = false;
    Callback waits = wanted;
    wanted = null;
    return waits;
  }

  /** Whether the caller has closed its side; reads on, and watches on where nothing came. */
  private boolean isAtEnd() {
    try {
      ByteBuffer some = BufferUtil.allocate(SOME);
      int count = getEndPoint().fill(some);
      if (count > 0) {
        kept = some;
      } else if (count == 0) {
        watching = getEndPoint().tryFillInterested(readable);
      }
      return count < 0;
    } catch (IOException closed) {
      return true;
    }
  }

  /** Jetty's own check that nobody else reads: the watch gives way. */
  @Override
  public synchronized boolean isFillInterested() {
    return !watching && super.isFillInterested();
  }

  /** The response is complete, and Jetty reads the next request. */
  @Override
  public void onFillable() {
    boolean unused = takeBack();
    super.onFillable();
    if (isHeadLate()) {
      close();
    }
  }

  /** Called when what came was read, so that a head that is not whole is still to come. */
  private synchronized boolean isHeadLate() {
    HttpParser parser = getParser();
    if (!parser.inHeaderState() || parser.isStart()) {
      headBehind = -1;
    } else if (headBehind != getMessagesIn()) {
      headBehind = getMessagesIn();
      headSince = System.nanoTime();
    } else {
      return System.nanoTime() - headSince > headNanos;
    }
    return false;
  }

  @Override
  public void fillInterested(Callback callback) {
    synchronized (this) {
      if (takeBack()) {
        getExecutor().execute(callback::succeeded);
        return;
      }
      if (watching) {
        wanted = callback;
        return;
      }
    }
    super.fillInterested(callback);
  }

  /** Ends the watch's reading; whether it had read something, which Jetty has now. */
  private synchronized boolean takeBack() {
    onLeft = null;
    if (kept == null) {
      return false;
    }
    onUpgradeTo(kept);
    kept = null;
    return true;
  }
}
