package dev.helix.archive;

import dev.helix.session.SessionFiles;
import dev.helix.store.disk.FileStamp;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * A look into a zip, which finds of a damaged one all that can still be read. It follows no link,
 * and holds one file at a time. Not thread-safe.
 */
final class ZipReading implements AutoCloseable {
  /** As many bytes come of one at most. Source: zlib's technical details. */
  private static final long MOST_INFLATED = 1032;

  /** The longest array that every JVM can make. */
  private static final int LONGEST_FILE = Integer.MAX_VALUE - 8;

  /** What is lost with a damaged byte is no more than so much before it. */
  private static final int PIECE = 64;

  private final Path zip;

  /** Null where the list at its end is damaged, as in one that was cut off. */
  private final ZipFile file;

  private ZipReading(Path zip, ZipFile file) {
    this.zip = zip;
    this.file = file;
  }

  /**
   * A file in it.
   *
   * @param isWhole whether it is what was put there; else it is what could be read
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Content(byte[] bytes, boolean isWhole) {}

  /** What is done with each file. */
  interface Each {
    void file(String path, Content content) throws IOException;
  }

  /**
   * Opens it.
   *
   * @throws NoSuchFileException if there is none
   * @throws IOException if it cannot be looked at, or is no file
   */
  static ZipReading open(Path zip) throws IOException {
    if (FileStamp.of(zip) == null) {
      throw new NoSuchFileException(zip.toString());
    }
    try {
      return new ZipReading(zip, new ZipFile(zip.toFile(), StandardCharsets.UTF_8));
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      return new ZipReading(zip, null);
    }
  }

  /** Whether it has its list. */
  boolean hasList() {
    return file != null;
  }

  /** A file in it; null where there is none of this name. */
  Content get(String path) throws IOException {
    if (file != null) {
      ZipEntry entry = file.getEntry(path);
      return entry == null ? null : content(entry);
    }
    Content[] found = {null};
    stream(
        (name, content) -> {
          if (name.equals(path) && found[0] == null) {
            found[0] = content;
          }
        });
    return found[0];
  }

  /** How long a file in it is, as its list says; 0 where it does not, or cannot be right. */
  long size(String path) throws IOException {
    ZipEntry entry = file == null ? null : file.getEntry(path);
    long most =
        entry == null ? 0 : MOST_INFLATED * Math.min(entry.getCompressedSize(), Files.size(zip));
    return entry == null || entry.getSize() > most ? 0 : Math.max(0, entry.getSize());
  }

  /** All files in it but some, each once; returns whether there are names that no file may have. */
  boolean each(Set<String> but, Each each) throws IOException {
    Set<String> seen = new HashSet<>(but);
    boolean[] isOdd = {false};
    Each checked =
        (path, content) -> {
          if (!SessionFiles.isPath(path)) {
            isOdd[0] = true;
          } else if (seen.add(path)) {
            each.file(path, content);
          } else {
            isOdd[0] |= !but.contains(path);
          }
        };
    if (file == null) {
      stream(checked);
      return isOdd[0];
    }
    for (ZipEntry entry : Collections.list(file.entries())) {
      if (!entry.isDirectory()) {
        boolean skips = but.contains(entry.getName());
        checked.file(entry.getName(), skips ? null : content(entry));
      }
    }
    return isOdd[0];
  }

  private Content content(ZipEntry entry) throws IOException {
    long size = entry.getSize();
    if (size < 0 || size > LONGEST_FILE) {
      return lenient(entry);
    }
    try (InputStream in = file.getInputStream(entry)) {
      byte[] bytes = in.readNBytes((int) size);
      CRC32 checksum = new CRC32();
      checksum.update(bytes);
      boolean isWhole =
          bytes.length == size && in.read() < 0 && checksum.getValue() == entry.getCrc();
      return new Content(bytes, isWhole);
    } catch (ZipException | EOFException e) {
      return lenient(entry);
    }
  }

  private Content lenient(ZipEntry entry) throws IOException {
    try (InputStream in = file.getInputStream(entry)) {
      return new Content(asFarAsItGoes(in).bytes(), false);
    } catch (ZipException | EOFException e) {
      return new Content(new byte[0], false);
    }
  }

  /** The files as they stand one behind the other, up to the first that is damaged. */
  private void stream(Each each) throws IOException {
    try (ZipInputStream in =
        new ZipInputStream(
            new BufferedInputStream(Files.newInputStream(zip)), StandardCharsets.UTF_8)) {
      boolean goesOn = true;
      while (goesOn) {
        ZipEntry entry = next(in);
        Content content = entry == null ? null : asFarAsItGoes(in);
        if (entry != null && !entry.isDirectory()) {
          each.file(entry.getName(), content);
        }
        goesOn = content != null && content.isWhole();
      }
    }
  }

  private static ZipEntry next(ZipInputStream in) throws IOException {
    try {
      return in.getNextEntry();
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      return null;
    }
  }

  private static Content asFarAsItGoes(InputStream in) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] piece = new byte[PIECE];
    try {
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        read.write(piece, 0, count);
      }
      return new Content(read.toByteArray(), true);
    } catch (ZipException | EOFException e) {
      return new Content(read.toByteArray(), false);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
