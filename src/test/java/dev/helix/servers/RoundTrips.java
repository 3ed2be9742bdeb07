package dev.helix.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pass-through between a database's driver and the database that counts round trips, and with
 * PostgreSQL the transactions that ended; and one address for several servers in turn. Bytes pass
 * as they come. Thread-safe; each connection has two daemon threads.
 */
public final class RoundTrips implements AutoCloseable {
  private final ServerSocket listener;
  private volatile int server;
  private final List<Socket> sockets = new ArrayList<>();
  private final AtomicInteger roundTrips = new AtomicInteger();
  private final AtomicInteger transactions = new AtomicInteger();

  private RoundTrips(ServerSocket listener, int server) {
    this.listener = listener;
    this.server = server;
  }

  /** Starts one on a free port of 127.0.0.1, before a server's port there. */
  public static RoundTrips before(int server) {
    try {
      RoundTrips proxy =
          new RoundTrips(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()), server);
      daemon(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port on 127.0.0.1 where the server is reached through this. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Leads new connections to another server's port; those that there are stay where they are. */
  public void leadTo(int other) {
    server = other;
  }

  /** How often a client has waited for the server so far. */
  public int count() {
    return roundTrips.get();
  }

  /** How many transactions have ended so far, single statements too, if it is a PostgreSQL. */
  public int transactions() {
    return transactions.get();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = keep(listener.accept());
        Socket upstream = keep(new Socket(InetAddress.getLoopbackAddress(), server));
        Turn turn = new Turn();
        daemon(() -> pump(client, upstream, turn::asked));
        daemon(() -> pump(upstream, client, turn::answered));
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

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "round-trips");
    thread.setDaemon(true);
    thread.start();
  }

  @FunctionalInterface
  private interface Look {
    void at(byte[] bytes, int length);
  }

  private static void pump(Socket from, Socket to, Look look) {
    byte[] piece = new byte[64 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(piece); length > 0; length = in.read(piece)) {
        look.at(piece, length); // before the other side can act on it
        out.write(piece, 0, length);
      }
    } catch (IOException e) {
      // One of the two has gone, and the other goes with it.
    }
  }

  /** Whose turn it is to speak on a connection, and where the server is in its messages. */
  private final class Turn {
    private static final int HEAD = 5;
    private final byte[] head = new byte[HEAD];
    private boolean asks;
    private boolean begun;
    private int known;
    private long left;

    synchronized void asked(byte[] bytes, int length) {
      asks = true;
    }

    /** Each message is a letter, its length, which counts itself, and its content. */
    synchronized void answered(byte[] bytes, int length) {
      if (asks) {
        roundTrips.incrementAndGet();
        asks = false;
      }
      for (int i = 0; i < length; i++) {
        if (left > 0) {
          left--;
          if (head[0] == 'Z' && bytes[i] == 'I') {
            transactions.incrementAndGet(); // Ready for a query, and in no transaction.
          }
        } else if (begun || bytes[i] != 'N') { // So far it only said that it does not encrypt.
          begun = true;
          head[known++] = bytes[i];
          if (known == HEAD) {
            known = 0;
            left = Math.max(0, size() - 4);
          }
        }
      }
    }

    private long size() {
      return (head[1] & 0xffL) << 24
          | (head[2] & 0xff) << 16
          | (head[3] & 0xff) << 8
          | (head[4] & 0xff);
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
}
