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

/** One connection at the benchmark's upstream. Used by its one thread only. */
final class UpstreamConnection {
  private static final long SECOND = 1_000_000_000L;

  private final SocketChannel channel;
  private final SelectionKey key;
  private final Answers answers;
  private final Deque<ByteBuffer> out = new ArrayDeque<>();
  private byte[] in = new byte[16 * 1024];
  private int length;
  private int sent;
  private boolean streaming;
  private long due;

  UpstreamConnection(SocketChannel channel, SelectionKey key, Answers answers) {
    this.channel = channel;
    this.key = key;
    this.answers = answers;
  }

  boolean isStreaming() {
    return streaming;
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

  /** Sends the token that is due, or the end; whether there is more to come. */
  boolean sendToken() {
    if (!key.isValid()) {
      return false;
    }
    try {
      if (sent == answers.tokens()) {
        streaming = false;
        send(answers.end());
        return false;
      }
      send(answers.token(sent++));
      due += SECOND;
      return true;
    } catch (IOException e) {
      close();
      return false;
    }
  }

  private void read() throws IOException {
    while (true) {
      if (length == in.length) {
        in = Arrays.copyOf(in, length * 2);
      }
      int count = channel.read(ByteBuffer.wrap(in, length, in.length - length));
      if (count < 0) {
        close();
        return;
      }
      if (count == 0) {
        break;
      }
      length += count;
    }
    int end = requestEnd();
    if (end < 0) {
      return;
    }
    boolean stream = indexOf("\"stream\":true", 0, end) >= 0;
    length = 0; // a client sends its next request only after the answer to this one
    if (stream) {
      sent = 0;
      streaming = true;
      due = System.nanoTime();
      send(answers.head());
    } else {
      send(answers.whole());
    }
  }

  /** Where the request ends that began at 0, or -1 while it is not all there. */
  private int requestEnd() throws IOException {
    int headEnd = indexOf("\r\n\r\n", 0, length);
    if (headEnd < 0) {
      return -1;
    }
    String head = new String(in, 0, headEnd, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    int field = head.indexOf("\r\ncontent-length:");
    if (field >= 0) {
      int lineEnd = head.indexOf("\r\n", field + 2);
      String value = head.substring(field + 17, lineEnd < 0 ? head.length() : lineEnd).strip();
      int end = headEnd + 4 + Integer.parseInt(value);
      return length >= end ? end : -1;
    }
    if (head.contains("\r\ntransfer-encoding:")) {
      int last = indexOf("\r\n0\r\n\r\n", headEnd, length);
      return last < 0 ? -1 : last + 7;
    }
    return headEnd + 4;
  }

  private int indexOf(String ascii, int from, int to) {
    byte[] wanted = ascii.getBytes(StandardCharsets.US_ASCII);
    for (int i = from; i <= to - wanted.length; i++) {
      if (Arrays.equals(in, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  private void send(byte[] bytes) throws IOException {
    out.add(ByteBuffer.wrap(bytes));
    flush();
  }

  private void flush() throws IOException {
    while (!out.isEmpty()) {
      channel.write(out.peek());
      if (out.peek().hasRemaining()) {
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        return;
      }
      out.remove();
    }
    key.interestOps(SelectionKey.OP_READ);
  }

  private void close() {
    streaming = false;
    key.cancel();
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
