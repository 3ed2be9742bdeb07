package dev.helix.launch;

import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.HttpStream;
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

  /** The request that Jetty has last read; null once its response is complete. Guarded by this. */
  private HttpStream current;

  /**
   * What is run when the caller leaves; null while no request waits. Guarded by this, as all below.
   */
  private Runnable onLeft;

  private boolean watching;

  /** Since when a head has been coming, in nanoseconds, and behind how many requests. */
  private long headSince;

  private long headBehind = -1;

  /** What Jetty waits with for more to read until the watch ends; null while it does not. */
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
      connection.watch(inside.getId(), onLeft);
    }
  }

  private synchronized void watch(String request, Runnable told) {
    // What came of the next request already would have to stay before what is kept of it.
    if (current != null
        && current.getId().equals(request)
        && isRequestBufferEmpty()
        && kept == null) {
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

  @Override
  protected HttpStreamOverHTTP1 newHttpStream(String method, String uri, HttpVersion version) {
    HttpStreamOverHTTP1 stream =
        new HttpStreamOverHTTP1(method, uri, version) {
          @Override
          public void succeeded() {
            endRequest(this);
            super.succeeded();
          }

          @Override
          public void failed(Throwable cause) {
            endRequest(this);
            super.failed(cause);
          }
        };
    synchronized (this) {
      current = stream;
    }
    return stream;
  }

  /** Nothing is read for the watch from here on, before Jetty goes on with what was. */
  private synchronized void endRequest(HttpStream ended) {
    if (current != ended) {
      return;
    }
    current = null;
    onLeft = null;
    if (kept != null) {
      onUpgradeTo(kept);
      kept = null;
    }
  }

  /** Whether Jetty waits for something to read; the watch does not count. */
  @Override
  public synchronized boolean isFillInterested() {
    return watching ? wanted != null : super.isFillInterested();
  }

  /** The response is complete, and Jetty reads the next request. */
  @Override
  public void onFillable() {
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
    if (!waitsForTheWatch(callback)) {
      super.fillInterested(callback);
    }
  }

  @Override
  public void tryFillInterested(Callback callback) {
    if (!waitsForTheWatch(callback)) {
      super.tryFillInterested(callback);
    }
  }

  /** Only one can wait for what comes: the watch, until something comes, passes it on. */
  private synchronized boolean waitsForTheWatch(Callback callback) {
    if (watching) {
      wanted = callback;
    }
    return watching;
  }
}
