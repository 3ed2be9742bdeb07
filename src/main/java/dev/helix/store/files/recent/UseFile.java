package dev.helix.store.files.recent;

import dev.helix.store.disk.Disk;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file of {@link Use} lines, being read from some place on. Lines that are damaged are passed
 * over. Not thread-safe.
 */
final class UseFile implements Closeable {
  /** More than a line can have. */
  private static final int LONGEST_LINE = 1024;

  private static final int BUFFER = 16 * LONGEST_LINE;

  private final Path file;
  private final RandomAccessFile in;
  private final byte[] buffer = new byte[BUFFER];

  /** How the lines end that are read; empty for all. */
  private final byte[] end;

  private int from;
  private int to;
  private boolean ended;
  private Use head;

  /**
   * Opens a sorted file behind a place, and only once: one of this name may be replaced at any
   * time.
   *
   * @param place null for the beginning, also of a file that is not sorted
   * @param owner whose lines are read, as {@link Use#key} says; null for all
   * @throws NoSuchFileException if there is none of this name
   */
  UseFile(Path file, Use place, String owner) throws IOException {
    this.file = file;
    this.end = (owner == null ? "" : " " + owner).getBytes(StandardCharsets.ISO_8859_1);
    this.in = Disk.openToRead(file);
    try {
      in.seek(place == null ? 0 : near(place));
      advance();
      while (place != null && head != null && head.compareTo(place) <= 0) {
        advance();
      }
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** Where a line begins, not far before the first one behind a place. */
  private long near(Use place) throws IOException {
    byte[] block = new byte[2 * LONGEST_LINE];
    long low = 0;
    long high = in.length();
    while (high - low > block.length) {
      long middle = (low + high) >>> 1;
      in.seek(middle);
      int read = Math.max(0, in.read(block));
      int start = after(block, 0, read);
      int end = after(block, start, read);
      Use use = end > start ? Use.parse(block, start, end - 1) : null;
      if (use == null || use.compareTo(place) > 0) {
        high = middle;
      } else {
        low = middle + start;
      }
    }
    return low;
  }

  /** Behind the next end of a line; the block's end where there is none. */
  private static int after(byte[] block, int from, int to) {
    for (int i = from; i < to; i++) {
      if (block[i] == '\n') {
        return i + 1;
      }
    }
    return to;
  }

  /** The line it stands at; null at the end. */
  Use head() {
    return head;
  }

  /** Goes on to the next line. */
  void advance() throws IOException {
    head = null;
    while (head == null) {
      int next = from;
      while (next < to && buffer[next] != '\n') {
        next++;
      }
      if (next < to) {
        head = isWanted(next) ? Use.parse(buffer, from, next) : null;
        from = next + 1;
      } else if (ended) {
        return; // A last line without an end may be half of one.
      } else {
        fill();
      }
    }
  }

  /** By its bytes, which costs much less than to read the line. */
  private boolean isWanted(int to) {
    return to - from >= end.length
        && Arrays.equals(buffer, to - end.length, to, end, 0, end.length);
  }

  private void fill() throws IOException {
    if (to - from > LONGEST_LINE) {
      throw new IOException(file + " does not consist of lines");
    }
    System.arraycopy(buffer, from, buffer, 0, to - from);
    to -= from;
    from = 0;
    int read = in.read(buffer, to, buffer.length - to);
    ended = read < 0;
    to += Math.max(0, read);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Where lines come from; null at the end. */
  interface Source {
    Use next() throws IOException;
  }

  /** Writes a file of lines, not forced; where that fails, there is none. */
  static void write(Path file, Source source) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Disk.create(file), BUFFER)) {
      for (Use use = source.next(); use != null; use = source.next()) {
        out.write(use.line());
      }
    } catch (IOException e) {
      Files.deleteIfExists(file); // On a full disk it would take the last room.
      throw e;
    }
  }
}
