package dev.helix.store;

import dev.helix.store.disk.Disk;
import dev.helix.store.disk.FileStamp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How a {@code status.json} is read, at a cost that is bounded: earlier versions and the original
 * put the whole first message into it, of which a state has the beginning only. No state.
 */
public final class StatusFile {
  /** A longer file is read without the end of its original request, in bytes. */
  private static final long LONG = 1 << 20;

  /** How much of a request is read then. */
  private static final int KEPT = 64 * 1024;

  /** What may be left of a file. */
  private static final int MOST = 16 << 20;

  private static final int PIECE = 64 * 1024;
  private static final byte[] REQUEST = {
    'o', 'r', 'i', 'g', 'i', 'n', 'a', 'l', '_', 'r', 'e', 'q', 'u', 'e', 's', 't'
  };

  private StatusFile() {}

  /** Whether {@link #read} may leave something out. */
  public static boolean isLong(Path file) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    return stamp != null && stamp.size() > LONG;
  }

  /**
   * Reads a file: all of it, or, where it is long, all but the end of the original request.
   *
   * @throws NoSuchFileException if there is none
   * @throws IOException also if too much is left, or it is no file, as {@link Disk#read} says
   */
  public static byte[] read(Path file) throws IOException {
    if (!isLong(file)) {
      return Disk.read(file);
    }
    Cut cut = new Cut();
    byte[] piece = new byte[PIECE];
    try (RandomAccessFile in = Disk.openToRead(file)) {
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        for (int i = 0; i < count; i++) {
          cut.take(piece[i]);
        }
        if (cut.out.size() > MOST) {
          throw new IOException(file + " is longer than a state can be");
        }
      }
    }
    return cut.out.toByteArray();
  }

  /** A JSON object, byte by byte, without the end of the request in it. Not thread-safe. */
  private static final class Cut {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** The name that was read last, as far as it may be the request's. */
    private final byte[] name = new byte[REQUEST.length + 1];

    private int nameLength;
    private int depth;
    private boolean nameFollows;
    private boolean inString;
    private boolean inName;
    private boolean escaped;

    /** How many hex digits of an escape are still to come. */
    private int digits;

    /** How many bytes of the request were taken; -1 outside of it. */
    private int taken = -1;

    void take(byte b) {
      if (!inString) {
        structure(b);
        out.write(b);
      } else if (!isLeftOut(b)) {
        out.write(b);
      }
    }

    private void structure(byte b) {
      switch (b) {
        case '{', '[' -> {
          depth++;
          nameFollows = b == '{';
        }
        case '}', ']' -> depth--;
        case ',' -> nameFollows = true;
        case '"' -> {
          inString = true;
          inName = depth == 1 && nameFollows;
          boolean isRequest =
              depth == 1 && !nameFollows && Arrays.equals(REQUEST, Arrays.copyOf(name, nameLength));
          taken = isRequest ? 0 : -1;
          nameLength = inName ? 0 : nameLength;
          nameFollows = false;
        }
        default -> {
          // Nothing changes.
        }
      }
    }

    /** Takes a byte of a string; whether it is behind what is kept of the request. */
    private boolean isLeftOut(byte b) {
      boolean isWhole = !escaped && digits == 0;
      if (isWhole && b == '"') {
        inString = false;
        return false;
      }
      // Neither an escape nor a character is cut into two.
      boolean leftOut = taken > KEPT || (taken == KEPT && isWhole && (b & 0xC0) != 0x80);
      if (leftOut) {
        taken = KEPT + 1;
      } else if (taken >= 0 && taken < KEPT) {
        taken++;
      }
      if (inName && nameLength < name.length) {
        name[nameLength++] = b;
      }
      digits = escaped && b == 'u' ? 4 : Math.max(0, digits - 1);
      escaped = isWhole && b == '\\';
      return leftOut;
    }
  }
}
