package dev.helix.archive;

import dev.helix.session.SessionFiles;
import dev.helix.store.ShownSession;
import dev.helix.store.disk.Disk;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;

/**
 * Writes one session into a zip, which has its name only when it is whole and on the disk, and
 * never takes the name of another. To be closed, which removes what is half-written. Not
 * thread-safe.
 */
final class ArchiveWriter implements SessionFiles.Visitor, AutoCloseable {
  private final Path zip;
  private final Path beside;
  private final Clock clock;
  private byte[] status;
  private FileOutputStream file;
  private ZipOutputStream out;
  private boolean kept;

  ArchiveWriter(Path zip, Clock clock) {
    this.zip = zip;
    this.beside = zip.resolveSibling("." + zip.getFileName() + "." + UUID.randomUUID());
    this.clock = clock;
  }

  /** The disk, or what is there, does not take an archive, whatever is in it. */
  static final class Unwritable extends IOException {
    private static final long serialVersionUID = 1L;

    Unwritable(IOException cause) {
      super(cause);
    }
  }

  /** Whether there is an archive of that name already. */
  boolean isTaken() {
    return !Files.notExists(zip);
  }

  @Override
  public void file(String path, byte[] content) throws IOException {
    if (!SessionFiles.isPath(path)) {
      throw new IOException("an archive can have no file of this name: " + path);
    }
    try {
      if (path.equals(ShownSession.STATUS)) {
        status = content;
        begin(); // Anew, where a store that tries again shows the session a second time.
      }
      put(path, content);
    } catch (ZipException e) {
      throw e; // What was shown is to blame.
    } catch (IOException e) {
      throw new Unwritable(e);
    }
  }

  private void put(String path, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(path);
    entry.setLastModifiedTime(FileTime.from(clock.instant()));
    out.putNextEntry(entry);
    out.write(content);
    out.closeEntry();
  }

  private void begin() throws IOException {
    Path folder = zip.getParent();
    if (out != null) {
      file.close();
    } else if (!Files.isDirectory(folder)) {
      Disk.makeFolders(folder);
      Disk.forceDirectory(folder.getParent());
    }
    file = Disk.create(beside);
    out = new ZipOutputStream(new BufferedOutputStream(file, 1 << 16), StandardCharsets.UTF_8);
  }

  /**
   * Gives the archive its name.
   *
   * @throws FileAlreadyExistsException if another one has it
   */
  @Override
  public void end() throws IOException {
    try {
      put(ArchivedFiles.STATUS_COPY, status);
      out.finish();
      out.flush();
      file.getFD().sync();
      out.close();
      name();
      kept = true;
      Disk.forceDirectory(zip.getParent());
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      throw new Unwritable(e);
    }
  }

  private void name() throws IOException {
    try {
      // Unlike a move it fails where there is a file of the name, also one made this moment.
      Files.createLink(zip, beside);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // A disk without links: the move looks first, and one sweep at a time leaves no race.
      Files.move(beside, zip);
    }
    Files.deleteIfExists(beside);
  }

  /** Removes the archive that was written, where the session was not removed from its store. */
  void discard() throws IOException {
    if (kept) {
      Files.deleteIfExists(zip);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
      Files.deleteIfExists(beside);
    }
  }
}
