package dev.helix.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The keys of a file that let callers in. Immutable; at least one. */
record ApiKeys(List<ApiKey> keys) {
  /**
   * Reads a file: a line {@code tenant:sha256-hex-of-key} for each key, with {@code :service}
   * behind it for a program that speaks for no user; blank lines and those that begin with {@code
   * #} are nothing.
   *
   * @throws BrokenKeysException if the file cannot be read or used as a whole
   */
  static ApiKeys read(Path file) {
    try {
      return parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      throw new BrokenKeysException("there is no such file", e);
    } catch (IOException e) {
      throw new BrokenKeysException("it cannot be read: " + e.getClass().getSimpleName(), e);
    }
  }

  static ApiKeys parse(String text) {
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
    return new ApiKeys(List.copyOf(keys.values()));
  }

  /** What is wrong is never shown: it may be a key that somebody wrote there. */
  private static ApiKey key(String line, int number) {
    String[] fields = line.split(":", -1);
    boolean service = fields.length == 3 && fields[2].equals("service");
    if (fields.length == 2 || service) {
      try {
        return new ApiKey(fields[0], fields[1].toLowerCase(Locale.ROOT), service);
      } catch (IllegalArgumentException e) {
        throw new BrokenKeysException("line " + number + " is no key: " + e.getMessage(), null);
      }
    }
    throw new BrokenKeysException("line " + number + " is no key", null);
  }

  /** The key of that SHA-256, or null. It takes the same time whichever it is, or none. */
  ApiKey find(String hash) {
    byte[] asked = hash.getBytes(StandardCharsets.US_ASCII);
    ApiKey found = null;
    for (ApiKey key : keys) {
      byte[] known = key.hash().getBytes(StandardCharsets.US_ASCII);
      found = MessageDigest.isEqual(known, asked) ? key : found;
    }
    return found;
  }
}
