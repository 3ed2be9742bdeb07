package dev.helix.transfer.read;

import dev.helix.text.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The JSON values of a stream, one after the other, of which no more than one is in memory: the
 * elements of an array, or objects behind each other, such as one a line. Only strings and brackets
 * are looked at, so that depth costs nothing; what reads a value finds out whether it is JSON. Not
 * thread-safe.
 */
public final class JsonValues {
  private static final int NONE = -1;
  private static final byte[] NOTHING = {};

  private final InputStream in;
  private final int most;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int end;
  private long passed;
  private boolean begun;
  private boolean isArray;
  private boolean isOver;

  /**
   * Values of at most so many bytes.
   *
   * @param in is not closed
   */
  public JsonValues(InputStream in, int most) {
    this.in = in;
    this.most = most;
  }

  /**
   * A value as it stands in the file, or that there is one which is too large. Never changed.
   *
   * @param json null where it is too large
   * @param bytes how many it has
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Value(byte[] json, long bytes) {}

  /**
   * The next value; null behind the last.
   *
   * @throws IOException if the stream cannot be read, ends within a value, or has something else
   *     than values; the message is for a person
   */
  public Value next() throws IOException {
    if (!begun) {
      begin();
    }
    int first = isOver ? NONE : firstOfValue();
    if (first == NONE) {
      return null;
    }
    if (first != '{' && first != '[' && first != '"' && !isScalar(first)) {
      throw new IOException("there is no JSON at byte " + (passed - 1));
    }
    return value(first);
  }

  private void begin() throws IOException {
    begun = true;
    fill();
    byte[] start = Arrays.copyOfRange(buffer, 0, Math.min(end, 4));
    if (Json.isWide(start)) {
      throw new IOException("it is not in UTF-8");
    }
    int mark = start.length - Json.withoutMark(start).length;
    at += mark;
    passed += mark;
    int first = skipSpace();
    isArray = first == '[';
    if (first == NONE) {
      throw new IOException("it is empty");
    }
    if (!isArray) {
      if (first != '{') {
        throw new IOException("it is no JSON");
      }
      back();
    }
  }

  /** The first byte of the next value; -1 behind the last. */
  private int firstOfValue() throws IOException {
    int first = skipSpace();
    if (!isArray) {
      return first;
    }
    while (first == ',') {
      first = skipSpace();
    }
    if (first == NONE) {
      throw new IOException("it ends in the middle: a part of it is missing");
    }
    isOver = first == ']';
    return isOver ? NONE : first;
  }

  private static boolean isScalar(int c) {
    return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
  }

  private Value value(int first) throws IOException {
    byte[] kept = new byte[1 << 12];
    long bytes = 0;
    int depth = 0;
    boolean string = false;
    boolean escaped = false;
    boolean scalar = isScalar(first);
    int c = first;
    while (true) {
      if (bytes < most) {
        if (bytes == kept.length) {
          kept = Arrays.copyOf(kept, (int) Math.min(most, bytes * 2));
        }
        kept[(int) bytes] = (byte) c;
      } else if (bytes == most) {
        kept = NOTHING;
      }
      bytes++;
      if (string) {
        string = escaped || c != '"';
        escaped = !escaped && c == '\\';
      } else if (c == '"') {
        string = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      }
      if (depth == 0 && !string && !(scalar && goesOn())) {
        return new Value(bytes <= most ? Arrays.copyOf(kept, (int) bytes) : null, bytes);
      }
      c = read();
      if (c == NONE) {
        throw new IOException("it ends in the middle: a part of it is missing");
      }
    }
  }

  /** Whether the next byte is of the same number or word. */
  private boolean goesOn() throws IOException {
    int next = read();
    if (next == NONE) {
      return false;
    }
    back();
    return isScalar(next) || next == '.' || next == '+' || next == 'E';
  }

  private int skipSpace() throws IOException {
    int c = read();
    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      c = read();
    }
    return c;
  }

  private void back() {
    at--;
    passed--;
  }

  private int read() throws IOException {
    if (at == end && !fill()) {
      return NONE;
    }
    passed++;
    return buffer[at++] & 0xFF;
  }

  /** Keeps the last byte, so that one may go back. */
  private boolean fill() throws IOException {
    int keep = Math.min(1, end);
    if (keep == 1) {
      buffer[0] = buffer[end - 1];
    }
    int read = in.readNBytes(buffer, keep, buffer.length - keep);
    at = keep;
    end = keep + read;
    return read > 0;
  }
}
