package dev.helix.backend.upstream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * A body that came compressed although nobody asked for that, read in pieces as they are wanted:
 * gzip (RFC 1952) of any number of members, and deflate with its zlib head (RFC 1950) or without.
 * What lies behind the end is passed over, as others do. Used by one thread after the other.
 */
final class Decompression implements AutoCloseable {
  private static final int SLICE = 8 * 1024;
  private static final int TRAILER = 8;
  private static final int MAX_HEADER = 128 * 1024;

  /** What is no compression, with the names of charsets, which some servers put in its place. */
  private static final Set<String> NONE = Set.of("", "identity", "none", "utf-8", "utf8");

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

  /** What was fed and is not read. */
  private byte[] rest = {};

  /** What the inflater was given last. */
  private byte[] given = {};

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
    String name =
        Stream.of(encoding.toLowerCase(Locale.ROOT).split(",", -1))
            .map(String::strip)
            .filter(coding -> !NONE.contains(coding))
            .collect(Collectors.joining(", "));
    return switch (name) {
      case "" -> null;
      case "gzip", "x-gzip" -> new Decompression(true);
      case "deflate" -> new Decompression(false);
      default -> throw new ZipException(name);
    };
  }

  /** Gives it the next bytes, which are its own then. To be called where {@link #next} had none. */
  void feed(byte[] bytes) {
    if (rest.length == 0) {
      rest = bytes;
    } else {
      byte[] all = Arrays.copyOf(rest, rest.length + bytes.length);
      System.arraycopy(bytes, 0, all, rest.length, bytes.length);
      rest = all;
    }
  }

  /**
   * The next piece of what was fed, of {@value #SLICE} bytes at most; null where more must be fed.
   *
   * @throws ZipException if it is not what it is called
   */
  ByteBuffer next() throws ZipException {
    ByteBuffer piece = null;
    boolean further = true;
    while (piece == null && further) {
      switch (part) {
        case HEADER -> further = header();
        case DATA -> {
          piece = data();
          further = part != Part.DATA;
        }
        case TRAILER -> further = trailer();
        case OVER -> further = false;
      }
    }
    return piece;
  }

  private boolean header() throws ZipException {
    int length = gzip ? gzipHeader() : rest.length < 2 ? -1 : 0;
    if (length < 0) {
      if (rest.length > MAX_HEADER) {
        throw new ZipException("a head without end");
      }
      return false;
    }
    if (begun && length == 0) {
      part = Part.OVER; // What follows the data is no other member.
      return false;
    }
    begun = true;
    close();
    inflater = new Inflater(gzip || !isZlib());
    sum.reset();
    part = Part.DATA;
    rest = Arrays.copyOfRange(rest, length, rest.length);
    return true;
  }

  private boolean isZlib() {
    int head = ((rest[0] & 0xff) << 8) | (rest[1] & 0xff);
    return (rest[0] & 0x0f) == 8 && head % 31 == 0;
  }

  /** How long the head is; -1 where it is not complete, 0 where there is none behind a member. */
  private int gzipHeader() throws ZipException {
    byte[] bytes = rest;
    boolean other = bytes.length > 0 && bytes[0] != 0x1f;
    if (other || (bytes.length > 1 && (bytes[1] & 0xff) != 0x8b)) {
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

  /** The next piece of the data; null where it is at its end, or more must be fed. */
  private ByteBuffer data() throws ZipException {
    if (rest.length > 0) {
      given = rest;
      rest = new byte[0];
      inflater.setInput(given);
    }
    int length;
    try {
      length = inflater.inflate(slice);
    } catch (DataFormatException e) {
      throw new ZipException(e.getMessage());
    }
    if (length > 0) {
      sum.update(slice, 0, length);
      return ByteBuffer.wrap(Arrays.copyOf(slice, length));
    }
    if (inflater.finished()) {
      rest = Arrays.copyOfRange(given, given.length - inflater.getRemaining(), given.length);
      part = gzip ? Part.TRAILER : Part.OVER;
    } else if (inflater.needsDictionary()) {
      throw new ZipException("a dictionary is needed");
    } else if (!inflater.needsInput()) {
      throw new ZipException("it cannot be read on");
    }
    return null;
  }

  private boolean trailer() throws ZipException {
    if (rest.length < TRAILER) {
      return false;
    }
    long expected =
        Integer.toUnsignedLong(ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN).getInt());
    if (expected != sum.getValue()) {
      throw new ZipException("the sum is wrong");
    }
    part = Part.HEADER; // Another member may follow.
    rest = Arrays.copyOfRange(rest, TRAILER, rest.length);
    return true;
  }

  /** Whether all is there, if nothing more comes: there may be nothing at all. */
  boolean isComplete() {
    return isAtEnd() || (part == Part.HEADER && rest.length == 0);
  }

  /** Whether something came, and all of it is there. */
  boolean isAtEnd() {
    return part == Part.OVER || (part == Part.HEADER && begun);
  }

  /** Whether all is there, and something behind it that is no part of it. */
  boolean isPassed() {
    return part == Part.OVER && rest.length > 0;
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
  }
}
