package dev.helix.store.files;

import dev.helix.session.SessionAliases;
import dev.helix.session.SessionId;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The folder {@code .aliases} in a sessions directory, which is made with the first: for each alias
 * a file of its name, with the session's name and a line feed. Thread-safe, where the directory is
 * held.
 */
final class AliasFiles implements SessionAliases {
  private static final String FOLDER = ".aliases";
  private static final String NAMES = "[0-9a-f]*";

  private final Path sessions;
  private final Path folder;

  AliasFiles(Path sessions) {
    this.sessions = sessions;
    this.folder = sessions.resolve(FOLDER);
  }

  @Override
  public Optional<SessionId> find(String alias) {
    try {
      Disk.checkFolder(folder);
      byte[] content = Disk.read(folder.resolve(alias));
      return SessionId.ofName(new String(content, StandardCharsets.ISO_8859_1).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw Disk.failure("cannot read the alias " + alias, e);
    }
  }

  @Override
  public synchronized void save(String alias, SessionId id) {
    try {
      boolean made = !Files.exists(folder);
      Disk.makeInside(folder);
      Disk.replace(folder.resolve(alias), (id.value() + "\n").getBytes(StandardCharsets.US_ASCII));
      Disk.forceDirectory(folder);
      if (made) {
        Disk.forceDirectory(sessions);
      }
    } catch (IOException e) {
      throw Disk.failure("cannot keep the alias of session " + id, e);
    }
  }

  @Override
  public synchronized void drop(String alias, SessionId id) {
    try {
      if (find(alias).equals(Optional.of(id)) && Files.deleteIfExists(folder.resolve(alias))) {
        Disk.forceDirectory(folder);
      }
    } catch (IOException e) {
      throw Disk.failure("cannot remove the alias of session " + id, e);
    }
  }

  @Override
  public void each(BiConsumer<String, SessionId> visitor) {
    List<Path> files;
    try {
      Disk.checkFolder(folder);
      files = Disk.entries(folder, NAMES);
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw Disk.failure("cannot read " + folder, e);
    }
    for (Path file : files) {
      String alias = file.getFileName().toString();
      find(alias).ifPresent(id -> visitor.accept(alias, id));
    }
  }
}
