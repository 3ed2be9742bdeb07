package dev.helix.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * One caller of the stream load: sends a request, takes a stream apart as it comes. Not
 * thread-safe.
 */
final class StreamCaller {
  private final String begin;
  private final SocketChannel channel;
  private final ByteBuffer request;
  private final StringBuilder raw = new StringBuilder(); // arrived, not yet de-chunked
  private final StringBuilder body = new StringBuilder(); // de-chunked, not yet a whole line
  private final int tokens;
  private boolean headRead;
  private boolean done;
  private boolean ended;
  private int seen;
  private int left; // of the chunk under way
  private boolean betweenChunks; // its line end is still to come

  /** A caller who has sent nothing yet; what goes before the text of a token is {@code begin}. */
  StreamCaller(SocketChannel channel, byte[] request, int tokens, String begin) {
    this.begin = begin;
    this.channel = channel;
    this.request = ByteBuffer.wrap(request);
    this.tokens = tokens;
  }

  /** Sends what can be sent; whether all of the request is out. */
  boolean send() throws IOException {
    channel.write(request);
    return !request.hasRemaining();
  }

  /** How many tokens have come. */
  int seen() {
    return seen;
  }

  /** Whether the body has ended; it ended well if all tokens and [DONE] had come. */
  boolean isEnded() {
    return ended;
  }

  /** Reads what there is and notes the lateness of each token, unless there is no sample for it. */
  void read(ByteBuffer buffer, Sample lateness) throws IOException {
    int count;
    while ((count = channel.read(buffer.clear())) > 0) {
      raw.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
      take(lateness);
    }
    if (count < 0 && !ended) {
      throw new IOException("the stream was cut after token " + seen);
    }
  }

  private void take(Sample lateness) throws IOException {
    long now = System.nanoTime();
    if (!headRead) {
      int end = raw.indexOf("\r\n\r\n");
      if (end < 0) {
        return;
      }
      String head = raw.substring(0, end);
      if (!head.startsWith("HTTP/1.1 200")) {
        throw new IOException("the stream was refused: " + raw);
      }
      raw.delete(0, end + 4);
      headRead = true;
    }
    dechunk();
    for (int end = body.indexOf("\n"); end >= 0; end = body.indexOf("\n")) {
      line(body.substring(0, end), now, lateness);
      body.delete(0, end + 1);
    }
    if (ended && (!done || seen != tokens)) {
      throw new IOException("the stream ended after token " + seen + (done ? "" : ", no [DONE]"));
    }
  }

  // A chunk is taken as its bytes come, and the line end behind it with the next one: Jetty sends
  // it only then, and waiting for it would count a second's silence as lateness.
  private void dechunk() {
    while (!ended) {
      if (left > 0) {
        int length = Math.min(left, raw.length());
        body.append(raw, 0, length);
        raw.delete(0, length);
        left -= length;
        if (left > 0) {
          return;
        }
        betweenChunks = true;
      }
      int lineStart = betweenChunks ? 2 : 0;
      int lineEnd = raw.indexOf("\r\n", lineStart);
      if (lineEnd < 0) {
        return;
      }
      left = Integer.parseInt(raw.substring(lineStart, lineEnd), 16);
      raw.delete(0, lineEnd + 2);
      betweenChunks = false;
      ended = left == 0;
    }
  }

  private void line(String line, long now, Sample lateness) throws IOException {
    if (line.equals("data: [DONE]")) {
      done = true;
      return;
    }
    int at = line.indexOf(begin);
    if (at < 0) {
      if (line.contains("\"error\":{")) {
        throw new IOException("an error in the stream: " + line);
      }
      return;
    }
    int colon = line.indexOf(':', at + begin.length());
    int number = Integer.parseInt(line, at + begin.length(), colon, 10);
    if (number != seen) {
      throw new IOException("token " + number + " came in place of " + seen);
    }
    seen++;
    if (lateness != null) {
      lateness.add(now - Long.parseLong(line, colon + 1, line.indexOf(' ', colon), 10));
    }
  }
}
