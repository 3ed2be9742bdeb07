package dev.helix.scripted;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A pass-through between an HTTP/1.1 client and a server that keeps every request and the order in
 * which exchanges began and ended. Responses pass byte by byte as they come; a side that closes its
 * connection closes the other's. Each request gets a header more, {@link #NUMBER}, which tells it
 * from its twins further up. Thread-safe; each connection has two daemon threads.
 */
public final class Tap implements AutoCloseable {
  /** The header with an exchange's number, counted from 1. */
  public static final String NUMBER = "X-Recording";

  /** What happened to an exchange. */
  public enum Moment {
    /** The request had come, whole. */
    BEGUN,
    /** The response's last byte was there, not yet with the client. */
    ENDED,
    /** The client closed its connection before. */
    LEFT
  }

  /** A moment of one exchange. */
  public record Event(Moment moment, int exchange) {}

  private final ServerSocket listener;
  private volatile URI server;
  private final List<Request> requests = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();

  private Tap(ServerSocket listener, URI server) {
    this.listener = listener;
    this.server = server;
  }

  /** Starts one on a free port of 127.0.0.1, before a server. */
  public static Tap before(URI server) {
    try {
      Tap tap = new Tap(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()), server);
      daemon("tap-accept", tap::accept);
      return tap;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where clients reach the server through this. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort() + server.getRawPath());
  }

  /** Leads connections that come from now on to another server, which took the place of that. */
  public void leadTo(URI other) {
    server = other;
  }

  /** The request of an exchange, as it came. */
  public synchronized Request request(int exchange) {
    return requests.get(exchange - 1);
  }

  /** Every moment so far, in order. */
  public synchronized List<Event> events() {
    return List.copyOf(events);
  }

  /** Waits until the moments so far are as wanted; fails when they are not in time. */
  public synchronized void await(
      String wanted, Duration timeout, Predicate<List<Event>> condition) {
    long end = System.nanoTime() + timeout.toNanos();
    while (!condition.test(events())) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(wanted + " did not come about within " + timeout);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public synchronized void close() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (true) {
      try {
        Connection connection = new Connection(keep(listener.accept()));
        daemon("tap-client", connection::fromClient);
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private synchronized Socket keep(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    sockets.add(socket);
    return socket;
  }

  private synchronized int begin(Request request) {
    requests.add(request);
    add(Moment.BEGUN, requests.size());
    return requests.size();
  }

  private synchronized void add(Moment moment, int exchange) {
    events.add(new Event(moment, exchange));
    notifyAll();
  }

  /** A client's connection and ours to the server that belongs to it. */
  private final class Connection {
    private final Socket client;
    private Socket upstream;
    private int open; // the number of the exchange under way, 0 between two

    Connection(Socket client) {
      this.client = client;
    }

    void fromClient() {
      try (client) {
        HttpInput in = new HttpInput(client.getInputStream());
        for (String line = in.line(); line != null; line = in.line()) {
          String[] parts = line.split(" ", -1);
          List<Header> headers = in.headers();
          pass(line, new Request(parts[0], parts[1], headers, in.requestBody(headers)));
        }
      } catch (IOException e) {
        // The client tore its connection down: the same as a close.
      } finally {
        end(Moment.LEFT);
        closeUpstream();
      }
    }

    private void pass(String line, Request request) throws IOException {
      if (upstream == null) {
        URI to = server;
        upstream = keep(new Socket(to.getHost(), to.getPort()));
        daemon("tap-server", () -> fromServer(upstream));
      }
      int number = begin(request);
      synchronized (this) {
        open = number;
      }
      StringBuilder head = new StringBuilder(line).append("\r\n");
      for (Header header : request.headers()) {
        head.append(Header.lines(header.name(), header.value()));
      }
      head.append(Header.lines(NUMBER, "" + number)).append("\r\n");
      OutputStream out = upstream.getOutputStream();
      out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
      out.write(request.body());
      out.flush();
    }

    private void fromServer(Socket socket) {
      ResponseEnd end = new ResponseEnd();
      byte[] piece = new byte[16 * 1024];
      try (client;
          socket) {
        InputStream in = socket.getInputStream();
        for (int length = in.read(piece); length > 0; length = in.read(piece)) {
          if (end.isReachedBy(piece, length)) {
            end(Moment.ENDED); // before the client can act on it
          }
          client.getOutputStream().write(piece, 0, length);
        }
      } catch (IOException e) {
        // One of the two has gone, and the other goes with it.
      } finally {
        end(Moment.ENDED);
      }
    }

    private void end(Moment moment) {
      int number;
      synchronized (this) {
        number = open;
        open = 0;
      }
      if (number != 0) {
        add(moment, number);
      }
    }

    private void closeUpstream() {
      try {
        if (upstream != null) {
          upstream.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
