package dev.helix.packaging;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.opentest4j.TestAbortedException;

/**
 * A small file system of a test's own, in memory, which can be filled up. It is mounted in a
 * namespace of its own, so that nothing is left of it when its process ends. Linux only. Not
 * thread-safe.
 */
public final class SmallDisk implements AutoCloseable {
  /** What the file system gives out at a time. */
  public static final int PAGE = 4096;

  private static final String SESSIONS = "sessions";
  private static final String FILLER = "filler";

  private final Process holder;
  private final Path folder;

  private SmallDisk(Process holder, Path folder) {
    this.holder = holder;
    this.folder = folder;
  }

  /**
   * Makes one. Where this machine does not let us, the test that asks is skipped with the reason,
   * or fails where {@code HELIX_TEST_SERVERS} is {@code required}.
   *
   * @param at an empty folder to mount it on
   */
  public static SmallDisk mount(Path at, int kibibytes) {
    try {
      // Whoever resolves the links in the path of what is inside comes to one out here.
      Files.createDirectory(at.resolve(SESSIONS));
      boolean root = "root".equals(System.getProperty("user.name"));
      Process holder =
          new ProcessBuilder(
                  "unshare",
                  root ? "-m" : "-Urm",
                  "sh",
                  "-c",
                  "mount -t tmpfs -o size=\"$1\"k tmpfs \"$0\" && echo mounted && read -r end",
                  at.toRealPath().toString(),
                  Integer.toString(kibibytes))
              .redirectErrorStream(true)
              .start();
      BufferedReader said =
          new BufferedReader(
              new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
      String line = Optional.ofNullable(said.readLine()).orElse("nothing was said");
      if (!line.equals("mounted")) {
        holder.destroy();
        throw unavailable(line);
      }
      // Seen from outside the namespace, through the process that holds it.
      Path inside = Path.of("/proc", Long.toString(holder.pid()), "root");
      return new SmallDisk(holder, inside.resolve(at.toRealPath().toString().substring(1)));
    } catch (IOException e) {
      throw unavailable(e.getMessage());
    }
  }

  private static RuntimeException unavailable(String reason) {
    String message = "no small file system can be mounted: " + reason;
    if ("required".equals(System.getenv("HELIX_TEST_SERVERS"))) {
      throw new AssertionError(message);
    }
    return new TestAbortedException(message);
  }

  /** A folder on it that does not exist yet. */
  public Path sessions() {
    return folder.resolve(SESSIONS);
  }

  /** Takes all the room there is but so many pages. */
  public void fill(int pagesLeft) {
    try {
      free();
      try (OutputStream filler = new FileOutputStream(folder.resolve(FILLER).toFile())) {
        byte[] page = new byte[PAGE];
        while (true) {
          filler.write(page);
        }
      } catch (IOException e) {
        long size = Files.size(folder.resolve(FILLER)) / PAGE * PAGE;
        try (FileOutputStream filler =
            new FileOutputStream(folder.resolve(FILLER).toFile(), true)) {
          filler.getChannel().truncate(Math.max(0, size - (long) pagesLeft * PAGE));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives all the room back. */
  public void free() {
    try {
      Files.deleteIfExists(folder.resolve(FILLER));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    holder.destroy();
  }
}
