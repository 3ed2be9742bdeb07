package dev.helix.store;

import dev.helix.message.Message;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The last elements of a {@code messages.json}, read from its end at a cost that does not grow with
 * what stands before. It knows only what {@link MessageArray} writes: each element a line with an
 * id. Whatever is otherwise must be read as a whole.
 *
 * @param elements the last ones, oldest first; at least one
 * @param isAll whether there are no others
 * @param end where the last one ends
 */
public record ArrayEnd(List<Message> elements, boolean isAll, long end) {
  private static final int LEAST = 4096;
  private static final int TIMES = 4;
  private static final int MOST = 1 << 30;

  /**
   * Reads the end of a file.
   *
   * @param bytes about how much is read; at least the last element is
   * @return null where the file does not end as it is written here
   * @throws NoSuchFileException if there is none
   */
  public static ArrayEnd read(Path file, int bytes) throws IOException {
    try (RandomAccessFile in = Disk.openToRead(file)) {
      long end = in.length() - MessageArray.CLOSE.length;
      byte[] close = new byte[MessageArray.CLOSE.length];
      if (end <= 0) {
        return null;
      }
      in.seek(end);
      in.readFully(close);
      return Arrays.equals(close, MessageArray.CLOSE) ? read(in, end, bytes) : null;
    }
  }

  private static ArrayEnd read(RandomAccessFile in, long end, int bytes) throws IOException {
    for (long size = Math.max(bytes, LEAST); size < MOST; size *= TIMES) {
      byte[] block = new byte[(int) Math.min(size, end)];
      in.seek(end - block.length);
      in.readFully(block);
      boolean isAll = block.length == end;
      int first = isAll ? begin(block) : afterLine(block, 0);
      if (first < block.length) {
        List<Message> elements = lines(block, first);
        return elements.isEmpty() ? null : new ArrayEnd(elements, isAll, end);
      }
      if (isAll) {
        return null;
      }
    }
    return null;
  }

  /** Where the first element of a whole array begins; the block's end where it is another's. */
  private static int begin(byte[] block) {
    return block.length > 2 && block[0] == '[' && block[1] == '\n' ? 2 : block.length;
  }

  private static int afterLine(byte[] block, int from) {
    return Math.min(ArrayScan.endOfLine(block, from) + 1, block.length);
  }

  /** The elements of all lines from here on; none where one of them is none. */
  private static List<Message> lines(byte[] block, int first) {
    List<Message> elements = new ArrayList<>();
    for (int from = first; from < block.length; ) {
      int next = afterLine(block, from);
      // Between two there are a comma and the end of the line.
      int to = next < block.length ? next - 2 : next;
      Message element =
          next < block.length && block[to] != ',' ? null : ArrayScan.line(block, from, to);
      if (element == null) {
        return List.of();
      }
      elements.add(element);
      from = next;
    }
    return elements;
  }

  /** When the last element was recorded; null where that is not known. */
  public Instant lastTimestamp() {
    return elements.get(elements.size() - 1).timestamp();
  }

  /** When the last element of a file was recorded; null where that is not known. */
  public static Instant lastTimestamp(Path file) throws IOException {
    try {
      ArrayEnd end = read(file, 0);
      return end == null ? null : end.lastTimestamp();
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
