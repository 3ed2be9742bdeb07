package dev.helix.store.files.recent;

import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ArrayEnd;
import dev.helix.store.ShownSession;
import dev.helix.store.StatusFile;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.NotAFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The files in which a sessions directory keeps the order of last use: {@code .recent/log}, to
 * which each use is added, and {@code .recent/sorted}, a line of each other session with the newest
 * first. Both can be made anew of the sessions. Stateless; whoever writes takes turns with others.
 */
public final class UseFolder {
  /** How many sessions are sorted in memory when all is made anew. */
  private static final int SORTED_AT_ONCE = 50_000;

  /** How the mark begins where lines have owners; earlier ones are of an order without. */
  private static final String FORM = "2 ";

  private final Path sessions;
  private final Path folder;
  private final Path mark;
  private final Path sorted;

  public UseFolder(Path sessions) {
    this.sessions = sessions;
    this.folder = sessions.resolve(".recent");
    this.mark = folder.resolve("mark");
    this.sorted = folder.resolve("sorted");
  }

  Path log() {
    return folder.resolve("log");
  }

  /** Makes what is missing, and takes away what a crash left half made. */
  void prepare() throws IOException {
    Disk.makeFolders(folder);
    for (Path left : Disk.entries(folder, "*.new")) {
      Files.delete(left);
    }
    if (Files.notExists(sorted)) {
      UseFile.write(sorted, () -> null);
    }
  }

  /** How large the sorted file is. */
  long sortedBytes() throws IOException {
    return Files.size(sorted);
  }

  /** What the log says, the last line of each session. */
  public Map<String, Use> readLog() throws IOException {
    Map<String, Use> uses = new HashMap<>();
    try (UseFile lines = new UseFile(log(), null, null)) {
      for (; lines.head() != null; lines.advance()) {
        uses.put(lines.head().id(), lines.head());
      }
    } catch (NoSuchFileException e) {
      return uses;
    }
    return uses;
  }

  /** Replaces the log by these lines. */
  void replaceLog(Collection<Use> uses) throws IOException {
    Path made = folder.resolve("log.new");
    Iterator<Use> each = uses.iterator();
    UseFile.write(made, () -> each.hasNext() ? each.next() : null);
    replace(made, log());
  }

  private static void replace(Path made, Path old) throws IOException {
    Files.move(made, old, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Writes the sorted file anew with these lines in place of its own of the same sessions.
   *
   * @param stopped asked at each line whether to give up, and then true for good
   * @return whether it was written; else it is as it was
   */
  boolean merge(Map<String, Use> uses, BooleanSupplier stopped) throws IOException {
    return merge(sorted, uses, stopped);
  }

  private boolean merge(Path file, Map<String, Use> uses, BooleanSupplier stopped)
      throws IOException {
    Path merged = folder.resolve("merged.new");
    try (MergedUses lines = new MergedUses(uses, file, null, null)) {
      UseFile.write(merged, () -> stopped.getAsBoolean() ? null : lines.next());
    }
    if (stopped.getAsBoolean()) {
      return false; // What there is of it goes with the next start.
    }
    replace(merged, file);
    return true;
  }

  /** Makes the sorted file of what all sessions say themselves; otherwise as {@link #merge}. */
  boolean makeAnew(BooleanSupplier stopped) throws IOException {
    Disk.makeFolders(folder); // Somebody may have deleted it.
    Path made = folder.resolve("sorted.new");
    UseFile.write(made, () -> null);
    Map<String, Use> uses = new HashMap<>();
    // Not listed as a whole, which would hold the names of millions.
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(sessions)) {
      for (Path entry : entries) {
        if (stopped.getAsBoolean()) {
          return false;
        }
        lookAt(entry).ifPresent(use -> uses.put(use.id(), use));
        if (uses.size() == SORTED_AT_ONCE) {
          if (!merge(made, uses, stopped)) {
            return false;
          }
          uses.clear();
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    if (!merge(made, uses, stopped)) {
      return false;
    }
    replace(made, sorted);
    return true;
  }

  /** What a session says itself; empty where it is none. */
  private static Optional<Use> lookAt(Path entry) throws IOException {
    Optional<SessionId> id = SessionId.ofName(entry.getFileName().toString());
    if (id.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Use.of(stored(entry, id.get())));
    } catch (NoSuchFileException | NotAFileException | IllegalArgumentException e) {
      return Optional.empty(); // No session, or gone meanwhile.
    } catch (IOException e) {
      if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /**
   * A session's state as its files say it, without a lock: with the time of the last element where
   * that is later.
   *
   * @throws IllegalArgumentException if the state is unreadable
   */
  public static SessionState stored(Path session, SessionId id) throws IOException {
    Disk.checkFolder(session);
    SessionState stored =
        SessionState.parse(id, StatusFile.read(session.resolve(ShownSession.STATUS)));
    Path messages = session.resolve(ShownSession.MESSAGES);
    Disk.checkFolder(messages.getParent());
    Instant last = ArrayEnd.lastTimestamp(messages);
    boolean later = last != null && last.isAfter(stored.updatedAt());
    return later ? stored.withUpdatedAt(last) : stored;
  }

  /**
   * A page of the list of sessions as the lines tell it, each compared with what its session says.
   *
   * @param newest lines that count in place of the sorted file's
   * @param place behind which the page begins; null for the beginning
   * @param owner whose sessions they are, as {@link Use#key} says; null for everybody's
   * @param listed says whether a session is listed as its line says, where what it says itself, the
   *     other, is not that; null where there is none
   * @throws IOException if the sorted file is missing or damaged
   */
  public List<SessionState> page(
      Map<String, Use> newest,
      Use place,
      String owner,
      int limit,
      Function<SessionId, Optional<SessionState>> find,
      BiPredicate<Use, Use> listed)
      throws IOException {
    List<SessionState> page = new ArrayList<>();
    try (MergedUses lines = new MergedUses(newest, sorted, place, owner)) {
      Use line = lines.next();
      while (line != null && page.size() < limit) {
        SessionState state = SessionId.ofName(line.id()).flatMap(find).orElse(null);
        Use found = state == null ? null : Use.of(state);
        if (line.equals(found)) {
          page.add(state);
        } else if (listed.test(line, found) && found != null && isOf(owner, found)) {
          page.add(state.withUpdatedAt(line.time()));
        }
        line = lines.next();
      }
    }
    return page;
  }

  private static boolean isOf(String owner, Use use) {
    return owner == null || owner.equals(use.owner());
  }

  /**
   * How many sessions there are, as the lines tell it.
   *
   * @param newest and {@code place} and {@code owner} as for {@link #page}
   * @param earliest the time of the last one that counts, in microseconds
   */
  long count(Map<String, Use> newest, Use place, String owner, long earliest) throws IOException {
    long count = 0;
    try (MergedUses lines = new MergedUses(newest, sorted, place, owner)) {
      for (Use line = lines.next(); line != null && line.micros() >= earliest; count++) {
        line = lines.next();
      }
    }
    return count;
  }

  /** A page of what all sessions say. Only folders whose names are session ids are looked at. */
  public List<SessionState> pageOfAll(
      Use place, String owner, int limit, Function<SessionId, Optional<SessionState>> find) {
    if (limit < 0) {
      throw new IllegalArgumentException("negative limit");
    }
    if (limit == 0) {
      return List.of();
    }
    Comparator<SessionState> newestFirst = Comparator.comparing(Use::of);
    PriorityQueue<SessionState> newest = new PriorityQueue<>(newestFirst.reversed());
    try {
      for (Path child : Disk.entries(sessions, "*")) {
        Optional<SessionId> id = SessionId.ofName(child.getFileName().toString());
        id.flatMap(find)
            .filter(state -> Use.of(state).isAfter(place) && isOf(owner, Use.of(state)))
            .ifPresent(newest::add);
        if (newest.size() > limit) {
          newest.poll();
        }
      }
    } catch (IOException e) {
      throw Disk.failure("cannot list " + sessions, e);
    }
    return newest.stream().sorted(newestFirst).toList();
  }

  /** Whether every session is in the files, but for what was stored just before a crash. */
  public boolean isWhole() {
    return Files.exists(sorted) && mark().startsWith(FORM);
  }

  /** What the mark says; nothing where there is none. */
  private String mark() {
    try {
      return Files.readString(mark, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Whether the files say all: the last server has ended as it should, and no session's folder was
   * added or taken away since.
   */
  public boolean isClean() throws IOException {
    return isWhole() && mark().equals(cleanMark());
  }

  /** From now on the files tell nearly all, whatever happens. */
  void markInUse() throws IOException {
    Disk.replace(mark, (FORM + "in use\n").getBytes(StandardCharsets.US_ASCII));
    Disk.forceDirectory(folder);
  }

  /** Called last, when nothing will change any more. */
  void markClean() throws IOException {
    for (Path file : Disk.entries(folder, "*")) {
      Disk.force(file);
    }
    Disk.replace(mark, cleanMark().getBytes(StandardCharsets.US_ASCII));
    Disk.forceDirectory(folder);
  }

  /** From now on the files are not believed. */
  void unmark() throws IOException {
    Files.deleteIfExists(mark);
  }

  private String cleanMark() throws IOException {
    long changed = Files.getLastModifiedTime(sessions).to(TimeUnit.NANOSECONDS);
    return FORM + "clean " + changed + "\n";
  }
}
