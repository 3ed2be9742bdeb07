package dev.helix.transfer.read;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The files of chats in a place: a file, a folder, or a zip as it is downloaded. Names within them
 * are only told, and nothing is unpacked to the disk. No state.
 */
public final class ChatFiles {
  private static final Pattern CONVERSATIONS = Pattern.compile("conversations(-\\d+)?\\.json");
  private static final Pattern JSON = Pattern.compile("(?i).*\\.(json|jsonl|ndjson)");

  /** Text does not pack better than that, but bombs do. */
  private static final int MOST_PACKED = 200;

  private static final long ALWAYS = 64L << 20;

  private ChatFiles() {}

  /** What is done with each file. */
  public interface Visitor {
    /**
     * A file, open.
     *
     * @param name for a person
     */
    void file(String name, InputStream in);

    /** A file that cannot be opened. */
    void unreadable(String name, IOException failure);
  }

  /**
   * Opens the files of a place one after the other.
   *
   * @param read is told of the bytes that were read
   * @throws IOException if there is no such place, or nothing in it that could be chats; the
   *     message is for a person
   */
  public static void each(Path place, LongConsumer read, Visitor visitor) throws IOException {
    if (Files.isDirectory(place)) {
      folder(place, read, visitor);
    } else if (isZip(place)) {
      zip(place, read, visitor);
    } else {
      file(place, read, visitor);
    }
  }

  /** About how many bytes there are to read; 0 where that cannot be told. */
  public static long bytes(Path place) {
    try {
      if (Files.isDirectory(place)) {
        long bytes = 0;
        for (Path file : files(place)) {
          bytes += Files.size(file);
        }
        return bytes;
      }
      if (isZip(place)) {
        try (ZipFile file = new ZipFile(place.toFile())) {
          return entries(file).stream().mapToLong(entry -> Math.max(0, entry.getSize())).sum();
        }
      }
      return Files.size(place);
    } catch (IOException | IllegalArgumentException e) {
      return 0; // Who reads it says what is wrong.
    }
  }

  private static void file(Path file, LongConsumer read, Visitor visitor) {
    try (InputStream in = Files.newInputStream(file)) {
      visitor.file(file.toString(), new Counted(in, Long.MAX_VALUE, read));
    } catch (IOException e) {
      visitor.unreadable(file.toString(), e);
    }
  }

  private static void folder(Path folder, LongConsumer read, Visitor visitor) throws IOException {
    List<Path> files = files(folder);
    if (files.isEmpty()) {
      throw new IOException("there is no JSON in it");
    }
    files.forEach(file -> file(file, read, visitor));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> json =
          all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .filter(file -> JSON.matcher(file.getFileName().toString()).matches())
              .sorted()
              .toList();
      List<Path> named =
          json.stream()
              .filter(file -> CONVERSATIONS.matcher(file.getFileName().toString()).matches())
              .toList();
      return named.isEmpty() ? json : named;
    }
  }

  private static boolean isZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(4);
      return start.length == 4 && start[0] == 'P' && start[1] == 'K' && start[2] == 3;
    }
  }

  private static void zip(Path place, LongConsumer read, Visitor visitor) throws IOException {
    try (ZipFile file = new ZipFile(place.toFile())) {
      List<ZipEntry> entries = entries(file);
      if (entries.isEmpty()) {
        throw new IOException("there is no JSON in it");
      }
      for (ZipEntry entry : entries) {
        String name = place + ", " + entry.getName();
        long most = ALWAYS + MOST_PACKED * Math.max(0, entry.getCompressedSize());
        try (InputStream in = file.getInputStream(entry)) {
          visitor.file(name, new Counted(in, most, read));
        } catch (IOException e) {
          visitor.unreadable(name, e);
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("a name in it is unreadable", e);
    }
  }

  private static List<ZipEntry> entries(ZipFile file) {
    List<ZipEntry> json = new ArrayList<>();
    List<ZipEntry> named = new ArrayList<>();
    for (ZipEntry entry : Collections.list(file.entries())) {
      String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
      if (!entry.isDirectory() && JSON.matcher(name).matches()) {
        json.add(entry);
        if (CONVERSATIONS.matcher(name).matches()) {
          named.add(entry);
        }
      }
    }
    List<ZipEntry> chosen = named.isEmpty() ? json : named;
    chosen.sort(Comparator.comparing(ZipEntry::getName));
    return chosen;
  }

  /** Counts what is read, up to a limit. */
  private static final class Counted extends FilterInputStream {
    private final LongConsumer read;
    private long left;

    Counted(InputStream in, long most, LongConsumer read) {
      super(in);
      this.left = most;
      this.read = read;
    }

    @Override
    public int read() throws IOException {
      int c = super.read();
      count(c < 0 ? 0 : 1);
      return c;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      count(Math.max(0, count));
      return count;
    }

    private void count(int bytes) throws IOException {
      read.accept(bytes);
      left -= bytes;
      if (left < 0) {
        throw new IOException("it is packed as no text is");
      }
    }
  }
}
