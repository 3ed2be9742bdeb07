package dev.helix.archive;

import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When each archived session was last used, and whose it is: kept in memory, and now and then in
 * the archive's file {@value #FILE}, so that a start need not open every archive. An entry counts
 * as long as its archive is of the same size and age, so that the file may be missing, behind or
 * damaged, and be written by several servers. Thread-safe.
 */
final class ArchiveIndex {
  private static final Logger LOG = System.getLogger(ArchiveIndex.class.getName());

  /** May be deleted at any time. */
  static final String FILE = ".list";

  /** So many archives may have to be opened again after a start. */
  private static final int UNWRITTEN = 100;

  /** No file system's times are coarser. */
  private static final Duration QUIET = Duration.ofSeconds(3);

  private final Archive archive;
  private Map<SessionId, Entry> known = new HashMap<>();
  private FileTime listed;
  private boolean isRead;
  private int unwritten;

  ArchiveIndex(Archive archive) {
    this.archive = archive;
  }

  /**
   * What is known of an archive, which is the newest of its session.
   *
   * @param look its size and age
   * @param used when it was last used, in microseconds
   * @param owner whose it is, as {@link dev.helix.session.Owner#key} says
   */
  record Entry(SessionId id, String zip, String look, long used, String owner) {
    Instant usedAt() {
      return Instant.EPOCH.plus(used, ChronoUnit.MICROS);
    }

    String line() {
      return zip + " " + look + " " + used + " " + owner + "\n";
    }

    /** What a line says; empty where it is damaged. */
    static Optional<Entry> parse(String line) {
      String[] fields = line.split(" ", -1);
      try {
        return fields.length == 4 && !fields[3].isEmpty()
            ? idOf(fields[0])
                .map(
                    id -> new Entry(id, fields[0], fields[1], Long.parseLong(fields[2]), fields[3]))
            : Optional.empty();
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  /** All archived sessions. Opens the archives that were not met before. */
  synchronized Collection<Entry> entries() {
    try {
      FileTime changed = Files.getLastModifiedTime(archive.folder());
      if (!changed.equals(listed)) {
        refresh();
        // Another change at once would have the same time.
        boolean isQuiet = changed.toInstant().isBefore(Instant.now().minus(QUIET));
        listed = isQuiet ? changed : null;
      }
    } catch (NoSuchFileException e) {
      known.clear(); // Nothing was ever archived.
    } catch (IOException e) {
      throw new SessionException("the archive " + archive.folder() + " cannot be listed", e);
    }
    return List.copyOf(known.values());
  }

  private void refresh() throws IOException {
    if (!isRead) {
      read();
      isRead = true;
    }
    Map<SessionId, String> newest = new HashMap<>();
    for (Path zip : archive.zips()) {
      String name = zip.getFileName().toString();
      // A later month's name is greater.
      idOf(name).ifPresent(id -> newest.merge(id, name, (a, b) -> a.compareTo(b) > 0 ? a : b));
    }
    Map<SessionId, Entry> now = new HashMap<>();
    for (Map.Entry<SessionId, String> each : newest.entrySet()) {
      entry(each.getKey(), each.getValue()).ifPresent(entry -> now.put(entry.id(), entry));
    }
    known = now;
    if (unwritten >= UNWRITTEN) {
      write();
    }
  }

  private Optional<Entry> entry(SessionId id, String name) {
    Path zip = archive.folder().resolve(name);
    try {
      String look = look(zip);
      Entry before = known.get(id);
      if (before != null && before.zip().equals(name) && before.look().equals(look)) {
        return Optional.of(before);
      }
      SessionState state = new ArchivedFiles(id, zip).state();
      unwritten++;
      long used = ChronoUnit.MICROS.between(Instant.EPOCH, state.updatedAt());
      return Optional.of(new Entry(id, name, look, used, state.owner().key()));
    } catch (IOException | ArithmeticException e) {
      // Restored or deleted meanwhile, or damaged, which is said when it is read.
      LOG.log(Level.DEBUG, "left out: " + zip, e);
      return Optional.empty();
    }
  }

  private static String look(Path zip) throws IOException {
    BasicFileAttributes file = Files.readAttributes(zip, BasicFileAttributes.class);
    return file.size() + "/" + file.lastModifiedTime().toMillis();
  }

  private static Optional<SessionId> idOf(String zip) {
    int from = "yyyy-mm_".length();
    int to = zip.length() - ".zip".length();
    return to > from ? SessionId.ofName(zip.substring(from, to)) : Optional.empty();
  }

  private void read() {
    try {
      String text =
          new String(Disk.read(archive.folder().resolve(FILE)), StandardCharsets.ISO_8859_1);
      text.lines().forEach(line -> Entry.parse(line).ifPresent(each -> known.put(each.id(), each)));
    } catch (NoSuchFileException e) {
      LOG.log(Level.DEBUG, "all archives of {0} are looked at", archive.folder());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the list of archives cannot be read, and is made anew", e);
    }
  }

  private void write() {
    StringBuilder text = new StringBuilder();
    known.values().forEach(each -> text.append(each.line()));
    try {
      Disk.replace(
          archive.folder().resolve(FILE), text.toString().getBytes(StandardCharsets.ISO_8859_1));
      unwritten = 0;
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the list of archives cannot be kept", e);
    }
  }
}
