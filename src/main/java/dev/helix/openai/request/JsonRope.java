package dev.helix.openai.request;

import dev.helix.text.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * JSON that is put together of pieces. Large ones stay where they are until the whole is asked for,
 * so that an image is not copied at each step; they must not be changed. Not thread-safe while it
 * is added to.
 */
public final class JsonRope {
  private static final int LARGE = 4096;
  private static final int ROOM = 128;
  private static final byte[] NOTHING = {};

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Piece(byte[] bytes, int from, int to) {}

  private final List<Piece> pieces = new ArrayList<>(1);

  /** What was added since the last piece; its bytes are never changed. */
  private byte[] open = NOTHING;

  private int filled;
  private long closed;

  /** One value. */
  public static JsonRope of(JsonSlice value) {
    return new JsonRope().add(value);
  }

  /** A text as a JSON string. */
  public static JsonRope quoted(String text) {
    return new JsonRope().quote(text);
  }

  /** Adds JSON in ASCII. */
  public JsonRope ascii(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.US_ASCII);
    return add(bytes, 0, bytes.length);
  }

  /** Adds a text as a JSON string. */
  public JsonRope quote(String text) {
    return add(Json.utf8(Json.quote(text)));
  }

  public JsonRope add(JsonSlice value) {
    return add(value.bytes(), value.from(), value.to());
  }

  /** Adds a string without its quotes. */
  public JsonRope inner(JsonSlice string) {
    return add(string.bytes(), string.from() + 1, string.to() - 1);
  }

  public JsonRope add(byte[] json) {
    return add(json, 0, json.length);
  }

  public JsonRope add(JsonRope other) {
    for (Piece piece : other.pieces) {
      add(piece.bytes, piece.from, piece.to);
    }
    return add(other.open, 0, other.filled);
  }

  private JsonRope add(byte[] bytes, int from, int to) {
    if (to - from < LARGE) {
      if (to - from > open.length - filled) {
        open = Arrays.copyOf(open, Math.max(filled + ROOM, 2 * filled) + to - from);
      }
      System.arraycopy(bytes, from, open, filled, to - from);
      filled += to - from;
    } else {
      close();
      pieces.add(new Piece(bytes, from, to));
      closed += to - from;
    }
    return this;
  }

  private void close() {
    if (filled > 0) {
      pieces.add(new Piece(open, 0, filled));
      closed += filled;
      open = NOTHING;
      filled = 0;
    }
  }

  public boolean isEmpty() {
    return closed == 0 && filled == 0;
  }

  /** How many bytes it has. */
  public int length() {
    return Math.toIntExact(closed + filled);
  }

  /** All of it, in an array of its own. */
  public byte[] toBytes() {
    byte[] all = new byte[length()];
    int written = 0;
    for (Piece piece : pieces) {
      System.arraycopy(piece.bytes, piece.from, all, written, piece.to - piece.from);
      written += piece.to - piece.from;
    }
    System.arraycopy(open, 0, all, written, filled);
    return all;
  }
}
