package dev.helix.scripted;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A response that is read as it arrives: nothing is read ahead of what the test asks for, beyond
 * what the socket gave in one piece. Not thread-safe.
 */
public final class RawResponse {
  private static final int PIECE = 16 * 1024;

  private final HttpInput in;
  private final int status;
  private final List<Header> headers;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private byte[] pending = new byte[0]; // de-chunked, not yet handed to the test
  private boolean ended;
  private boolean cut;
  private long left; // of a body of known length, or of this chunk; -1 is unknown

  private RawResponse(HttpInput in, int status, List<Header> headers) {
    this.in = in;
    this.status = status;
    this.headers = headers;
    String length = header("Content-Length");
    this.left = length == null ? -1 : Long.parseLong(length);
    this.ended = left == 0 || status == 204 || status == 304;
  }

  static RawResponse head(HttpInput in) {
    try {
      String line = in.line();
      if (line == null) {
        throw new IOException("the connection was closed without a response");
      }
      if (!line.startsWith("HTTP/1.1 ")) {
        throw new IOException("not a status line: " + line);
      }
      int status = Integer.parseInt(line.substring(9, 12));
      List<Header> headers = in.headers();
      return status == 100 ? head(in) : new RawResponse(in, status, headers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int status() {
    return status;
  }

  /** The header's first value, or null. */
  public String header(String name) {
    return Header.first(headers, name);
  }

  public List<Header> headers() {
    return headers;
  }

  /** The next bytes of the body as soon as there are any, as many as came; empty at its end. */
  public byte[] some() {
    byte[] piece = pending.length > 0 ? pending : arrive();
    pending = new byte[0];
    return piece;
  }

  /** All further bytes to the end of the body, or to where it was cut. */
  public byte[] rest() {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    for (byte[] piece = some(); piece.length > 0; piece = some()) {
      rest.writeBytes(piece);
    }
    return rest.toByteArray();
  }

  /** All further text to the end of the body. */
  public String restText() {
    return new String(rest(), StandardCharsets.UTF_8);
  }

  /**
   * The next line with its line feed, as soon as it is complete; what is left at the end; then
   * null.
   */
  public String line() {
    int from = 0;
    while (true) {
      for (int i = from; i < pending.length; i++) {
        if (pending[i] == '\n') {
          return take(i + 1);
        }
      }
      from = pending.length;
      byte[] more = arrive();
      if (more.length == 0) {
        return pending.length == 0 ? null : take(pending.length);
      }
      byte[] joined = new byte[pending.length + more.length];
      System.arraycopy(pending, 0, joined, 0, pending.length);
      System.arraycopy(more, 0, joined, pending.length, more.length);
      pending = joined;
    }
  }

  /**
   * The next event as it came, with the empty line that ends it; a comment is one too. What is left
   * at the body's end without an empty line is given as it is; then null.
   */
  public String event() {
    StringBuilder event = new StringBuilder();
    for (String line = line(); line != null; line = line()) {
      event.append(line);
      if (line.equals("\n") || line.equals("\r\n")) {
        return event.toString();
      }
    }
    return event.length() == 0 ? null : event.toString();
  }

  /** The data of the next event that has any, lines joined by a line feed; null at the end. */
  public String data() {
    for (String event = event(); event != null; event = event()) {
      String data = dataOf(event);
      if (data != null) {
        return data;
      }
    }
    return null;
  }

  /** Reads a comment, which is a line; fails at an event or the end. */
  public String comment() {
    String line = line();
    if (line == null || !line.startsWith(":")) {
      throw new AssertionError("no comment but " + line);
    }
    return line;
  }

  /** The data of one event's text; null if it has none. Source: the WHATWG's server-sent events. */
  public static String dataOf(String event) {
    StringBuilder data = new StringBuilder();
    boolean any = false;
    for (String line : event.split("\r?\n", -1)) {
      if (line.startsWith("data:")) {
        String value = line.substring(5);
        data.append(any ? "\n" : "").append(value.startsWith(" ") ? value.substring(1) : value);
        any = true;
      }
    }
    return any ? data.toString() : null;
  }

  /** Every byte of the body that has arrived so far. */
  public byte[] received() {
    return received.toByteArray();
  }

  /** The body that has arrived so far, as text. */
  public String text() {
    return received.toString(StandardCharsets.UTF_8);
  }

  /** The body that has arrived so far, as JSON. */
  public JsonNode json() {
    return Json.read(received());
  }

  /** Whether the body ended before its framing said so. */
  public boolean isCut() {
    return cut;
  }

  private String take(int length) {
    String text = new String(pending, 0, length, StandardCharsets.UTF_8);
    byte[] rest = new byte[pending.length - length];
    System.arraycopy(pending, length, rest, 0, rest.length);
    pending = rest;
    return text;
  }

  private byte[] arrive() {
    if (ended) {
      return new byte[0];
    }
    try {
      byte[] piece = "chunked".equalsIgnoreCase(header("Transfer-Encoding")) ? chunk() : plain();
      received.writeBytes(piece);
      return piece;
    } catch (SocketTimeoutException e) {
      throw new AssertionError("nothing came in time; so far: " + text(), e);
    } catch (IOException e) {
      ended = true;
      cut = true;
      return new byte[0];
    }
  }

  // The line end behind a chunk is read with the next one: some servers send it only then.
  private byte[] chunk() throws IOException {
    if (left <= 0) {
      if (left == 0) {
        in.endOfChunk();
        left = -1;
      }
      left = in.chunkSize();
      if (left == 0) {
        in.headers();
        ended = true;
        return new byte[0];
      }
    }
    byte[] piece = in.some((int) Math.min(left, PIECE));
    if (piece.length == 0) {
      throw new EOFException("the body was cut inside a chunk");
    }
    left -= piece.length;
    return piece;
  }

  private byte[] plain() throws IOException {
    byte[] piece = in.some(left < 0 ? PIECE : (int) Math.min(left, PIECE));
    if (left >= 0) {
      left -= piece.length;
      cut = piece.length == 0;
      ended = cut || left == 0;
    } else {
      ended = piece.length == 0;
    }
    return piece;
  }
}
