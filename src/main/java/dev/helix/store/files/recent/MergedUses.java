package dev.helix.store.files.recent;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Several sorted files of uses, read as one. Not thread-safe. */
final class MergedUses implements Closeable, UseFile.Source {
  /** So much of the files is looked through for doubles at a time, which bounds the memory. */
  private static final long BYTES_A_PASS = 16L << 20;

  private final List<UseFile> open = new ArrayList<>();
  private final PriorityQueue<UseFile> heads =
      new PriorityQueue<>(Comparator.comparing(UseFile::head));

  private int last;

  /** Opens the files behind a place, null for the beginning. */
  MergedUses(List<Path> files, Use place) throws IOException {
    try {
      for (Path file : files) {
        UseFile opened = new UseFile(file, place);
        open.add(opened);
        add(opened);
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void add(UseFile file) {
    if (file.head() != null) {
      heads.add(file);
    }
  }

  @Override
  public Use next() throws IOException {
    UseFile first = heads.poll();
    if (first == null) {
      return null;
    }
    Use use = first.head();
    last = open.indexOf(first);
    first.advance();
    add(first);
    return use;
  }

  /** The place among the files of the one that the last line came from. */
  int last() {
    return last;
  }

  @Override
  public void close() throws IOException {
    for (UseFile file : open) {
      file.close();
    }
  }

  /**
   * Makes one file of several, with one line of each session, the last one written.
   *
   * @param files the oldest first, each with one line of a session at most
   * @param withoutGone whether sessions that are gone have no line
   * @param stopped asked at each line whether to give up, and then true for good
   * @return whether it was made
   */
  static boolean write(Path merged, List<Path> files, boolean withoutGone, BooleanSupplier stopped)
      throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    int passes = (int) (1 + bytes / BYTES_A_PASS);
    List<BitSet> dropped = files.stream().map(file -> new BitSet()).toList();
    for (int pass = 0; pass < passes; pass++) {
      Set<String> names = new HashSet<>();
      // What was written last is true, also where it tells of an earlier use.
      for (int i = files.size() - 1; i >= 0; i--) {
        try (UseFile lines = new UseFile(files.get(i), null)) {
          for (int line = 0;
              lines.head() != null && !stopped.getAsBoolean();
              line++, lines.advance()) {
            Use use = lines.head();
            boolean mine = Math.floorMod(use.id().hashCode(), passes) == pass;
            if (mine && (!names.add(use.id()) || (withoutGone && use.isGone()))) {
              dropped.get(i).set(line);
            }
          }
        }
      }
    }
    try (MergedUses uses = new MergedUses(files, null)) {
      int[] lines = new int[files.size()];
      UseFile.write(
          merged,
          () -> {
            Use use = uses.next();
            while (use != null && dropped.get(uses.last).get(lines[uses.last]++)) {
              use = uses.next();
            }
            return stopped.getAsBoolean() ? null : use;
          });
    }
    return !stopped.getAsBoolean();
  }
}
