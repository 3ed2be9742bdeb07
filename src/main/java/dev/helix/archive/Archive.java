package dev.helix.archive;

import dev.helix.message.Message;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A folder of archived sessions, {@code <yyyy-mm>_<session_id>.zip} with every file of the session
 * in it, named by the month in which it was archived, in UTC. The folder need not exist; all
 * servers of a store use the same one. Thread-safe. Specification section 3.
 *
 * <p>A session is looked for under the months that the folder was found to have when it was first
 * asked, and all since; archives of other months that are put there by hand are found after a
 * restart. Failures are {@link SessionException}s.
 */
public final class Archive {
  /** The key of the folder. */
  public static final String DIRECTORY = SessionStore.ARCHIVE_DIRECTORY;

  private static final Pattern NAME =
      Pattern.compile("\\d{4}-(0[1-9]|1[0-2])_[A-Za-z0-9_-]+\\.zip");

  /** Clocks of servers, and of those who put archives here, differ by less. */
  private static final Duration CLOCKS_DIFFER = Duration.ofDays(1);

  /** What is still being written is younger. */
  private static final Duration LEFT_BEHIND = Duration.ofDays(1);

  private final Path folder;
  private final Clock clock;
  private final ArchiveNames names;

  // The newest first; null until the folder was looked at.
  private NavigableSet<YearMonth> months;

  /** The archive in a folder, which is made with the first session that is archived. */
  public Archive(Path folder, Clock clock) {
    this.folder = folder.toAbsolutePath().normalize();
    this.clock = Objects.requireNonNull(clock, "clock");
    this.names = new ArchiveNames(this.folder, System::nanoTime);
  }

  /**
   * A store of which some sessions are in this archive. They are restored when they are asked for;
   * only the list leaves them out. Closing it closes the store.
   */
  public SessionStore before(SessionStore store) {
    return new ArchivingStore(store, this, clock);
  }

  /** The folder's absolute path. */
  public Path folder() {
    return folder;
  }

  /** Whether anything was ever archived here. */
  boolean isMade() {
    return !Files.notExists(folder);
  }

  /** The newest archive of a session; empty where there is none. */
  public Optional<Path> find(SessionId id) {
    if (names.lack(id)) {
      return Optional.empty();
    }
    for (YearMonth month : months()) {
      Path zip = zip(month, id);
      // One that cannot be looked at may be there; opening it then says what is the matter.
      if (!Files.notExists(zip)) {
        return Optional.of(zip);
      }
    }
    return Optional.empty();
  }

  /**
   * The state of a session as it was archived.
   *
   * @param zip as {@link #find} gave it
   */
  public SessionState state(SessionId id, Path zip) {
    try {
      return new ArchivedFiles(id, zip).state();
    } catch (IOException e) {
      throw new SessionException("session " + id + " cannot be read from its archive " + zip, e);
    }
  }

  /**
   * The messages of a session as they were archived, as far as they are readable.
   *
   * @param zip as {@link #find} gave it
   */
  public List<Message> messages(SessionId id, Path zip) {
    try {
      return new ArchivedFiles(id, zip).messages(bytes -> {});
    } catch (IOException e) {
      throw new SessionException("session " + id + " cannot be read from its archive " + zip, e);
    }
  }

  /**
   * Gives an archive another name, under which no session is looked for.
   *
   * @return the name, which says why
   */
  Path setAside(Path zip, String why) throws IOException {
    Path aside = Disk.aside(zip, why, clock);
    Files.move(zip, aside);
    Disk.forceDirectory(folder);
    return aside;
  }

  /** How many archives there are. Lists the folder. */
  public int count() {
    try {
      return names("*").size();
    } catch (IOException e) {
      throw unlisted(e);
    }
  }

  /** All archives that there are now, whoever's. Lists the folder. */
  List<Path> zips() throws IOException {
    return names("*");
  }

  /** The sessions that have archives now. Lists the folder. */
  public Set<SessionId> sessions() {
    try {
      Set<SessionId> ids = new HashSet<>();
      for (Path zip : zips()) {
        String name = zip.getFileName().toString();
        String id = name.substring("yyyy-mm_".length(), name.length() - ".zip".length());
        SessionId.ofName(id).ifPresent(ids::add);
      }
      return ids;
    } catch (IOException e) {
      throw unlisted(e);
    }
  }

  /** What writes a session's archive of this month. */
  ArchiveWriter writer(SessionId id) {
    return new ArchiveWriter(zip(monthOf(clock.instant()), id), clock);
  }

  /** Removes all archives of a session for good, and says whether there were any. */
  public boolean delete(SessionId id) throws IOException {
    // Listed, not guessed: what is to be gone must be gone under every month.
    List<Path> zips = names(id.value());
    List<Path> all = new ArrayList<>(zips);
    all.addAll(entries(".????-??_" + id + ".zip.*"));
    all.addAll(entries("????-??_" + id + ".*.zip")); // Those that were set aside.
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
    if (!all.isEmpty()) {
      Disk.forceDirectory(folder);
    }
    return !zips.isEmpty();
  }

  /**
   * What tells an archive from another one of the same name; empty where there is none of it.
   *
   * @throws IOException if it cannot be looked at
   */
  static Optional<Object> mark(Path zip) throws IOException {
    try {
      BasicFileAttributes file = Files.readAttributes(zip, BasicFileAttributes.class);
      // Not every disk has a key for its files.
      return Optional.of(
          Arrays.asList(file.fileKey(), file.lastModifiedTime(), file.creationTime(), file.size()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Removes what archiving that was cut short left half-written. */
  void tidy() throws IOException {
    Instant before = clock.instant().minus(LEFT_BEHIND);
    for (Path left : entries(".????-??_*.zip.*")) {
      if (Files.getLastModifiedTime(left).toInstant().isBefore(before)) {
        Files.deleteIfExists(left);
      }
    }
  }

  private Path zip(YearMonth month, SessionId id) {
    return folder.resolve(month + "_" + id + ".zip");
  }

  private static YearMonth monthOf(Instant time) {
    return YearMonth.from(time.atOffset(ZoneOffset.UTC));
  }

  /** The months that may have archives, the newest first. */
  private synchronized List<YearMonth> months() {
    Instant now = clock.instant();
    if (months == null) {
      NavigableSet<YearMonth> known = new TreeSet<>(Comparator.reverseOrder());
      known.add(monthOf(now.minus(CLOCKS_DIFFER)));
      try {
        for (Path zip : names("*")) {
          known.add(YearMonth.parse(zip.getFileName().toString().substring(0, "yyyy-mm".length())));
        }
      } catch (IOException e) {
        throw unlisted(e);
      }
      months = known;
    }
    YearMonth last = monthOf(now.plus(CLOCKS_DIFFER));
    while (months.first().isBefore(last)) {
      months.add(months.first().plusMonths(1));
    }
    return List.copyOf(months);
  }

  /** The archives of the sessions of this name, {@code *} for all. */
  private List<Path> names(String session) throws IOException {
    List<Path> zips = new ArrayList<>(entries("????-??_" + session + ".zip"));
    zips.removeIf(zip -> !NAME.matcher(zip.getFileName().toString()).matches());
    return zips;
  }

  private List<Path> entries(String pattern) throws IOException {
    try {
      return Disk.entries(folder, pattern);
    } catch (NoSuchFileException e) {
      return List.of(); // Nothing was ever archived.
    }
  }

  private SessionException unlisted(IOException cause) {
    return new SessionException("the archive " + folder + " cannot be listed", cause);
  }
}
