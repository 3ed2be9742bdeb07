package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.session.SessionFiles;
import dev.helix.store.disk.Disk;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** A backup's folder as one file, which any zip program opens. No state. */
public final class BackupZip {
  /** What else in a folder begins with a point is the server's alone. */
  private static final Set<String> HIDDEN = Set.of(BackupList.NAME, ".owner-secret");

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
   * Unpacks a file into a folder.
   *
   * @throws IOException if it cannot be read, or is no such file
   */
  public static void unpack(Path zip, Path folder) throws IOException {
    new ZipFile(zip.toFile(), UTF_8).close(); // One that was cut off has no list at its end.
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip), UTF_8)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory()) {
          unpack(in, entry.getName(), folder);
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("a name in it is unreadable", e);
    }
  }

  private static void unpack(InputStream in, String path, Path folder) throws IOException {
    if (!SessionFiles.isPath(path)) {
      throw new IOException("a path in it leads out of the folder");
    }
    Path file = folder.resolve(path);
    Disk.makeFolders(file.getParent());
    try (FileOutputStream out = Disk.create(file)) {
      in.transferTo(out);
    }
  }
}
