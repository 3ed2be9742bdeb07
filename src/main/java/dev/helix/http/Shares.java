package dev.helix.http;

import java.util.HashMap;
import java.util.Map;

/**
 * Something of which there is only so much, and who has how much of it. No user has more than half
 * of it and no tenant more than three quarters, so that there is some for others; where nobody is
 * known there is one bound for all. Who has none may take all that is free for a single body.
 * Thread-safe; never blocks.
 */
public final class Shares {
  private final long all;
  private final Map<BodyHolder, Long> taken = new HashMap<>(); // guarded by this
  private long used; // guarded by this

  /** So much of it, all of which is free. */
  public Shares(long all) {
    this.all = all;
  }

  long all() {
    return all;
  }

  synchronized long used() {
    return used;
  }

  /**
   * Takes some more, or gives some back where the number is negative; false where there is none.
   *
   * @param has how much of what the holder has is for the same body
   */
  public synchronized boolean take(BodyHolder holder, long more, long has) {
    if (more > 0 && !isRoom(holder, more, has)) {
      return false;
    }
    used += more;
    for (BodyHolder party : holder.parties()) {
      long now = taken.getOrDefault(party, 0L) + more;
      if (now == 0) {
        taken.remove(party);
      } else {
        taken.put(party, now);
      }
    }
    return true;
  }

  private boolean isRoom(BodyHolder holder, long more, long has) {
    if (more > all - used) {
      return false;
    }
    for (BodyHolder party : holder.parties()) {
      long share = party.user() == null ? all - all / 4 : all / 2;
      long before = taken.getOrDefault(party, 0L);
      if (before > has && more > share - before) {
        return false;
      }
    }
    return true;
  }
}
