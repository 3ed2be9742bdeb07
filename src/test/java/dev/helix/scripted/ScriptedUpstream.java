package dev.helix.scripted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * An HTTP/1.1 server on 127.0.0.1 whose answers a test writes byte by byte. Each request waits in a
 * queue until {@link #next} takes it; a request that nobody answers makes this a silent upstream.
 * Thread-safe; each connection has a daemon thread.
 */
public final class ScriptedUpstream implements AutoCloseable {
  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final int port;
  private volatile ServerSocket listener;
  private volatile Thread acceptor;
  private volatile boolean closesAfterEachReply;
  private volatile boolean scriptsModels = true;
  private volatile Function<Request, Reply> answers = request -> null;

  private ScriptedUpstream() {
    port = Ports.free();
    listener = bind(port);
  }

  /** Starts one on a free port. */
  public static ScriptedUpstream start() {
    ScriptedUpstream upstream = new ScriptedUpstream();
    upstream.serve();
    return upstream;
  }

  /**
   * Starts one for a whole application, which asks for the list of models when it starts: there is
   * none, unless a standing answer gives it.
   */
  public static ScriptedUpstream startWithoutModels() {
    ScriptedUpstream upstream = start();
    upstream.scriptsModels = false;
    return upstream;
  }

  /** From now on requests for the list of models wait for a script as all others do. */
  public void scriptModels() {
    scriptsModels = true;
  }

  /** A base URL at which connections are refused. */
  public static URI refusing() {
    return base(Ports.free());
  }

  /** The base URL, which ends in {@code /v1}. */
  public URI baseUrl() {
    return base(port);
  }

  /**
   * The next request that no standing answer took; waits for it, and fails when none comes in time.
   */
  public Call next(Duration timeout) {
    Call call = poll(timeout);
    if (call == null) {
      throw new AssertionError("no request reached the upstream within " + timeout);
    }
    return call;
  }

  /** As {@link #next(Duration)}, for ten seconds. */
  public Call next() {
    return next(Duration.ofSeconds(10));
  }

  /** The next request, or null when none comes in time. */
  public Call poll(Duration timeout) {
    try {
      return calls.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /**
   * Answers requests without a script from now on; where the function gives null, the script does.
   */
  public void answerAlways(Function<Request, Reply> function) {
    answers = function;
  }

  /**
   * Whether each further reply is followed by an unannounced close, so that pooled connections go
   * stale.
   */
  public void closeAfterEachReply(boolean closes) {
    closesAfterEachReply = closes;
  }

  /**
   * Stops listening and drops every connection: further connections are refused until {@link #up}.
   */
  public void down() {
    try {
      listener.close();
      // The kernel goes on listening for as long as a thread is inside accept.
      acceptor.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    dropConnections();
  }

  /** Listens again, on the same port. */
  public void up() {
    listener = bind(port);
    serve();
  }

  /** Back to the beginning: listening, no standing answers, no waiting requests, no connections. */
  public void forget() {
    answers = request -> null;
    closesAfterEachReply = false;
    dropConnections();
    calls.clear();
    if (listener.isClosed()) {
      up();
    }
  }

  @Override
  public void close() {
    down();
  }

  private static ServerSocket bind(int port) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
      return listener;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URI base(int port) {
    return URI.create("http://127.0.0.1:" + port + "/v1");
  }

  private void dropConnections() {
    for (Socket socket : new ArrayList<>(connections)) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void serve() {
    ServerSocket accepting = listener;
    acceptor = daemon("upstream-accept", () -> accept(accepting));
  }

  private void accept(ServerSocket accepting) {
    while (true) {
      Socket socket;
      try {
        socket = accepting.accept();
        socket.setTcpNoDelay(true);
      } catch (IOException e) {
        return; // closed by down()
      }
      connections.add(socket);
      if (accepting.isClosed()) {
        dropConnections(); // down() may have looked before this one was added
      }
      daemon("upstream-connection", () -> converse(socket));
    }
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  // The thread reads the next request while the test still answers the last one: that read is what
  // notices that the peer closed the connection.
  private void converse(Socket socket) {
    Call last = null;
    try (socket) {
      HttpInput in = new HttpInput(socket.getInputStream());
      for (String line = in.line(); line != null; line = in.line()) {
        if (last != null) {
          last.peerStayed();
        }
        String[] parts = line.split(" ", -1);
        if (parts.length != 3) {
          throw new IOException("not a request line: " + line);
        }
        List<Header> headers = in.headers();
        if ("100-continue".equalsIgnoreCase(Header.first(headers, "Expect"))) {
          socket
              .getOutputStream()
              .write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        Request request = new Request(parts[0], parts[1], headers, in.requestBody(headers));
        last = new Call(request, socket, closesAfterEachReply);
        Reply reply = answers.apply(request);
        if (reply == null && !scriptsModels && request.path().endsWith("/models")) {
          reply = Reply.json(404, "{}");
        }
        if (reply == null) {
          calls.add(last);
        } else {
          reply.sendTo(last);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // The peer reset the connection, or the script closed it: told apart by who was first.
    } finally {
      connections.remove(socket);
      if (last != null) {
        last.peerClosed();
      }
    }
  }
}
