package dev.helix.store.files.recent;

import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ArrayEnd;
import dev.helix.store.ShownSession;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The files in which a sessions directory keeps the order of last use: {@code .recent/log}, to
 * which each use is added, and {@code .recent/run-<number>}, sorted with the newest first. All of
 * it can be made anew of the sessions. Stateless; whoever writes takes turns with others.
 */
public final class UseFolder {
  /** How many sessions are sorted in memory when the folder is made anew. */
  private static final int SORTED_AT_ONCE = 50_000;

  private final Path sessions;
  private final Path folder;
  private final Path mark;

  public UseFolder(Path sessions) {
    this.sessions = sessions;
    this.folder = sessions.resolve(".recent");
    this.mark = folder.resolve("mark");
  }

  Path log() {
    return folder.resolve("log");
  }

  Path run(long number) {
    return folder.resolve(String.format("run-%016d", number));
  }

  static long number(Path run) {
    return Long.parseLong(run.getFileName().toString().substring("run-".length()));
  }

  /** Makes the folder where it is missing, and takes away what a crash left half made. */
  void prepare() throws IOException {
    Disk.makeFolders(folder);
    for (Path left : Disk.entries(folder, "*.new")) {
      Files.delete(left);
    }
  }

  /** The sorted files, the oldest first. */
  public List<Path> runs() throws IOException {
    List<Path> runs = Disk.entries(folder, "run-" + "[0-9]".repeat(16));
    Collections.sort(runs);
    return runs;
  }

  /** What the log says, the last line of each session. */
  public Map<String, Use> readLog() throws IOException {
    Map<String, Use> uses = new HashMap<>();
    try (UseFile lines = UseFile.open(log())) {
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
    UseFile.write(made, uses.iterator());
    Files.move(made, log(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Makes a sorted file. */
  void writeRun(long number, Collection<Use> uses) throws IOException {
    Path made = folder.resolve("run.new");
    UseFile.write(made, uses.stream().sorted().iterator());
    Files.move(made, run(number), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Makes one sorted file of several, in place of the last one; the others are still there.
   *
   * @param stopped asked now and then whether to give up
   * @return whether it was made
   */
  boolean merge(List<Path> runs, Set<String> without, BooleanSupplier stopped) throws IOException {
    Path made = folder.resolve("merged.new");
    if (!MergedUses.write(made, runs, without, stopped)) {
      return false; // What there is of it goes with the next start.
    }
    Files.move(
        made,
        runs.get(runs.size() - 1),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  /**
   * Makes a sorted file of what all sessions say themselves, whatever was known of them.
   *
   * @param stopped asked now and then whether to give up
   * @return whether it was made
   */
  boolean makeAnew(long number, BooleanSupplier stopped) throws IOException {
    Disk.makeFolders(folder); // Somebody may have deleted it.
    List<Path> parts = new ArrayList<>();
    List<Use> uses = new ArrayList<>();
    // Not listed as a whole, which would hold the names of millions.
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(sessions)) {
      for (Path entry : entries) {
        if (stopped.getAsBoolean()) {
          return false;
        }
        lookAt(entry).ifPresent(uses::add);
        if (uses.size() == SORTED_AT_ONCE) {
          parts.add(part(parts.size(), uses));
        }
      }
      parts.add(part(parts.size(), uses));
      if (!merge(parts, Set.of(), stopped)) {
        return false;
      }
      Files.move(parts.get(parts.size() - 1), run(number), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } finally {
      for (Path part : parts) {
        Files.deleteIfExists(part);
      }
    }
  }

  private static Optional<Use> lookAt(Path entry) throws IOException {
    Optional<SessionId> id = SessionId.ofName(entry.getFileName().toString());
    if (id.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] status = Files.readAllBytes(entry.resolve("status.json"));
      SessionState stored = SessionState.parse(id.get(), status);
      Instant last = ArrayEnd.lastTimestamp(entry.resolve(ShownSession.MESSAGES));
      boolean later = last != null && last.isAfter(stored.updatedAt());
      return Optional.of(Use.of(later ? stored.withUpdatedAt(last) : stored));
    } catch (NoSuchFileException | IllegalArgumentException e) {
      return Optional.empty(); // No session, or gone meanwhile.
    } catch (IOException e) {
      if (Files.isDirectory(entry)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private Path part(int number, List<Use> uses) throws IOException {
    Path part = folder.resolve("part-" + number + ".new");
    Collections.sort(uses);
    UseFile.write(part, uses.iterator());
    uses.clear();
    return part;
  }

  /** Whether every session is in the files, but for what was stored just before a crash. */
  public boolean isWhole() {
    return Files.exists(mark);
  }

  /**
   * Whether the files say all: the last server has ended as it should, and no session's folder was
   * added or taken away since.
   */
  public boolean isClean() throws IOException {
    try {
      return Arrays.equals(Files.readAllBytes(mark), cleanMark());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** From now on the files tell nearly all, whatever happens. */
  void markInUse() throws IOException {
    Disk.replace(mark, "in use\n".getBytes(StandardCharsets.US_ASCII));
    Disk.forceDirectory(folder);
  }

  /** Called last, when nothing will change any more. */
  void markClean() throws IOException {
    for (Path file : Disk.entries(folder, "*")) {
      Disk.force(file);
    }
    Disk.replace(mark, cleanMark());
    Disk.forceDirectory(folder);
  }

  /** From now on the files are not believed. */
  void unmark() throws IOException {
    Files.deleteIfExists(mark);
  }

  private byte[] cleanMark() throws IOException {
    long changed = Files.getLastModifiedTime(sessions).to(TimeUnit.NANOSECONDS);
    return ("clean " + changed + "\n").getBytes(StandardCharsets.US_ASCII);
  }
}
