package dev.helix.launch;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The temporary folder of one run: the unpacked web application and the server that runs it. It
 * holds a lock while the run lives: a folder without is a killed run's, and the next run removes
 * it. Not thread-safe; {@link #close} may come from another thread once the run is over.
 */
final class RunFolder implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RunFolder.class.getName());
  private static final String PREFIX = "helix-sessions-";
  private static final String LOCK = "run.lock";
  private static final String LAUNCHER = "dev/helix/launch/";
  private static final String SERVER_LIBRARIES = "WEB-INF/lib-provided/";

  /** What was changed so lately no tidying service takes. */
  private static final Duration CHANGED = Duration.ofHours(1);

  private final Path root;
  private final FileChannel channel;
  private final ScheduledExecutorService keeper =
      Executors.newSingleThreadScheduledExecutor(RunFolder::thread);

  private RunFolder(Path root, FileChannel channel) {
    this.root = root;
    this.channel = channel;
  }

  /** Makes and locks a folder below {@code parent} and removes those of killed runs beside it. */
  static RunFolder create(Path parent) throws IOException {
    while (true) {
      Path root = Files.createTempDirectory(parent, PREFIX);
      Path lock = root.resolve(LOCK);
      FileChannel channel =
          FileChannel.open(lock, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      // Between the file's birth and its lock another run may take the folder for a dead one.
      if (channel.tryLock() != null && Files.exists(lock)) {
        RunFolder folder = new RunFolder(root, channel);
        folder.removeDead(parent);
        return folder;
      }
      channel.close();
    }
  }

  /** The unpacked web application: everything of the WAR but the launcher and the server. */
  Path webApplication() {
    return root.resolve("webapp");
  }

  /** An empty folder for whatever the server wants to write. */
  Path work() {
    return root.resolve("work");
  }

  /** The server's class path: the launcher's classes and the libraries, once unpacked. */
  List<Path> serverClassPath() throws IOException {
    List<Path> path = new ArrayList<>(List.of(classes()));
    path.addAll(jars(libraries()));
    return path;
  }

  /** The application's class path: its own, and the server's libraries for the servlet API. */
  List<Path> applicationClassPath() throws IOException {
    Path inside = webApplication().resolve("WEB-INF");
    List<Path> path = new ArrayList<>(List.of(inside.resolve("classes")));
    path.addAll(jars(inside.resolve("lib")));
    path.addAll(jars(libraries()));
    return path;
  }

  private static List<Path> jars(Path folder) throws IOException {
    try (Stream<Path> jars = Files.list(folder)) {
      return jars.sorted().toList();
    }
  }

  /** Unpacks the WAR. What must never be served lies outside of {@link #webApplication}. */
  void unpack(Path war) throws IOException {
    Files.createDirectories(work());
    Files.createDirectories(classes());
    Files.createDirectories(libraries());
    Files.createDirectories(webApplication());
    try (JarFile jar = new JarFile(war.toFile())) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        Path target = target(entry.getName());
        if (!target.startsWith(root)) {
          throw new IOException("the WAR names a file outside of itself: " + entry.getName());
        }
        if (!entry.isDirectory()) {
          Files.createDirectories(target.getParent());
          try (InputStream content = jar.getInputStream(entry)) {
            Files.copy(content, target);
          }
        }
      }
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "helix-run-folder");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Keeps services away from what is unpacked that remove what nobody has used for days: a class or
   * a file may be needed much later for the first time.
   */
  void keep() {
    keep(CHANGED);
  }

  void keep(Duration every) {
    ScheduledFuture<?> unused =
        keeper.scheduleWithFixedDelay(
            this::touch, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void touch() {
    FileTime now = FileTime.fromMillis(System.currentTimeMillis());
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        touch(path, now);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.log(
          keeper.isShutdown() ? Level.DEBUG : Level.WARNING,
          "the unpacked files in " + root + " may be tidied away",
          e);
    }
  }

  /** Some services go by when a file was read last, others by when it was changed. */
  private static void touch(Path path, FileTime now) throws IOException {
    try {
      Files.getFileAttributeView(path, BasicFileAttributeView.class).setTimes(now, now, null);
    } catch (NoSuchFileException e) {
      LOG.log(Level.TRACE, "{0} was a passing one", path);
    }
  }

  private Path target(String entry) {
    if (entry.startsWith(LAUNCHER)) {
      return classes().resolve(entry).normalize();
    }
    if (entry.startsWith(SERVER_LIBRARIES)) {
      return libraries().resolve(entry.substring(SERVER_LIBRARIES.length())).normalize();
    }
    return webApplication().resolve(entry).normalize();
  }

  private Path classes() {
    return root.resolve("server/classes");
  }

  private Path libraries() {
    return root.resolve("server/lib");
  }

  private void removeDead(Path parent) throws IOException {
    try (DirectoryStream<Path> siblings = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path sibling : siblings) {
        if (!sibling.equals(root)) {
          removeIfDead(sibling);
        }
      }
    }
  }

  /** Removes a folder whose run is over. A failure is no reason not to start. */
  private void removeIfDead(Path sibling) {
    try {
      if (!Files.isDirectory(sibling, NOFOLLOW_LINKS)
          || !Files.isRegularFile(sibling.resolve(LOCK), NOFOLLOW_LINKS)
          || !Files.getOwner(sibling, NOFOLLOW_LINKS).equals(Files.getOwner(root))) {
        return;
      }
      try (FileChannel other =
              FileChannel.open(sibling.resolve(LOCK), StandardOpenOption.WRITE, NOFOLLOW_LINKS);
          FileLock free = other.tryLock()) {
        if (free != null) {
          deleteTree(sibling);
          LOG.log(Level.DEBUG, "removed what a killed run left: {0}", sibling);
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "could not remove " + sibling, e);
    }
  }

  /** Releases the lock and deletes the folder with everything in it. */
  @Override
  public void close() throws IOException {
    keeper.shutdownNow();
    try {
      deleteTree(root);
    } finally {
      channel.close();
    }
  }

  /** Deletes the lock last: as long as something is left, the next run will find it. */
  private static void deleteTree(Path folder) throws IOException {
    Path lock = folder.resolve(LOCK);
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(lock) && !path.equals(folder)) {
          Files.delete(path);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Files.deleteIfExists(lock);
    Files.delete(folder);
  }
}
