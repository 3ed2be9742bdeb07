package dev.helix.access;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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

  /** A group's members may be meant to read it. */
  private static final Set<PosixFilePermission> OF_OTHERS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.GROUP_WRITE);

  private final Path file;
  private final Clock clock;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile long lookedAt;
  private volatile List<ApiKey> keys;

  /** What the file looked like when it was read; null where it could not be told. */
  private Stamp stamp;

  /** Reads the file; {@link BrokenKeysException} if it cannot be used. */
  KeysFile(Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
    this.lookedAt = clock.millis();
    // The stamp is older than the content: a change in between is noticed the next time.
    this.stamp = Stamp.of(file);
    this.keys = read(file);
    warnOfOthers();
  }

  /** Says it where others on the machine may read the file, or write a key of theirs into it. */
  private void warnOfOthers() {
    Set<PosixFilePermission> allowed;
    try {
      allowed = Files.getPosixFilePermissions(file);
    } catch (UnsupportedOperationException | IOException unknown) {
      return; // A file system without permissions, or a file that is going away.
    }
    if (allowed.stream().anyMatch(OF_OTHERS::contains)) {
      LOG.log(
          Level.WARNING,
          "{0} may be read or written by others, {1}: let only who runs the server read it",
          file,
          PosixFilePermissions.toString(allowed));
    }
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

  /**
   * The key of that SHA-256 among those in force, or null. It takes the same time whichever it is,
   * or none. May read the file.
   */
  ApiKey find(String hash) {
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
    byte[] asked = hash.getBytes(StandardCharsets.US_ASCII);
    ApiKey found = null;
    for (ApiKey key : keys) {
      byte[] known = key.hash().getBytes(StandardCharsets.US_ASCII);
      found = MessageDigest.isEqual(known, asked) ? key : found;
    }
    return found;
  }

  private void look() {
    Stamp now = Stamp.of(file);
    if (Objects.equals(now, stamp)) {
      return;
    }
    stamp = now;
    try {
      List<ApiKey> read = read(file);
      keys = read;
      LOG.log(Level.INFO, "{0} changed and was read again, keys: {1}", file, read.size());
      warnOfOthers();
    } catch (BrokenKeysException e) {
      LOG.log(
          Level.WARNING,
          "{0} changed and cannot be used, so the keys before it stay in force: {1}",
          file,
          e.getMessage());
    }
  }

  /**
   * Reads a file: a line {@code tenant:sha256-hex-of-key} for each key, with {@code :service}
   * behind it for a program that speaks for no user, {@code :operator} for who sees everybody's
   * sessions, or both; blank lines and those that begin with {@code #} are nothing.
   *
   * @return at least one key
   * @throws BrokenKeysException if the file cannot be read or used as a whole
   */
  static List<ApiKey> read(Path file) {
    String text;
    try {
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new BrokenKeysException("there is no such file", e);
    } catch (IOException e) {
      throw new BrokenKeysException("it cannot be read: " + e.getClass().getSimpleName(), e);
    }
    Map<String, ApiKey> keys = new LinkedHashMap<>();
    int number = 0;
    for (String raw : text.lines().toList()) {
      number++;
      // Some editors begin a file with a byte order mark.
      String line = (number == 1 && raw.startsWith("\ufeff") ? raw.substring(1) : raw).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      ApiKey key = key(line, number);
      ApiKey before = keys.putIfAbsent(key.hash(), key);
      if (before != null && !before.equals(key)) {
        throw new BrokenKeysException(
            "line " + number + " has a key that an earlier line gives to somebody else", null);
      }
    }
    if (keys.isEmpty()) {
      throw new BrokenKeysException("it holds no key", null);
    }
    return List.copyOf(keys.values());
  }

  /** What is wrong is never shown: it may be a key that somebody wrote there. */
  private static ApiKey key(String line, int number) {
    String[] fields = line.split(":", -1);
    List<String> flags = List.of(fields).subList(Math.min(2, fields.length), fields.length);
    boolean service = flags.contains("service");
    boolean operator = flags.contains("operator");
    int known = (service ? 1 : 0) + (operator ? 1 : 0);
    if (fields.length >= 2 && flags.size() == known) {
      try {
        return new ApiKey(fields[0], fields[1].toLowerCase(Locale.ROOT), service, operator);
      } catch (IllegalArgumentException e) {
        throw new BrokenKeysException("line " + number + " is no key: " + e.getMessage(), null);
      }
    }
    throw new BrokenKeysException("line " + number + " is no key", null);
  }
}
