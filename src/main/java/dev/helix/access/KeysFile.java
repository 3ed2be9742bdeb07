package dev.helix.access;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The keys file as it stands: looked at no more than once a second, when somebody asks, and read
 * again when it changed. A file that cannot be used leaves the keys before it in force, which the
 * log says once for each change. Thread-safe; while one caller reads, others go on with what is
 * known.
 */
final class KeysFile {
  private static final Logger LOG = System.getLogger(KeysFile.class.getName());
  private static final long PAUSE_MILLIS = 1000;

  private final Path file;
  private final Clock clock;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile long lookedAt;
  private volatile ApiKeys keys;

  /** What the file looked like when it was read; null where it could not be told. */
  private Stamp stamp;

  /** Reads the file; {@link BrokenKeysException} if it cannot be used. */
  KeysFile(Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
    this.lookedAt = clock.millis();
    // The stamp is older than the content: a change in between is noticed the next time.
    this.stamp = Stamp.of(file);
    this.keys = ApiKeys.read(file);
  }

  /** A file's looks from outside: when one of these differs, somebody changed it. */
  private record Stamp(long size, FileTime modified, Object key) {
    static Stamp of(Path file) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
      } catch (IOException e) {
        return null; // Reading it will say what is wrong.
      }
    }
  }

  /** The keys in force. May read the file. */
  ApiKeys current() {
    // Either way: a clock that was set back must not keep a withdrawn key in force.
    boolean due = Math.abs(clock.millis() - lookedAt) >= PAUSE_MILLIS;
    if (due && looking.tryLock()) {
      try {
        lookedAt = clock.millis();
        look();
      } finally {
        looking.unlock();
      }
    }
    return keys;
  }

  private void look() {
    Stamp now = Stamp.of(file);
    if (Objects.equals(now, stamp)) {
      return;
    }
    stamp = now;
    try {
      ApiKeys read = ApiKeys.read(file);
      keys = read;
      LOG.log(Level.INFO, "{0} changed and was read again, keys: {1}", file, read.keys().size());
    } catch (BrokenKeysException e) {
      LOG.log(
          Level.WARNING,
          "{0} changed and cannot be used, so the keys before it stay in force: {1}",
          file,
          e.getMessage());
    }
  }
}
