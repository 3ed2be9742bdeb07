package dev.helix.store.files.recent;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The sorted files of a {@link UseFolder}: few, as each is far larger than those that came after
 * it. Read by any thread; changed by one at a time.
 */
final class UseRuns {
  /** A file that is no more than so many times as large as the newer ones is merged with them. */
  private static final int LIKE_SIZE = 8;

  /** How many sessions are sorted in memory when all is made anew. */
  private static final int SORTED_AT_ONCE = 50_000;

  private final UseFolder folder;
  private volatile List<Path> files;

  UseRuns(UseFolder folder) throws IOException {
    this.folder = folder;
    files = List.copyOf(folder.runs());
  }

  /** The files, the oldest first. One that is missing was merged into another meanwhile. */
  List<Path> files() {
    return files;
  }

  /** Adds a file of these. */
  void add(Collection<Use> uses) throws IOException {
    List<Path> more = new ArrayList<>(files);
    more.add(folder.writeRun(nextNumber(), uses));
    files = List.copyOf(more);
  }

  private long nextNumber() {
    return files.isEmpty() ? 1 : UseFolder.number(files.get(files.size() - 1)) + 1;
  }

  /**
   * Merges the newest file with the older ones, as long as the next one is not far larger. Lines of
   * sessions that are gone are left out where no older file can have others of them.
   *
   * @param stopped asked now and then whether to give up
   */
  void merge(BooleanSupplier stopped) throws IOException {
    List<Path> before = files;
    int last = before.size() - 1;
    int first = last;
    long bytes = first < 0 ? 0 : Files.size(before.get(last));
    while (first > 0 && Files.size(before.get(first - 1)) <= LIKE_SIZE * bytes) {
      first--;
      bytes += Files.size(before.get(first));
    }
    if (first < last && folder.merge(before.subList(first, before.size()), first == 0, stopped)) {
      List<Path> after = new ArrayList<>(before.subList(0, first));
      after.add(before.get(last));
      files = List.copyOf(after);
      delete(before.subList(first, last));
    }
  }

  /**
   * Makes files of what all sessions say themselves, whatever was known of them.
   *
   * @param stopped asked now and then whether to give up
   * @return whether they were made
   */
  boolean makeAnew(BooleanSupplier stopped) throws IOException {
    List<Path> before = files;
    List<Path> made = new ArrayList<>();
    List<Use> uses = new ArrayList<>();
    long number = nextNumber();
    boolean isDone = false;
    // Not listed as a whole, which would hold the names of millions.
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.sessions())) {
      for (Path entry : entries) {
        if (stopped.getAsBoolean()) {
          return false;
        }
        UseFolder.lookAt(entry).ifPresent(uses::add);
        if (uses.size() == SORTED_AT_ONCE) {
          made.add(folder.writeRun(number++, uses));
          uses.clear();
        }
      }
      made.add(folder.writeRun(number, uses));
      isDone = true;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } finally {
      if (!isDone) {
        delete(made);
      }
    }
    files = List.copyOf(made);
    delete(before);
    return true;
  }

  private static void delete(List<Path> old) throws IOException {
    for (Path file : old) {
      Files.deleteIfExists(file);
    }
  }
}
