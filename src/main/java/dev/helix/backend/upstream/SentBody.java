package dev.helix.backend.upstream;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The body of a request: bytes that somebody else holds, or these with some of them replaced, of
 * which no copy is made. Immutable, as long as the bytes are not changed.
 */
public final class SentBody {
  private final ByteBuffer[] pieces;

  private SentBody(ByteBuffer... pieces) {
    this.pieces = pieces;
  }

  /** A body of these bytes. */
  public static SentBody of(byte[] bytes) {
    return new SentBody(ByteBuffer.wrap(bytes));
  }

  /** A body of these bytes, with others in place of those between two indexes. */
  public static SentBody of(byte[] bytes, int from, int to, byte[] instead) {
    return new SentBody(
        ByteBuffer.wrap(bytes, 0, from),
        ByteBuffer.wrap(instead),
        ByteBuffer.wrap(bytes, to, bytes.length - to));
  }

  int length() {
    return Arrays.stream(pieces).mapToInt(ByteBuffer::remaining).sum();
  }

  /** The bytes in pieces, to be read once. */
  ByteBuffer[] buffers() {
    return Arrays.stream(pieces).map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new);
  }
}
