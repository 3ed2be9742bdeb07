package dev.helix.store.files;

import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A session's note: {@code context/<name>.md}, in UTF-8. Immutable; holds no content. */
record NoteFile(Path file) {

  static NoteFile in(Path folder, String name) {
    return new NoteFile(folder.resolve("context").resolve(name + ".md"));
  }

  /** The text; bytes that are no UTF-8 come as replacement characters. */
  Optional<String> read() throws IOException {
    try {
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void write(String text) throws IOException {
    Disk.makeFolders(file.getParent());
    Disk.replace(file, text.getBytes(StandardCharsets.UTF_8));
    Disk.forceDirectory(file.getParent());
  }
}
