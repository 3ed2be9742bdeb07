package dev.helix.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.Iterator;
import java.util.PriorityQueue;

/**
 * The upstream of the benchmark: one thread, non-blocking, on 127.0.0.1. The model that a request
 * names says what it gets: {@code whole} its answer at once, {@code seconds-N} a stream of N
 * tokens, one each second, which hold the time at which they were written, {@code burst-N} a stream
 * of N tokens as fast as they are taken, {@code first-N} the same, but the first token comes alone,
 * two milliseconds before the others. Prints its port.
 */
final class BenchUpstream {
  private static final int BACKLOG = 4096;

  private final Selector selector = Selector.open();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final PriorityQueue<UpstreamConnection> due =
      new PriorityQueue<>(Comparator.comparingLong(UpstreamConnection::due));
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

  private BenchUpstream() throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
  }

  public static void main(String[] arguments) throws IOException {
    BenchUpstream upstream = new BenchUpstream();
    System.out.println(upstream.listener.socket().getLocalPort());
    upstream.serve();
  }

  private void serve() throws IOException {
    while (true) {
      long wait = due.isEmpty() ? 0 : due.peek().due() - System.nanoTime();
      if (due.isEmpty()) {
        selector.select();
      } else if (wait <= 0) {
        selector.selectNow();
      } else {
        selector.select(Math.max(1, wait / 1_000_000));
      }
      Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
      while (ready.hasNext()) {
        SelectionKey key = ready.next();
        ready.remove();
        if (key.isAcceptable()) {
          accept();
        } else {
          serve(key);
        }
      }
      while (!due.isEmpty() && due.peek().due() <= System.nanoTime()) {
        UpstreamConnection connection = due.poll();
        if (connection.sendDue()) {
          due.add(connection);
        }
      }
    }
  }

  private void accept() throws IOException {
    for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
      channel.configureBlocking(false);
      channel.socket().setTcpNoDelay(true);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      key.attach(new UpstreamConnection(channel, key, buffer));
    }
  }

  private void serve(SelectionKey key) {
    UpstreamConnection connection = (UpstreamConnection) key.attachment();
    boolean wasTimed = connection.isTimed();
    connection.ready();
    if (!wasTimed && connection.isTimed()) {
      due.add(connection);
    }
  }
}
