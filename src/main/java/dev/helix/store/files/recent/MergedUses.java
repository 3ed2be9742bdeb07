package dev.helix.store.files.recent;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;

/**
 * The lines of a sorted file in one order with others, which count in place of the file's of the
 * same session. Lines of sessions that are gone are left out. Not thread-safe.
 */
final class MergedUses implements Closeable {
  private final Map<String, Use> others;
  private final Iterator<Use> sorted;
  private final UseFile file;
  private Use head;

  /**
   * Opens the file.
   *
   * @param place behind which the lines are; null for all
   * @param owner whose lines they are; null for all
   */
  MergedUses(Map<String, Use> others, Path file, Use place, String owner) throws IOException {
    this.others = others;
    this.file = new UseFile(file, place, owner);
    this.sorted =
        others.values().stream()
            .filter(use -> !use.isGone() && use.isAfter(place))
            .filter(use -> owner == null || owner.equals(use.owner()))
            .sorted()
            .iterator();
    head = nextOther();
  }

  private Use nextOther() {
    return sorted.hasNext() ? sorted.next() : null;
  }

  /** The next line; null at the end. */
  Use next() throws IOException {
    while (file.head() != null && (file.head().isGone() || others.containsKey(file.head().id()))) {
      file.advance();
    }
    Use next = file.head();
    if (head != null && (next == null || head.compareTo(next) <= 0)) {
      next = head;
      head = nextOther();
    } else if (next != null) {
      file.advance();
    }
    return next;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
