package dev.helix.store.files.recent;

import dev.helix.session.SessionId;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The files in which a sessions directory keeps the order of last use: {@code .recent/log}, to
 * which each use is added, and {@code .recent/run-<number>}, sorted with the newest first. All of
 * it can be made anew of the sessions. Stateless; whoever writes takes turns with others.
 */
public final class UseFolder {
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
    try (UseFile lines = new UseFile(log(), null)) {
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
  Path writeRun(long number, Collection<Use> uses) throws IOException {
    Disk.makeFolders(folder); // Somebody may have deleted it.
    Path made = folder.resolve("run.new");
    UseFile.write(made, uses.stream().sorted().iterator());
    return Files.move(made, run(number), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Makes one sorted file of several, in place of the last one; the others are still there.
   *
   * @param withoutGone whether lines of sessions that are gone are left out
   * @param stopped asked now and then whether to give up
   * @return whether it was made
   */
  boolean merge(List<Path> runs, boolean withoutGone, BooleanSupplier stopped) throws IOException {
    Path made = folder.resolve("merged.new");
    if (!MergedUses.write(made, runs, withoutGone, stopped)) {
      return false; // What there is of it goes with the next start.
    }
    Files.move(
        made,
        runs.get(runs.size() - 1),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  /** The directory of the sessions themselves. */
  Path sessions() {
    return sessions;
  }

  /** What a session says itself; empty where it is none. */
  static Optional<Use> lookAt(Path entry) throws IOException {
    Optional<SessionId> id = SessionId.ofName(entry.getFileName().toString());
    if (id.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Use.of(NewestSessions.stored(entry, id.get())));
    } catch (NoSuchFileException | IllegalArgumentException e) {
      return Optional.empty(); // No session, or gone meanwhile.
    } catch (IOException e) {
      if (Files.isDirectory(entry)) {
        throw e;
      }
      return Optional.empty();
    }
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
