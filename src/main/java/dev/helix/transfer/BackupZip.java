package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.session.SessionFiles;
import dev.helix.store.disk.Disk;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** A backup's folder as one file, which any zip program opens. No state. */
public final class BackupZip {
  /** What else in a folder begins with a point is the server's alone. */
  private static final Set<String> HIDDEN = Set.of(BackupList.NAME, ".owner-secret");

  private static final String ARCHIVE = "_archive/";

  private static final int PIECE = 1 << 16;

  private BackupZip() {}

  /**
   * Packs a folder into a new file, which is read again, compared and on the disk before it has its
   * name.
   */
  public static void pack(Path folder, Path zip) throws IOException {
    Path beside = zip.resolveSibling("." + zip.getFileName() + ".new");
    try {
      try (FileOutputStream file = Disk.create(beside);
          ZipOutputStream out =
              new ZipOutputStream(new BufferedOutputStream(file, 1 << 16), UTF_8)) {
        for (Path each : files(folder)) {
          out.putNextEntry(new ZipEntry(name(folder, each)));
          Files.copy(each, out);
          out.closeEntry();
        }
        out.finish();
        out.flush();
        file.getFD().sync();
      }
      compare(folder, beside);
      Files.move(beside, zip, StandardCopyOption.ATOMIC_MOVE);
      Disk.forceDirectory(zip.getParent());
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void compare(Path folder, Path zip) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile(), UTF_8)) {
      for (Path each : files(folder)) {
        ZipEntry entry = file.getEntry(name(folder, each));
        if (entry == null || !isSame(file.getInputStream(entry), each)) {
          throw new IOException("what was written into " + zip + " is not the same: " + each);
        }
      }
    }
  }

  private static boolean isSame(InputStream packed, Path file) throws IOException {
    try (InputStream one = packed;
        InputStream other = Files.newInputStream(file)) {
      byte[] expected = other.readNBytes(PIECE);
      while (Arrays.equals(expected, one.readNBytes(PIECE))) {
        if (expected.length < PIECE) {
          return true;
        }
        expected = other.readNBytes(PIECE);
      }
      return false;
    }
  }

  private static String name(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(
              file -> {
                String top = folder.relativize(file).getName(0).toString();
                return !top.startsWith(".") || HIDDEN.contains(top);
              })
          .sorted()
          .toList();
    }
  }

  /**
   * Unpacks a file into a folder. A session of which a file is damaged is left out as a whole, so
   * that nothing is restored of it that is only half of it.
   *
   * @return what was left out
   * @throws IOException if it cannot be read, is no such file, or its list or its secret is damaged
   */
  public static List<String> unpack(Path zip, Path folder) throws IOException {
    Set<String> damaged = new TreeSet<>();
    try (ZipFile file = new ZipFile(zip.toFile(), UTF_8)) {
      for (ZipEntry entry : Collections.list(file.entries())) {
        if (!entry.isDirectory() && !unpack(file, entry, folder)) {
          damaged.add(leftOut(entry.getName()));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("a name in it is unreadable", e);
    }
    for (String path : damaged) {
      Path half = folder.resolve(path);
      if (Files.exists(half)) {
        Disk.deleteTree(half);
      }
    }
    return List.copyOf(damaged);
  }

  /** What is left out with a damaged file: all of its session, or that archive alone. */
  private static String leftOut(String path) throws IOException {
    int slash = path.indexOf('/');
    if (slash < 0) {
      throw new IOException(path + " in it is damaged");
    }
    return path.startsWith(ARCHIVE) ? path : path.substring(0, slash);
  }

  private static boolean unpack(ZipFile zip, ZipEntry entry, Path folder) throws IOException {
    if (!SessionFiles.isPath(entry.getName())) {
      throw new IOException("a path in it leads out of the folder");
    }
    Path file = folder.resolve(entry.getName());
    Disk.makeFolders(file.getParent());
    CRC32 checksum = new CRC32();
    try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), checksum);
        FileOutputStream out = Disk.create(file)) {
      in.transferTo(out);
    } catch (ZipException | EOFException e) {
      return false;
    }
    return checksum.getValue() == entry.getCrc();
  }
}
