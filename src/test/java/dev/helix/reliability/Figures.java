package dev.helix.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a run of a test has tried, kept in a file until the page is written. Thread-safe. */
public final class Figures {
  static final Path FOLDER = Path.of("target", "reliability");

  private Figures() {}

  /**
   * Leaves the figures of a run that passed, in place of an earlier one's.
   *
   * @param test the simple name of its class
   * @param figures one line
   */
  public static void leave(String test, String figures) {
    try {
      Files.createDirectories(FOLDER);
      Files.writeString(FOLDER.resolve(test), figures);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
