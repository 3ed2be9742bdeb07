package dev.helix.store.disk;

import dev.helix.session.SessionException;
import dev.helix.session.StorageFullException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What is asked of a disk: durable writes, atomic replacement, setting aside. Folders and files are
 * made for their owner alone, whatever the process' umask lets others do, where the disk knows
 * owners.
 */
public final class Disk {
  private static final Logger LOG = System.getLogger(Disk.class.getName());
  private static final DateTimeFormatter NAME_TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int PIECE = 64 * 1024;

  private static final List<String> FULL = wordsForFull();
  private static final FileAttribute<?>[] OWNERS_FOLDER = ownerOnly("rwx------");
  private static final FileAttribute<?>[] OWNERS_FILE = ownerOnly("rw-------");

  private Disk() {}

  private static FileAttribute<?>[] ownerOnly(String permissions) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** Makes a folder, for its owner alone. */
  public static Path makeFolder(Path folder) throws IOException {
    return Files.createDirectory(folder, OWNERS_FOLDER);
  }

  /** Makes a folder and those above it where they are missing, for their owner alone. */
  public static Path makeFolders(Path folder) throws IOException {
    return Files.isDirectory(folder) ? folder : Files.createDirectories(folder, OWNERS_FOLDER);
  }

  /**
   * Opens a file to be written anew, for its owner alone. Unlike a channel the stream is not closed
   * by an interrupt half-way.
   */
  public static FileOutputStream create(Path file) throws IOException {
    try {
      Files.createFile(file, OWNERS_FILE);
    } catch (FileAlreadyExistsException e) {
      // Of an earlier version, it may be others' to read; but a device stays.
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(file)) {
        Files.delete(file);
        Files.createFile(file, OWNERS_FILE);
      }
    }
    return openToAppend(file);
  }

  /**
   * Opens a file at its end. A new one is not opened to be cut: what was cut, some file systems
   * write to the disk when it is closed.
   */
  private static FileOutputStream openToAppend(Path file) throws IOException {
    return new FileOutputStream(file.toFile(), true);
  }

  /**
   * Reads a file whole, in pieces: of a channel's reading the thread keeps as much memory outside
   * of the heap as is read at once.
   *
   * @throws NoSuchFileException if there is none
   * @throws NotAFileException if it is a link, or a pipe, of which reading might never end
   * @throws IOException also if it is longer than 2 GB
   */
  public static byte[] read(Path file) throws IOException {
    checkFile(file);
    try (SeekableByteChannel in =
        Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = new byte[Math.toIntExact(in.size())];
      int size = 0;
      int count;
      do {
        int most = Math.min(PIECE, bytes.length - size);
        count = in.read(ByteBuffer.wrap(bytes, size, most));
        size += Math.max(0, count);
      } while (count > 0);
      return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    } catch (ArithmeticException e) {
      throw new IOException(file + " is longer than 2 GB", e);
    }
  }

  /** Refuses what is a link, or anything else but a file. */
  private static void checkFile(Path file) throws IOException {
    FileStamp unused = FileStamp.of(file);
  }

  /** Refuses a folder that is a link, which would lead to files of others; one may be missing. */
  public static void checkFolder(Path folder) throws IOException {
    if (Files.isSymbolicLink(folder)) {
      throw new NotAFileException(folder.toString());
    }
  }

  /** Makes a folder within another that is there, unless it is there itself and no link. */
  public static Path makeInside(Path folder) throws IOException {
    checkFolder(folder);
    return makeFolders(folder);
  }

  /**
   * Opens a file to be read. Unlike a channel it is not closed by an interrupt half-way.
   *
   * @throws NoSuchFileException if there is none
   * @throws NotAFileException if it is a link or another thing
   */
  public static RandomAccessFile openToRead(Path file) throws IOException {
    checkFile(file);
    try {
      return new RandomAccessFile(file.toFile(), "r");
    } catch (FileNotFoundException e) {
      if (Files.exists(file)) {
        throw e;
      }
      NoSuchFileException gone = new NoSuchFileException(file.toString());
      gone.initCause(e);
      throw gone;
    }
  }

  /** Opens a file to be locked, which is made for its owner alone. */
  public static FileChannel openToLock(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
        OWNERS_FILE);
  }

  /** Writes a file that is not there yet, which is on the disk only after {@link #force}. */
  public static void write(Path file, byte[] content) throws IOException {
    Files.createFile(file, OWNERS_FILE);
    try (FileOutputStream out = openToAppend(file)) {
      out.write(content);
    }
  }

  /** Adds to a file's end; one that is missing is made, for its owner alone. Not forced. */
  public static void append(Path file, byte[] content) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(file, OWNERS_FILE);
    }
    try (FileOutputStream out = openToAppend(file)) {
      out.write(content);
    }
  }

  /** Returns when all that was written to a file is on the disk. */
  public static void force(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    }
  }

  /** Writes a new file, which is on the disk on return; its name is so only with its directory. */
  public static void writeForced(Path file, byte[] content) throws IOException {
    try (FileOutputStream out = create(file)) {
      out.write(content);
      out.getFD().sync();
    }
  }

  /**
   * Replaces a file, or makes it: a reader and a crash see the old content or the new one. Only one
   * thread at a time may do so. What a crash leaves beside it, the next replacement takes away.
   */
  public static void replace(Path file, byte[] content) throws IOException {
    replace(file, out -> out.write(content));
  }

  /** What is written into a file. */
  public interface Content {
    void to(OutputStream out) throws IOException;
  }

  /**
   * Replaces a file as {@link #replace(Path, byte[])} does, by something that is written piece by
   * piece. Who may read it stays so.
   */
  public static void rewrite(Path file, Content content) throws IOException {
    Set<PosixFilePermission> before = permissions(file);
    replace(
        file,
        out -> {
          content.to(out);
          if (before != null) {
            Files.setPosixFilePermissions(beside(file), before);
          }
        });
  }

  private static Set<PosixFilePermission> permissions(Path file) throws IOException {
    return OWNERS_FILE.length == 0
        ? null
        : Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static Path beside(Path file) {
    return file.resolveSibling("." + file.getFileName() + ".new");
  }

  private static void replace(Path file, Content content) throws IOException {
    Path beside = beside(file);
    try {
      Files.deleteIfExists(beside); // Be it a pipe, which would not be opened for ever.
      try (FileOutputStream out = create(beside)) {
        content.to(out);
        out.getFD().sync();
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(beside);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** Removes a file or folder, if it is there, of which the rest could not be made. */
  public static void removeHalfMade(Path path, Exception cause) {
    try {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        deleteTree(path);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Puts a directory's names on the disk, where directories can be forced at all. */
  public static void forceDirectory(Path directory) throws IOException {
    if (File.separatorChar == '\\') {
      return; // Windows does so itself and refuses to open a directory.
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * A free name beside a file or folder for what is set aside of it, such as {@code
   * messages.torn-20260105T123456789Z.json}.
   */
  public static Path aside(Path of, String why, Clock clock) {
    String name = of.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String stem = dot < 0 ? name : name.substring(0, dot);
    String extension = dot < 0 ? "" : name.substring(dot);
    String marked = stem + "." + why + "-" + NAME_TIME.format(clock.instant());
    Path aside = of.resolveSibling(marked + extension);
    for (int i = 2; Files.exists(aside); i++) {
      aside = of.resolveSibling(marked + "-" + i + extension);
    }
    return aside;
  }

  /** What is in a directory under names that match a pattern. */
  public static List<Path> entries(Path directory, String pattern) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, pattern)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  /** Removes a file, or a folder with all that is in it; follows no links. */
  public static void deleteTree(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Removes a folder if there is one and nothing is in it. */
  public static void deleteIfEmpty(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} stays", folder);
    }
  }

  /** The failure as callers of the store know it. */
  public static SessionException failure(String what, IOException cause) {
    return saysFull(cause)
        ? new StorageFullException(what + ": the disk is full", cause)
        : new SessionException(what, cause);
  }

  private static boolean saysFull(IOException cause) {
    String reason = String.valueOf(cause.getMessage());
    return FULL.stream().anyMatch(reason::contains);
  }

  /** How a system says in its own language that a disk is full: only the text tells. */
  private static List<String> wordsForFull() {
    List<String> words =
        new ArrayList<>(
            List.of(
                "No space left on device", "Disk quota exceeded", "not enough space on the disk"));
    File full = new File("/dev/full");
    if (full.exists()) {
      try (FileOutputStream out = new FileOutputStream(full)) {
        out.write('x');
      } catch (IOException e) {
        if (e.getMessage() != null && !e.getMessage().contains(full.getPath())) {
          words.add(e.getMessage());
        }
      }
    }
    return words;
  }
}
