package dev.helix.store.files;

import dev.helix.session.SessionException;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Finds out whether a sessions directory can be written to and read. No state. */
final class DiskCheck {
  private DiskCheck() {}

  /**
   * Writes a small hidden file, forces it, reads and removes it.
   *
   * @throws SessionException if one of these fails
   */
  static void in(Path sessions) {
    try {
      Path file = SessionFolder.unfinished(sessions, "check");
      byte[] content = file.getFileName().toString().getBytes(StandardCharsets.US_ASCII);
      byte[] read;
      try {
        Disk.writeForced(file, content);
        read = Files.readAllBytes(file);
      } finally {
        Files.deleteIfExists(file);
      }
      if (!Arrays.equals(read, content)) {
        throw new IOException("what is read is not what was written");
      }
    } catch (IOException e) {
      throw Disk.failure("cannot write to and read from the sessions directory " + sessions, e);
    }
  }
}
