package dev.helix.scripted;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that cannot say which one they took, or that come back at the same one. They
 * are below those that systems give to connections, so that none of these takes one while its
 * server is away, and no other run of tests on this machine gives them: each takes them from blocks
 * of its own, whose first port it listens on until it ends. Thread-safe.
 */
public final class Ports {
  private static final int LOWEST = 12_000;
  private static final int BLOCKS = 100;
  private static final int BLOCK = 100;

  /** A Redis that is of a cluster listens so much higher too; these are nobody else's either. */
  private static final int SECOND = BLOCKS * BLOCK;

  private static final Ports OURS = new Ports();

  /** What holds the blocks; never accepts a connection. */
  private final List<ServerSocket> held = new ArrayList<>();

  private int next;
  private int end;

  private Ports() {}

  /** A port that is free now, as is the one 10,000 above, and that was not given before. */
  public static int free() {
    return OURS.next();
  }

  /** So many of them. */
  public static List<Integer> free(int count) {
    List<Integer> ports = new ArrayList<>();
    while (ports.size() < count) {
      ports.add(free());
    }
    return ports;
  }

  private synchronized int next() {
    while (true) {
      if (next == end) {
        takeBlock();
      }
      int port = next++;
      if (isFree(port) && isFree(port + SECOND)) {
        return port;
      }
    }
  }

  private void takeBlock() {
    int from = ThreadLocalRandom.current().nextInt(BLOCKS);
    for (int i = 0; i < BLOCKS; i++) {
      int first = LOWEST + (from + i) % BLOCKS * BLOCK;
      try {
        held.add(listen(first));
        next = first + 1;
        end = first + BLOCK;
        return;
      } catch (IOException taken) {
        // Another run's, or one of ours that is used up.
      }
    }
    throw new IllegalStateException("all blocks of ports are taken");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = listen(port)) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }
}
