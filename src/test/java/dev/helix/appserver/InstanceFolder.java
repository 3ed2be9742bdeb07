package dev.helix.appserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders of server instances, below the build's own. No state. */
final class InstanceFolder {
  private static final Path PARENT = Path.of("target", "instances").toAbsolutePath();

  private InstanceFolder() {}

  /** A new one. */
  static Path create(String prefix) {
    try {
      return Files.createTempDirectory(Files.createDirectories(PARENT), prefix + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a folder with all that is in it. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  /** Writes a file with one text in place of another, which must be there. */
  static void replace(Path file, String text, String replacement) throws IOException {
    String before = Files.readString(file);
    if (!before.contains(text)) {
      throw new IOException(file + " does not have " + text);
    }
    Files.writeString(file, before.replace(text, replacement));
  }

  /** Deletes one with all that is in it, if it is there. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
