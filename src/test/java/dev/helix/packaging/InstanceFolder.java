package dev.helix.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folder of one server instance, below the build's own. */
final class InstanceFolder implements AutoCloseable {
  private final Path root;

  private InstanceFolder(Path root) {
    this.root = root;
  }

  /** A new folder with the WAR at {@code webapps}. */
  static InstanceFolder create(String prefix) {
    try {
      Path war = Built.war();
      Path parent = Files.createDirectories(war.resolveSibling("instances"));
      InstanceFolder folder = new InstanceFolder(Files.createTempDirectory(parent, prefix));
      Files.copy(war, folder.make("webapps").resolve(war.getFileName()));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The context path that servers give to the WAR, from its file name. */
  static String contextPath() {
    return "/" + Built.war().getFileName().toString().replaceAll("\\.war$", "");
  }

  Path root() {
    return root;
  }

  Path make(String name) throws IOException {
    return Files.createDirectories(root.resolve(name));
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
