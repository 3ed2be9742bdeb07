package dev.helix.archive;

import dev.helix.store.disk.Disk;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Copies the archives of one folder to another, where each is whole and on the disk before it has
 * its name, and is compared to the byte. Not thread-safe.
 */
public final class ArchiveCopy {
  private final Archive from;
  private final Archive to;
  private final boolean replaces;
  private final List<String> different = new ArrayList<>();
  private final List<String> unreadable = new ArrayList<>();
  private int there;
  private int copied;

  /**
   * A copy that has not begun.
   *
   * @param replaces whether an archive takes the place of another one of its name
   */
  public ArchiveCopy(Archive from, Archive to, boolean replaces) {
    this.from = from;
    this.to = to;
    this.replaces = replaces;
  }

  /** Copies all that are there now. */
  public void copy() throws IOException {
    for (Path zip : from.zips()) {
      try {
        copy(zip);
      } catch (NoSuchFileException e) {
        if (Files.exists(zip)) {
          throw e;
        }
        // It was restored meanwhile, and so its session is in the store.
      } catch (FileSystemException e) {
        if (!zip.toString().equals(e.getFile())) {
          throw e; // It is the target's.
        }
        unreadable.add(zip.toString());
      }
    }
    if (copied > 0) {
      Disk.forceDirectory(to.folder());
    }
  }

  private void copy(Path zip) throws IOException {
    Path target = to.folder().resolve(zip.getFileName().toString());
    if (Files.isSymbolicLink(zip)) {
      unreadable.add(zip.toString());
      return;
    }
    boolean exists = Files.exists(target);
    if (exists && Files.mismatch(zip, target) < 0) {
      there++;
      return;
    }
    if (exists && !replaces) {
      different.add(target.toString());
      return;
    }
    Disk.makeFolders(to.folder());
    Path beside = to.folder().resolve("." + zip.getFileName() + "." + UUID.randomUUID());
    try {
      write(zip, beside);
      if (Files.mismatch(zip, beside) >= 0) {
        throw new IOException("the copy of " + zip + " is not the same");
      }
      Files.move(
          beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      copied++;
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void write(Path zip, Path beside) throws IOException {
    try (InputStream in = Files.newInputStream(zip);
        FileOutputStream out = Disk.create(beside)) {
      in.transferTo(out);
      out.getFD().sync();
    }
  }

  /** How many were copied. */
  public int copied() {
    return copied;
  }

  /** How many were the same in both already. */
  public int there() {
    return there;
  }

  /** Those that are links, or cannot be read, and so were not copied. */
  public List<String> unreadable() {
    return List.copyOf(unreadable);
  }

  /** Those in the target that are others of the same name, and stay. */
  public List<String> different() {
    return List.copyOf(different);
  }
}
