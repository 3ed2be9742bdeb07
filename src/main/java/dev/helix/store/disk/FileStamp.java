package dev.helix.store.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What a file looks like from outside: when one of these differs, somebody changed it.
 *
 * @param key the file's identity on the disk, or null where there is no such thing
 */
public record FileStamp(long size, FileTime modified, Object key) {

  /**
   * The file's stamp, or null when there is no file.
   *
   * @throws NotAFileException if it is a link, which is not followed, or another thing
   */
  public static FileStamp of(Path file) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) {
        throw new NotAFileException(file.toString());
      }
      return of(attributes);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  public static FileStamp of(BasicFileAttributes attributes) {
    return new FileStamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }
}
