package dev.helix.store.disk;

import java.nio.file.FileSystemException;

/** What is there is a link, which is not followed, a pipe or a device, in place of a file. */
public final class NotAFileException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  NotAFileException(String file) {
    super(file, null, "it is a link, or no regular file");
  }
}
