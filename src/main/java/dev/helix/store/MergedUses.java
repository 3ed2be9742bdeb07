package dev.helix.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/** Several sorted files of uses, read as one. Not thread-safe. */
final class MergedUses implements Closeable, UseFile.Source {
  /** So much of the files is looked through for doubles at a time, which bounds the memory. */
  private static final long BYTES_A_PASS = 32L << 20;

  private final List<UseFile> open = new ArrayList<>();
  private final PriorityQueue<UseFile> heads =
      new PriorityQueue<>(Comparator.comparing(UseFile::head));

  /** Opens the files behind a place, null for the beginning. */
  MergedUses(List<Path> files, Use place) throws IOException {
    try {
      for (Path file : files) {
        UseFile opened = UseFile.open(file, place);
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
    first.advance();
    add(first);
    return use;
  }

  @Override
  public void close() throws IOException {
    for (UseFile file : open) {
      file.close();
    }
  }

  /**
   * Makes one file of several, with the newest line of each session only, and none of some.
   *
   * @param without sessions that are gone
   */
  static void write(Path merged, List<Path> files, Set<String> without) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    int passes = (int) (1 + bytes / BYTES_A_PASS);
    BitSet dropped = new BitSet();
    NameHashes hashes = new NameHashes(new SecureRandom().nextLong());
    for (int pass = 0; pass < passes; pass++) {
      hashes.clear();
      try (MergedUses uses = new MergedUses(files, null)) {
        int line = 0;
        for (Use use = uses.next(); use != null; use = uses.next()) {
          long hash = hashes.of(use.id());
          boolean mine = Long.remainderUnsigned(hash, passes) == pass;
          if (mine && (without.contains(use.id()) || !hashes.add(hash))) {
            dropped.set(line);
          }
          line++;
        }
      }
    }
    try (MergedUses uses = new MergedUses(files, null)) {
      int[] line = new int[1];
      UseFile.write(
          merged,
          () -> {
            Use use = uses.next();
            while (use != null && dropped.get(line[0]++)) {
              use = uses.next();
            }
            return use;
          });
    }
  }
}
