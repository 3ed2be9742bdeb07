package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.session.SessionException;
import dev.helix.store.disk.Disk;
import dev.helix.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a backup has: the file {@code .backup} in its folder, a first line that says when it was
 * made, and for each session a line of its digest, its name, and its stamp where there is one.
 * Immutable.
 *
 * @param made when the last run began that was whole; null where one is under way or was cut short
 * @param sessions by their names
 */
public record BackupList(Instant made, SortedMap<String, Entry> sessions) {
  public static final String NAME = ".backup";

  private static final String BEGINNING = "helix-sessions backup ";
  private static final String CUT_SHORT = "not complete";
  private static final String BETWEEN = "  ";

  public BackupList {
    sessions = Collections.unmodifiableSortedMap(new TreeMap<>(sessions));
  }

  /**
   * A session in a backup.
   *
   * @param digest in hex
   * @param stamp what it looked like in the store, as {@link #stamp} gives it; null where the store
   *     has no stamps
   */
  public record Entry(String digest, String stamp) {}

  /** A store's stamp as it is kept here. */
  public static String stamp(String stores) {
    return HexFormat.of().formatHex(Sha256.of(stores.getBytes(UTF_8)));
  }

  /** The digest over all sessions, as {@link SessionCopy.Total#sha256} has it. */
  public String sha256() {
    SortedMap<String, byte[]> digests = new TreeMap<>();
    sessions.forEach((id, entry) -> digests.put(id, HexFormat.of().parseHex(entry.digest())));
    return SessionCopy.Total.sha256(digests);
  }

  /**
   * Reads a folder's list; empty where it has none.
   *
   * @throws SessionException if it is damaged
   */
  public static Optional<BackupList> read(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      return Optional.of(parse(Files.readAllLines(file, UTF_8)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new SessionException("cannot read " + file, e);
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new SessionException(file + " is damaged", e);
    }
  }

  private static BackupList parse(List<String> lines) {
    if (lines.isEmpty() || !lines.get(0).startsWith(BEGINNING)) {
      throw new IllegalArgumentException("no list");
    }
    SortedMap<String, Entry> sessions = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] parts = line.split(BETWEEN, -1);
      if (parts.length < 2 || !parts[0].matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException("no session");
      }
      sessions.put(parts[1], new Entry(parts[0], parts.length == 2 ? null : parts[2]));
    }
    String made = lines.get(0).substring(BEGINNING.length());
    return new BackupList(made.equals(CUT_SHORT) ? null : Instant.parse(made), sessions);
  }

  /** Writes this into a folder, atomically and durably. */
  public void write(Path folder) {
    StringBuilder text = new StringBuilder(BEGINNING);
    text.append(made == null ? CUT_SHORT : made).append('\n');
    sessions.forEach(
        (id, entry) -> {
          text.append(entry.digest()).append(BETWEEN).append(id);
          text.append(entry.stamp() == null ? "" : BETWEEN + entry.stamp()).append('\n');
        });
    try {
      Disk.replace(folder.resolve(NAME), text.toString().getBytes(UTF_8));
      Disk.forceDirectory(folder);
    } catch (IOException e) {
      throw new SessionException("cannot write " + folder.resolve(NAME), e);
    }
  }
}
