package dev.helix.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection at the benchmark's upstream. Used by its one thread only. */
final class UpstreamConnection {
  private static final long SECOND = 1_000_000_000L;

  /** How long after its first token the rest of a stream comes, where the first comes alone. */
  private static final long PAUSE = 2_000_000L;

  private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BODY_END = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MODEL = "\"model\"".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern LENGTH =
      Pattern.compile("\r\ncontent-length: *(\\d+)", Pattern.CASE_INSENSITIVE);

  private final SocketChannel channel;
  private final SelectionKey key;
  private final ByteBuffer buffer;
  private final Deque<ByteBuffer> out = new ArrayDeque<>();
  private byte[] in = new byte[16 * 1024];
  private int length;
  private int headEnd = -1;
  private int requestEnd = -1;
  private int sent;
  private int tokens;
  private int burst; // tokens that go out as fast as they are taken
  private int rest; // tokens that do so when they are due
  private boolean timed;
  private long due;

  /**
   * Over a connection.
   *
   * @param buffer for reading, shared by all
   */
  UpstreamConnection(SocketChannel channel, SelectionKey key, ByteBuffer buffer) {
    this.channel = channel;
    this.key = key;
    this.buffer = buffer;
  }

  /** Whether something is due by the clock. */
  boolean isTimed() {
    return timed;
  }

  /** When the next token is due, on the clock of {@link System#nanoTime}. */
  long due() {
    return due;
  }

  /** Reads and writes what can be; a connection that fails is closed. */
  void ready() {
    try {
      if (key.isValid() && key.isWritable()) {
        flush();
      }
      if (key.isValid() && key.isReadable()) {
        read();
      }
    } catch (IOException e) {
      close();
    }
  }

  /** Sends what is due; whether more is due later. */
  boolean sendDue() {
    if (!key.isValid()) {
      return false;
    }
    try {
      if (rest > 0) {
        timed = false;
        burst = rest;
        rest = 0;
        flush();
        return false;
      }
      if (sent == tokens) {
        timed = false;
        send(Answers.end());
        return false;
      }
      send(Answers.token(sent++));
      due += SECOND;
      return true;
    } catch (IOException e) {
      close();
      return false;
    }
  }

  private void read() throws IOException {
    int count = channel.read(buffer.clear());
    if (count < 0) {
      close();
      return;
    }
    if (length + count > in.length) {
      in = Arrays.copyOf(in, Math.max(length + count, length * 2));
    }
    buffer.flip().get(in, length, count);
    length += count;
    if (!isWhole()) {
      return;
    }
    String[] model = model().split("-", 2);
    length = 0; // a client sends its next request only after the answer to this one
    headEnd = -1;
    requestEnd = -1;
    sent = 0;
    switch (model[0]) {
      case "whole" -> send(Answers.whole());
      case "seconds" -> {
        tokens = Integer.parseInt(model[1]);
        timed = true;
        due = System.nanoTime();
        send(Answers.head());
      }
      case "first" -> {
        rest = Integer.parseInt(model[1]) - 1;
        timed = true;
        due = System.nanoTime() + PAUSE;
        send(Answers.head());
        send(Answers.tokens(1));
      }
      case "burst" -> {
        burst = Integer.parseInt(model[1]);
        send(Answers.head());
      }
      default -> throw new IOException("no such model: " + model[0]);
    }
  }

  /** Whether the request that began at 0 is all there. */
  private boolean isWhole() {
    if (headEnd < 0) {
      headEnd = indexOf(HEAD_END, 0);
      if (headEnd < 0) {
        return false;
      }
      String head = new String(in, 0, headEnd, StandardCharsets.ISO_8859_1);
      Matcher matcher = LENGTH.matcher(head);
      if (matcher.find()) {
        requestEnd = headEnd + HEAD_END.length + Integer.parseInt(matcher.group(1));
      } else if (!head.toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding:")) {
        requestEnd = headEnd + HEAD_END.length;
      }
    }
    if (requestEnd < 0) {
      int from = length - BODY_END.length;
      return from >= headEnd && indexOf(BODY_END, from) == from;
    }
    return length >= requestEnd;
  }

  /** What the request asks for: see {@link BenchUpstream}. */
  private String model() throws IOException {
    int name = indexOf(MODEL, headEnd);
    if (name < 0) {
      throw new IOException("a request without a model");
    }
    int begin = name + MODEL.length;
    while (in[begin++] != '"') {}
    int end = begin;
    while (in[end] != '"') {
      end++;
    }
    return new String(in, begin, end - begin, StandardCharsets.US_ASCII);
  }

  private int indexOf(byte[] wanted, int from) {
    for (int i = Math.max(0, from); i <= length - wanted.length; i++) {
      if (in[i] == wanted[0] && Arrays.equals(in, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  private void send(ByteBuffer bytes) throws IOException {
    out.add(bytes);
    flush();
  }

  // Gathered, as else writing would be the limit of the benchmark, and not what is before it; but
  // after one write it is another connection's turn.
  private void flush() throws IOException {
    boolean mine = true;
    while (true) {
      if (out.isEmpty() && burst > 0 && mine) {
        mine = false;
        int count = Math.min(burst, Answers.MOST_TOKENS);
        burst -= count;
        out.add(Answers.tokens(count));
        if (burst == 0) {
          out.add(Answers.end());
        }
      }
      if (out.isEmpty()) {
        key.interestOps(SelectionKey.OP_READ | (burst > 0 ? SelectionKey.OP_WRITE : 0));
        return;
      }
      channel.write(out.peek());
      if (out.peek().hasRemaining()) {
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        return;
      }
      out.remove();
    }
  }

  private void close() {
    timed = false;
    key.cancel();
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
