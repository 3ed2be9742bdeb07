package dev.helix.transfer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.helix.session.SessionFiles;
import dev.helix.store.ArrayScan;
import dev.helix.store.ShownSession;
import dev.helix.text.Json;
import dev.helix.text.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a session's content comes to, as one SHA-256, whatever store shows it: the state as the
 * values it has, each message to the byte, every other file to the byte. Only the layout around
 * them does not count. Not thread-safe.
 */
final class SessionDigest implements SessionFiles.Visitor {
  private static final ObjectMapper SORTED =
      Json.EXACT.copy().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private final SortedMap<String, byte[]> files = new TreeMap<>();

  @Override
  public void file(String path, byte[] content) throws IOException {
    byte[] digest =
        switch (path) {
          case ShownSession.STATUS -> Sha256.of(values(content));
          case ShownSession.MESSAGES -> elements(content);
          default -> Sha256.of(content);
        };
    files.put(path, digest);
  }

  /** The digest of all that was shown. */
  byte[] value() {
    MessageDigest all = Sha256.begin();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      add(all, file.getKey().getBytes(StandardCharsets.UTF_8));
      add(all, file.getValue());
    }
    return all.digest();
  }

  /** The files that are not the same in the other, or not there. */
  SortedSet<String> differingFrom(SessionDigest other) {
    Set<String> paths = new TreeSet<>(files.keySet());
    paths.addAll(other.files.keySet());
    SortedSet<String> differing = new TreeSet<>();
    for (String path : paths) {
      if (!Arrays.equals(files.get(path), other.files.get(path))) {
        differing.add(path);
      }
    }
    return differing;
  }

  private static byte[] values(byte[] json) throws IOException {
    try {
      return SORTED.writeValueAsBytes(SORTED.readValue(json, Object.class));
    } catch (IOException e) {
      throw new IOException(ShownSession.STATUS + " is no JSON", e);
    }
  }

  private static byte[] elements(byte[] array) throws IOException {
    MessageDigest all = Sha256.begin();
    int start = ArrayScan.startsWithMark(array) ? 3 : 0;
    try {
      int end =
          ArrayScan.each(array, start, (first, from, to) -> add(all, oneLine(array, from, to)));
      if (!ArrayScan.isBlank(array, end, array.length)) {
        throw new IOException("more than an array");
      }
    } catch (IOException e) {
      throw new IOException(ShownSession.MESSAGES + " is no JSON array", e);
    }
    return all.digest();
  }

  /** An element as stores keep it: line ends in it are layout, since no string has any. */
  private static byte[] oneLine(byte[] array, int from, int to) {
    byte[] element = Arrays.copyOfRange(array, from, to);
    for (int i = 0; i < element.length; i++) {
      if (element[i] == '\n' || element[i] == '\r') {
        element[i] = ' ';
      }
    }
    return element;
  }

  /** Adds a part with its length, so that no two lists of parts come to the same. */
  static void add(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    digest.update(part);
  }
}
