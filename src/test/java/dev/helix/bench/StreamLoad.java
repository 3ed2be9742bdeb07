package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Many slow streams at once, from one thread. Prints {@code OPEN} when each has begun, from when on
 * their lateness is noted, {@code QUIET} when no more is noted and all are still open, and at the
 * end one line of JSON. Any stream that fails ends it with an exception. Arguments: URL below which
 * {@code /v1} is, streams, tokens in each, seconds from OPEN to QUIET, name for the conversation
 * ids, which {@link Api}.
 */
final class StreamLoad {
  /** So many new streams a second. */
  static final int RATE = 250;

  private static final int OPENED_AT_ONCE = 10;

  /** How much longer than planned it may take. */
  private static final long PATIENCE_SECONDS = 40;

  /** A server that takes no connection for so long cannot hold what it has. */
  private static final int CONNECT_MILLIS = 10_000;

  private static final long PAUSE_MILLIS = 1000 / (RATE / OPENED_AT_ONCE);

  private final URI server;
  private final int streams;
  private final int tokens;
  private final long nanos;
  private final String name;
  private final Api api;
  private boolean noting;
  private final Sample lateness = new Sample();
  private final List<StreamCaller> callers = new ArrayList<>();

  private StreamLoad(URI server, int streams, int tokens, int seconds, String name, Api api) {
    this.api = api;
    this.server = server;
    this.streams = streams;
    this.tokens = tokens;
    this.nanos = seconds * 1_000_000_000L;
    this.name = name;
  }

  public static void main(String[] arguments) throws IOException {
    StreamLoad load =
        new StreamLoad(
            URI.create(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]),
            arguments[4],
            Api.valueOf(arguments[5]));
    System.out.println(load.run());
  }

  private ObjectNode run() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    int open = 0;
    int mostOpen = 0;
    long opened = 0;
    long begun = System.nanoTime();
    long nextOpening = begun;
    try (Selector selector = Selector.open()) {
      while (callers.size() < streams || open > 0) {
        if (callers.size() < streams && System.nanoTime() >= nextOpening) {
          for (int i = 0; i < OPENED_AT_ONCE && callers.size() < streams; i++) {
            open(selector);
            open++;
          }
          nextOpening += PAUSE_MILLIS * 1_000_000;
        }
        mostOpen = Math.max(mostOpen, open);
        selector.select(callers.size() < streams ? 1 : 1000);
        Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
        while (ready.hasNext()) {
          SelectionKey key = ready.next();
          ready.remove();
          open -= serve(key, buffer) ? 1 : 0;
        }
        if (System.nanoTime() - begun > (tokens + PATIENCE_SECONDS) * 1_000_000_000) {
          throw new IOException(open + " streams have not ended in time");
        }
        if (opened == 0 && callers.size() == streams && allBegan()) {
          opened = System.nanoTime();
          noting = true;
          System.out.println("OPEN");
        }
        if (noting && System.nanoTime() - opened >= nanos) {
          noting = false;
          System.out.println("QUIET");
        }
      }
    }
    return lateness.toJson().put("streams", streams).put("most_open", mostOpen);
  }

  private boolean allBegan() {
    for (StreamCaller caller : callers) {
      if (caller.seen() == 0) {
        return false;
      }
    }
    return true;
  }

  private void open(Selector selector) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel
        .socket()
        .connect(new InetSocketAddress(server.getHost(), server.getPort()), CONNECT_MILLIS);
    channel.configureBlocking(false);
    StreamCaller caller = new StreamCaller(channel, request(callers.size()), tokens, api.token());
    callers.add(caller);
    int interest = caller.send() ? SelectionKey.OP_READ : SelectionKey.OP_WRITE;
    channel.register(selector, interest, caller);
  }

  /** Whether the stream has ended, well. */
  private boolean serve(SelectionKey key, ByteBuffer buffer) throws IOException {
    StreamCaller caller = (StreamCaller) key.attachment();
    if (key.isWritable() && caller.send()) {
      key.interestOps(SelectionKey.OP_READ);
    }
    if (key.isReadable()) {
      caller.read(buffer, noting ? lateness : null);
    }
    if (caller.isEnded()) {
      key.channel().close();
    }
    return caller.isEnded();
  }

  private byte[] request(int number) {
    String body =
        "{\"model\":\"seconds-"
            + tokens
            + "\",\"stream\":true,\""
            + api.input()
            + "\":[{\"role\":\"user\",\"content\":\"Count "
            + number
            + "\"}]}";
    String path = server.getPath().replaceFirst("/$", "") + api.path();
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + ("X-Conversation-ID: " + name + "-" + number + "\r\n")
            + ("Content-Length: " + body.length() + "\r\n\r\n")
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
