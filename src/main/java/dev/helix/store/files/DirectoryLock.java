package dev.helix.store.files;

import dev.helix.session.SessionException;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The hold of one server on a sessions directory: a lock on the file {@code .lock} in it, which
 * ends with the process at the latest. The file stays.
 */
record DirectoryLock(FileChannel channel, String mark) implements AutoCloseable {
  private static final Logger LOG = System.getLogger(DirectoryLock.class.getName());

  /** Makes the directory where it is missing, for its owner alone, and takes hold of it. */
  static DirectoryLock acquire(Path directory) {
    try {
      Disk.makeFolders(directory);
      // Another web application of this process must be found out without opening the file: to
      // close it again would end the other's lock. Only system properties are common to both.
      String mark = "dev.helix.sessions.held." + directory.toRealPath();
      if (System.getProperties().putIfAbsent(mark, "true") != null) {
        throw inUse(directory);
      }
      FileChannel channel = null;
      try {
        channel = Disk.openToLock(directory.resolve(".lock"));
        if (channel.tryLock() == null) {
          throw inUse(directory);
        }
        return new DirectoryLock(channel, mark);
      } catch (IOException | RuntimeException e) {
        System.clearProperty(mark);
        if (channel != null) {
          channel.close();
        }
        throw e;
      }
    } catch (IOException e) {
      throw Disk.failure("cannot use the sessions directory " + directory, e);
    }
  }

  private static SessionException inUse(Path directory) {
    return new SessionException(
        "another server uses the sessions directory " + directory + "; each needs its own");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the lock of the sessions directory could not be released", e);
    } finally {
      System.clearProperty(mark);
    }
  }
}
