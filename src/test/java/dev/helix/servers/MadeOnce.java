package dev.helix.servers;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A folder that is made once for all runs until {@code target} is cleaned, by whichever process
 * needs it first; others wait for it. What is there is whole. No state.
 */
public final class MadeOnce {

  /** Fills a folder. */
  @FunctionalInterface
  public interface Content {
    void fill(Path folder) throws IOException, InterruptedException;
  }

  private MadeOnce() {}

  /** The folder of that absolute path, filled if it is not there. */
  public static synchronized Path folder(Path folder, Content content)
      throws IOException, InterruptedException {
    if (Files.isDirectory(folder)) {
      return folder;
    }
    Path parent = Files.createDirectories(folder.getParent());
    String name = folder.getFileName().toString();
    try (FileChannel file =
            FileChannel.open(
                parent.resolve(name + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      if (lock.isValid() && !Files.isDirectory(folder)) {
        Path part = Files.createTempDirectory(parent, name + "-");
        content.fill(part);
        Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
      }
      return folder;
    }
  }
}
