package dev.helix.backend.upstream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * A body that came compressed although nobody asked for that, read as it comes: gzip (RFC 1952),
 * and deflate with its zlib head (RFC 1950) or without. Used by one thread after the other.
 */
final class Decompression implements AutoCloseable {
  private static final int SLICE = 8 * 1024;
  private static final int TRAILER = 8;
  private static final int MAX_HEADER = 128 * 1024;

  private enum Part {
    HEADER,
    DATA,
    TRAILER,
    OVER
  }

  private final boolean gzip;
  private final byte[] slice = new byte[SLICE];
  private final CRC32 sum = new CRC32();
  private Inflater inflater;
  private Part part = Part.HEADER;
  private byte[] open = {};
  private boolean begun;

  private Decompression(boolean gzip) {
    this.gzip = gzip;
  }

  /**
   * What reads a body of this {@code Content-Encoding}; null where there is nothing to be undone.
   *
   * @throws ZipException if it is an encoding that is not read
   */
  static Decompression of(String encoding) throws ZipException {
    String name = encoding == null ? "" : encoding.strip().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "", "identity" -> null;
      case "gzip", "x-gzip" -> new Decompression(true);
      case "deflate" -> new Decompression(false);
      default -> throw new ZipException(name);
    };
  }

  /**
   * Reads the next bytes, and gives what they are, in pieces.
   *
   * @throws ZipException if they are not what they are called
   */
  void feed(byte[] bytes, Consumer<ByteBuffer> out) throws ZipException {
    byte[] rest = bytes;
    while (rest.length > 0 && part != Part.OVER) {
      rest =
          switch (part) {
            case HEADER -> header(joined(rest));
            case DATA -> data(rest, out);
            default -> trailer(joined(rest));
          };
    }
  }

  private byte[] joined(byte[] bytes) {
    if (open.length == 0) {
      return bytes;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(open);
    all.writeBytes(bytes);
    open = new byte[0];
    return all.toByteArray();
  }

  private byte[] header(byte[] bytes) throws ZipException {
    int length = gzip ? gzipHeader(bytes) : bytes.length < 2 ? -1 : 0;
    if (length < 0) {
      if (bytes.length > MAX_HEADER) {
        throw new ZipException("a head without end");
      }
      open = bytes;
      return new byte[0];
    }
    if (begun && length == 0 && gzip) {
      part = Part.OVER; // What follows the data is none, as others pass over it too.
      return bytes;
    }
    begun = true;
    close();
    inflater = new Inflater(gzip || !isZlib(bytes));
    sum.reset();
    part = Part.DATA;
    return Arrays.copyOfRange(bytes, length, bytes.length);
  }

  private static boolean isZlib(byte[] bytes) {
    int head = ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
    return (bytes[0] & 0x0f) == 8 && head % 31 == 0;
  }

  /** How long the head is; -1 where it is not complete, 0 where there is none behind a member. */
  private int gzipHeader(byte[] bytes) throws ZipException {
    if (bytes.length >= 2 && (bytes[0] != 0x1f || (bytes[1] & 0xff) != 0x8b)) {
      if (begun) {
        return 0;
      }
      throw new ZipException("no gzip");
    }
    if (bytes.length < 10) {
      return -1;
    }
    int flags = bytes[3];
    int at = 10;
    if ((flags & 4) != 0) {
      if (bytes.length < at + 2) {
        return -1;
      }
      at += 2 + (bytes[at] & 0xff) + ((bytes[at + 1] & 0xff) << 8);
    }
    for (int texts = Integer.bitCount(flags & (8 | 16)); texts > 0; texts--) {
      while (at < bytes.length && bytes[at] != 0) {
        at++;
      }
      at++;
    }
    at += (flags & 2) != 0 ? 2 : 0;
    return at > bytes.length ? -1 : at;
  }

  private byte[] data(byte[] bytes, Consumer<ByteBuffer> out) throws ZipException {
    inflater.setInput(bytes);
    try {
      for (int length = inflater.inflate(slice);
          length > 0 || !(inflater.finished() || inflater.needsInput());
          length = inflater.inflate(slice)) {
        if (inflater.needsDictionary()) {
          throw new ZipException("a dictionary is needed");
        }
        sum.update(slice, 0, length);
        out.accept(ByteBuffer.wrap(Arrays.copyOf(slice, length)));
      }
    } catch (DataFormatException e) {
      throw new ZipException(e.getMessage());
    }
    if (!inflater.finished()) {
      return new byte[0];
    }
    part = gzip ? Part.TRAILER : Part.OVER;
    return Arrays.copyOfRange(bytes, bytes.length - inflater.getRemaining(), bytes.length);
  }

  private byte[] trailer(byte[] bytes) throws ZipException {
    if (bytes.length < TRAILER) {
      open = bytes;
      return new byte[0];
    }
    long expected =
        Integer.toUnsignedLong(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt());
    if (expected != sum.getValue()) {
      throw new ZipException("the sum is wrong");
    }
    part = Part.HEADER; // Another member may follow.
    return Arrays.copyOfRange(bytes, TRAILER, bytes.length);
  }

  /** Whether all is there, if nothing more comes. */
  boolean isComplete() {
    return part == Part.OVER || (part == Part.HEADER && (begun || open.length == 0));
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
  }
}
