package dev.helix.store;

import dev.helix.session.SessionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;

/** Finds out whether a sessions directory can be written to and read. No state. */
final class DiskCheck {
  /** How the names of its files begin; what a crash leaves of them is of use to nobody. */
  static final String NAME = ".check.";

  private DiskCheck() {}

  /**
   * Writes a small hidden file, forces it, reads and removes it.
   *
   * @throws SessionException if one of these fails
   */
  static void in(Path sessions) {
    Path file = sessions.resolve(NAME + UUID.randomUUID());
    byte[] content = file.getFileName().toString().getBytes(StandardCharsets.US_ASCII);
    try {
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
