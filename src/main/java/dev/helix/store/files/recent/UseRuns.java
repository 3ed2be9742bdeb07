package dev.helix.store.files.recent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The sorted files of a {@link UseFolder}: few, as each is more than twice as large as those that
 * came after it. Read by any thread; changed by one at a time.
 */
final class UseRuns {
  private final UseFolder folder;
  private volatile List<Path> files;
  private volatile long bytes;

  UseRuns(UseFolder folder) throws IOException {
    this.folder = folder;
    take(folder.runs());
  }

  private void take(List<Path> now) throws IOException {
    long sum = 0;
    for (Path file : now) {
      sum += Files.size(file);
    }
    bytes = sum;
    files = List.copyOf(now);
  }

  /** The files, the oldest first. One that is missing was merged into another meanwhile. */
  List<Path> files() {
    return files;
  }

  /** How large they are together. */
  long bytes() {
    return bytes;
  }

  /** Adds a file of these. */
  void add(Collection<Use> uses) throws IOException {
    long number = nextNumber();
    folder.writeRun(number, uses);
    List<Path> more = new ArrayList<>(files);
    more.add(folder.run(number));
    take(more);
  }

  private long nextNumber() {
    return files.isEmpty() ? 1 : UseFolder.number(files.get(files.size() - 1)) + 1;
  }

  /**
   * Merges the newest file with the older ones, as long as the next one is not far larger.
   *
   * @param without sessions whose lines are left out
   * @param all whether to merge all of them, whatever their sizes
   * @param stopped asked now and then whether to give up
   * @return whether all were, so that no line of these sessions is left
   */
  boolean merge(Set<String> without, boolean all, BooleanSupplier stopped) throws IOException {
    List<Path> before = files;
    if (before.isEmpty()) {
      return true;
    }
    int last = before.size() - 1;
    int first = last;
    long bytes = Files.size(before.get(last));
    while (first > 0 && (all || Files.size(before.get(first - 1)) <= 2 * bytes)) {
      first--;
      bytes += Files.size(before.get(first));
    }
    if (first == last && !all) {
      return false;
    }
    if (!folder.merge(before.subList(first, before.size()), without, stopped)) {
      return false;
    }
    List<Path> after = new ArrayList<>(before.subList(0, first));
    after.add(before.get(last));
    take(after);
    delete(before.subList(first, last));
    return first == 0;
  }

  /** Makes one file of what all sessions say; false where that was stopped. */
  boolean makeAnew(BooleanSupplier stopped) throws IOException {
    List<Path> before = files;
    long number = nextNumber();
    if (!folder.makeAnew(number, stopped)) {
      return false;
    }
    take(List.of(folder.run(number)));
    delete(before);
    return true;
  }

  private static void delete(List<Path> old) throws IOException {
    for (Path file : old) {
      Files.deleteIfExists(file);
    }
  }
}
