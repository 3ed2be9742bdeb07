package dev.helix.store.files;

import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ArrayScan;
import dev.helix.store.MessageArray;
import dev.helix.store.ShownSession;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.FileStamp;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A session's folder with everything in it: shown, or made of what is shown. Follows no links below
 * the folder. No state.
 */
final class WholeFolder {
  private static final Logger LOG = System.getLogger(WholeFolder.class.getName());

  /**
   * What {@link Disk#replace} writes, or once wrote, beside the files that it replaces here: half
   * of something, or nothing; and the {@link StatusCopy}. Other names like these are somebody's.
   */
  private static final Pattern BESIDE =
      Pattern.compile(
          "input/\\.status\\.json(\\.new)?|(\\.status\\.json|context/\\.(messages\\.json|[a-z0-9][a-z0-9_-]{0,63}\\.md))"
              + "\\.(new|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})");

  private WholeFolder() {}

  /** A visitor's own failure on its way past those of the disk. */
  static final class VisitorFailure extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    VisitorFailure(IOException cause) {
      super(cause);
    }
  }

  /** What gives the text of {@code status.json}. */
  interface Status {
    byte[] read() throws IOException;
  }

  /** What is done with each of a folder's files. */
  private interface EachFile {
    void file(String path, Path file, FileStamp stamp) throws IOException;
  }

  /**
   * Shows all files and the end, of the messages as many as are whole.
   *
   * @param status gives what {@code status.json} is to say; asked when the messages are read, so
   *     that it is no older than they are
   * @return what the files looked like, for {@link #stamps} to compare with
   * @throws VisitorFailure where the visitor throws
   */
  static Map<String, FileStamp> show(Path folder, Status status, SessionFiles.Visitor visitor)
      throws IOException {
    byte[] messages = wholeMessages(folder);
    visit(visitor, ShownSession.STATUS, status.read());
    visit(visitor, ShownSession.MESSAGES, messages);
    Map<String, FileStamp> stamps = new TreeMap<>();
    each(
        folder,
        (path, file, stamp) -> {
          if (stamps.put(path, stamp) != null) {
            throw new IOException("two files of " + folder + " look like " + path);
          }
          if (!path.equals(ShownSession.STATUS) && !path.equals(ShownSession.MESSAGES)) {
            visit(visitor, portable(path), Disk.read(file));
          }
        });
    try {
      visitor.end();
    } catch (IOException e) {
      throw new VisitorFailure(e);
    }
    return stamps;
  }

  private static void visit(SessionFiles.Visitor visitor, String path, byte[] content) {
    try {
      visitor.file(path, content);
    } catch (IOException e) {
      throw new VisitorFailure(e);
    }
  }

  private static String portable(String path) throws IOException {
    try {
      return ShownSession.checkedPath(path);
    } catch (IllegalArgumentException e) {
      throw new IOException("no other place could have a file of this name: " + path, e);
    }
  }

  /** What the files look like now. */
  static Map<String, FileStamp> stamps(Path folder) throws IOException {
    Map<String, FileStamp> stamps = new TreeMap<>();
    each(folder, (path, file, stamp) -> stamps.put(path, stamp));
    return stamps;
  }

  private static void each(Path folder, EachFile action) throws IOException {
    FolderCheck.refuseLink(folder);
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String path = folder.relativize(file).toString().replace(File.separatorChar, '/');
            if (BESIDE.matcher(path).matches()) {
              return FileVisitResult.CONTINUE;
            }
            if (attributes.isRegularFile()) {
              action.file(path, file, FileStamp.of(attributes));
            } else {
              LOG.log(Level.WARNING, "{0} is no file of the session''s and left out", file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * The array of messages as far as it is whole; an empty one where there is no file.
   *
   * @throws SessionException if there is a file that holds no array, or nothing whole of one
   */
  private static byte[] wholeMessages(Path folder) throws IOException {
    byte[] bytes = messages(folder);
    ArrayScan scan = readable(folder, bytes);
    return scan.isClosed() && !scan.isDamaged() ? bytes : MessageArray.of(scan.messages());
  }

  /**
   * Whether the array of messages breaks off, is damaged, or has something behind it.
   *
   * @throws SessionException as {@link #wholeMessages} does
   */
  static boolean isTorn(Path folder) throws IOException {
    ArrayScan scan = readable(folder, messages(folder));
    return !scan.isClosed() || scan.isDamaged();
  }

  private static byte[] messages(Path folder) throws IOException {
    Path messages = folder.resolve(ShownSession.MESSAGES);
    Disk.checkFolder(messages.getParent());
    try {
      return Disk.read(messages);
    } catch (NoSuchFileException e) {
      return MessageArray.of(List.of());
    }
  }

  private static ArrayScan readable(Path folder, byte[] bytes) {
    ArrayScan scan = ArrayScan.of(bytes);
    // What the store sets aside when it is read: to show nothing instead would lose it silently.
    if (!scan.isArray() || (scan.isEmpty() && scan.closedAt() < 0)) {
      throw new SessionException(
          folder.resolve(ShownSession.MESSAGES)
              + " is unreadable: it is no array of messages; mend it, or move it away");
    }
    return scan;
  }

  /**
   * Makes a folder of what is shown, which is on the disk on return, but for the folder's own name.
   * If that fails nothing is left of it.
   *
   * @return the session's state
   * @throws VisitorFailure where showing the files throws
   * @throws IllegalArgumentException if they are not a session's
   */
  static SessionState make(Path folder, SessionId id, SessionFiles files) throws IOException {
    Disk.makeFolder(folder);
    try {
      Maker maker = new Maker(folder, id);
      maker.takeAll(files);
      return maker.finish();
    } catch (IOException | RuntimeException e) {
      Disk.removeHalfMade(folder, e);
      throw e;
    }
  }

  /** A folder that is being made. Not thread-safe. */
  private static final class Maker implements SessionFiles.Visitor {
    private final Path folder;
    private final SessionId id;
    private final Set<Path> directories = new HashSet<>();
    private SessionState state;
    private byte[] status;
    private boolean hasMessages;

    /** The disk's failure, which is none of those who show the files. */
    private IOException failure;

    Maker(Path folder, SessionId id) {
      this.folder = folder;
      this.id = id;
      directories.add(folder);
    }

    void takeAll(SessionFiles files) throws IOException {
      try {
        files.each(this);
      } catch (IOException e) {
        if (failure != null) {
          throw failure;
        }
        throw new VisitorFailure(e);
      }
    }

    @Override
    public void file(String path, byte[] content) throws IOException {
      String checked = ShownSession.checkedPath(path);
      if (path.equals(ShownSession.STATUS)) {
        state = SessionState.parse(id, content);
        status = content;
      } else if (path.equals(ShownSession.MESSAGES)) {
        hasMessages = ShownSession.array(id, content) != null;
      }
      try {
        write(checked, content);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    private void write(String path, byte[] content) throws IOException {
      Path file;
      try {
        file = folder.resolve(path);
      } catch (InvalidPathException e) {
        throw new IOException("this disk can have no file of the name " + path, e);
      }
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(path, null, "it is shown twice, as this disk sees it");
      }
      for (Path at = file.getParent(); directories.add(at); at = at.getParent()) {
        Disk.makeFolders(at);
      }
      Disk.writeForced(file, content);
    }

    SessionState finish() throws IOException {
      if (state == null || !hasMessages) {
        throw new IllegalArgumentException(
            "session "
                + id
                + " has no "
                + (state == null ? ShownSession.STATUS : ShownSession.MESSAGES));
      }
      StatusCopy.write(folder, status);
      for (Path directory : directories) {
        Disk.forceDirectory(directory);
      }
      return state;
    }
  }
}
