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

  /** What was fed and is not read: so many bytes of the array. */
  private byte[] rest = {};

  private int length;

  /** How far a head of gzip was read; 0 where none was begun. */
  private int headTo;

  /** How many texts of that head are to come. */
  private int headTexts;

  /** What the inflater was given last: so many bytes of the array. */
  private byte[] given = {};

  private int givenLength;

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
    if (length == 0) {
      rest = bytes;
    } else {
      if (length + bytes.length > rest.length) {
        rest = Arrays.copyOf(rest, Math.max(length + bytes.length, 2 * length));
      }
      System.arraycopy(bytes, 0, rest, length, bytes.length);
    }
    length += bytes.length;
  }

  /** So many bytes of the rest are read. */
  private void read(int count) {
    rest = Arrays.copyOfRange(rest, count, length);
    length = rest.length;
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
    int head = gzip ? gzipHeader() : length < 2 ? -1 : 0;
    if (head < 0) {
      if (length > MAX_HEADER) {
        throw new ZipException("a head without end");
      }
      return false;
    }
    if (begun && head == 0) {
      part = Part.OVER; // What follows the data is no other member.
      return false;
    }
    begun = true;
    close();
    inflater = new Inflater(gzip || !isZlib());
    sum.reset();
    part = Part.DATA;
    headTo = 0;
    read(head);
    return true;
  }

  private boolean isZlib() {
    int head = ((rest[0] & 0xff) << 8) | (rest[1] & 0xff);
    return (rest[0] & 0x0f) == 8 && head % 31 == 0;
  }

  /** How long the head is; -1 where it is not complete, 0 where there is none behind a member. */
  private int gzipHeader() throws ZipException {
    boolean other = length > 0 && rest[0] != 0x1f;
    if (other || (length > 1 && (rest[1] & 0xff) != 0x8b)) {
      if (begun) {
        return 0;
      }
      throw new ZipException("no gzip");
    }
    int begin = 10 + (length > 3 && (rest[3] & 4) != 0 ? 2 : 0);
    if (length < begin) {
      return -1;
    }
    if (headTo == 0) {
      headTo = begin + (begin > 10 ? (rest[10] & 0xff) + ((rest[11] & 0xff) << 8) : 0);
      headTexts = Integer.bitCount(rest[3] & (8 | 16));
    }
    while (headTexts > 0 && headTo < length) {
      headTexts -= rest[headTo++] == 0 ? 1 : 0;
    }
    int end = headTo + ((rest[3] & 2) != 0 ? 2 : 0);
    return headTexts > 0 || end > length ? -1 : end;
  }

  /** The next piece of the data; null where it is at its end, or more must be fed. */
  private ByteBuffer data() throws ZipException {
    if (length > 0) {
      given = rest;
      givenLength = length;
      rest = new byte[0];
      length = 0;
      inflater.setInput(given, 0, givenLength);
    }
    int unpacked;
    try {
      unpacked = inflater.inflate(slice);
    } catch (DataFormatException e) {
      throw new ZipException(e.getMessage());
    }
    if (unpacked > 0) {
      sum.update(slice, 0, unpacked);
      return ByteBuffer.wrap(Arrays.copyOf(slice, unpacked));
    }
    if (inflater.finished()) {
      rest = Arrays.copyOfRange(given, givenLength - inflater.getRemaining(), givenLength);
      length = rest.length;
      part = gzip ? Part.TRAILER : Part.OVER;
    } else if (inflater.needsDictionary()) {
      throw new ZipException("a dictionary is needed");
    } else if (!inflater.needsInput()) {
      throw new ZipException("it cannot be read on");
    }
    return null;
  }

  private boolean trailer() throws ZipException {
    if (length < TRAILER) {
      return false;
    }
    long expected =
        Integer.toUnsignedLong(ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN).getInt());
    if (expected != sum.getValue()) {
      throw new ZipException("the sum is wrong");
    }
    part = Part.HEADER; // Another member may follow.
    read(TRAILER);
    return true;
  }

  /** Whether all is there, if nothing more comes: there may be nothing at all. */
  boolean isComplete() {
    return isAtEnd() || (part == Part.HEADER && length == 0);
  }

  /** Whether something came, and all of it is there. */
  boolean isAtEnd() {
    return part == Part.OVER || (part == Part.HEADER && begun);
  }

  /** Whether all is there, and something behind it that is no part of it. */
  boolean isPassed() {
    return part == Part.OVER && length > 0;
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
  }
}
