package dev.helix.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.Iterator;
import java.util.PriorityQueue;

/**
 * The upstream of the benchmark: one thread, non-blocking, on 127.0.0.1. A request that asks for a
 * stream gets one token each second, which holds the time at which it was written; any other gets
 * its answer at once. Prints its port. Arguments: tokens in a stream, bytes of a whole answer's
 * text.
 */
final class BenchUpstream {
  private static final int BACKLOG = 4096;

  private final Selector selector = Selector.open();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final PriorityQueue<UpstreamConnection> due =
      new PriorityQueue<>(Comparator.comparingLong(UpstreamConnection::due));
  private final Answers answers;

  private BenchUpstream(Answers answers) throws IOException {
    this.answers = answers;
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
  }

  public static void main(String[] arguments) throws IOException {
    Answers answers = new Answers(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    BenchUpstream upstream = new BenchUpstream(answers);
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
        if (connection.sendToken()) {
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
      key.attach(new UpstreamConnection(channel, key, answers));
    }
  }

  private void serve(SelectionKey key) {
    UpstreamConnection connection = (UpstreamConnection) key.attachment();
    boolean wasStreaming = connection.isStreaming();
    connection.ready();
    if (!wasStreaming && connection.isStreaming()) {
      due.add(connection);
    }
  }
}
