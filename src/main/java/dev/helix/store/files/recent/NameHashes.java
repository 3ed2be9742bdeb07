package dev.helix.store.files.recent;

import java.util.Arrays;

/**
 * A set of names by 64 bits of each, which takes a tenth of the names' own memory. The hash is made
 * with a seed, so that nobody can name sessions that are taken for others. Not thread-safe.
 */
final class NameHashes {
  private static final int SMALLEST = 1 << 12;

  private final long multiplier;
  private long[] slots = new long[SMALLEST];
  private int size;

  NameHashes(long seed) {
    this.multiplier = seed | 1;
  }

  /** The name's hash, which is never 0. */
  long of(String name) {
    long hash = multiplier;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash + name.charAt(i)) * multiplier;
      hash ^= hash >>> 29;
    }
    hash *= 0x9E3779B97F4A7C15L;
    hash ^= hash >>> 32;
    return hash == 0 ? 1 : hash;
  }

  /** Whether the hash is new. */
  boolean add(long hash) {
    int slot = slot(hash);
    if (slots[slot] == hash) {
      return false;
    }
    slots[slot] = hash;
    size++;
    if (size > slots.length / 2) {
      long[] before = slots;
      slots = new long[before.length * 2];
      for (long each : before) {
        if (each != 0) {
          slots[slot(each)] = each;
        }
      }
    }
    return true;
  }

  private int slot(long hash) {
    int slot = (int) hash & (slots.length - 1);
    while (slots[slot] != 0 && slots[slot] != hash) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  void clear() {
    Arrays.fill(slots, 0);
    size = 0;
  }
}
