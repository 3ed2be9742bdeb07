package dev.helix.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A way to a server on this machine that takes its time: what the server says comes so much later.
 * One thread for each direction of a connection, and one for the clock.
 */
final class DistantServer implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final int port;
  private final long nanos;

  /**
   * Begins to listen.
   *
   * @param port of the server
   * @param away how much later its answers come
   */
  DistantServer(int port, Duration away) throws IOException {
    this.port = port;
    this.nanos = away.toNanos();
    run(this::accept);
  }

  /** The port that is listened on. */
  int port() {
    return listener.getLocalPort();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void run(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // The connection has ended, on one side or the other, which ends both.
                Thread.currentThread().interrupt();
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket near = listener.accept();
      Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
      for (Socket socket : List.of(near, far)) {
        socket.setTcpNoDelay(true);
        sockets.add(socket);
      }
      run(() -> pass(near, far, 0));
      run(() -> pass(far, near, nanos));
    }
  }

  private void pass(Socket from, Socket to, long later) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] some = new byte[64 * 1024];
      for (int read = in.read(some); read >= 0; read = in.read(some)) {
        byte[] bytes = Arrays.copyOf(some, read);
        if (later == 0) {
          out.write(bytes);
        } else {
          // One thread keeps the clock, so that what came first goes first.
          ScheduledFuture<?> unused =
              clock.schedule(() -> write(to, bytes), later, TimeUnit.NANOSECONDS);
        }
      }
    }
  }

  private static void write(Socket to, byte[] bytes) {
    try {
      to.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("the caller of a distant server is gone", e);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    clock.shutdownNow();
  }
}
