package dev.helix.openai.request;

import dev.helix.text.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON that is put together of pieces. Large ones stay where they are until the whole is asked for,
 * so that an image is not copied at each step; they must not be changed. Not thread-safe while it
 * is added to.
 */
public final class JsonRope {
  private static final int LARGE = 4096;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Piece(byte[] bytes, int from, int to) {}

  private final List<Piece> pieces = new ArrayList<>(1);
  private final ByteArrayOutputStream open = new ByteArrayOutputStream();
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
    if (other.open.size() > 0) {
      add(other.open.toByteArray());
    }
    return this;
  }

  private JsonRope add(byte[] bytes, int from, int to) {
    if (to - from < LARGE) {
      open.write(bytes, from, to - from);
    } else {
      close();
      pieces.add(new Piece(bytes, from, to));
      closed += to - from;
    }
    return this;
  }

  private void close() {
    if (open.size() > 0) {
      byte[] bytes = open.toByteArray();
      pieces.add(new Piece(bytes, 0, bytes.length));
      closed += bytes.length;
      open.reset();
    }
  }

  public boolean isEmpty() {
    return closed == 0 && open.size() == 0;
  }

  /** How many bytes it has. */
  public int length() {
    return Math.toIntExact(closed + open.size());
  }

  /** All of it, in an array of its own. */
  public byte[] toBytes() {
    byte[] all = new byte[length()];
    int written = 0;
    for (Piece piece : pieces) {
      System.arraycopy(piece.bytes, piece.from, all, written, piece.to - piece.from);
      written += piece.to - piece.from;
    }
    byte[] end = open.toByteArray();
    System.arraycopy(end, 0, all, written, end.length);
    return all;
  }
}
