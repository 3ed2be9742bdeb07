package dev.helix.session;

import dev.helix.transcript.tree.TranscriptTree;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The trees of the sessions last used, bounded by the memory that they take, and a lock for each
 * session. Where the bound is met, those unused for longest are {@linkplain TranscriptTree#cut()
 * cut}, and forgotten only where that is not enough. Thread-safe: a tree is taken out while it is
 * used, under its session's lock.
 */
final class WarmTrees {
  /** What one session's messages may take of the memory, one part of so many. */
  private static final int SESSIONS_AT_LEAST = 16;

  private final SessionLocks locks = new SessionLocks();
  private final Map<SessionId, Warm> trees = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<SessionId, Warm> cut = new LinkedHashMap<>(16, 0.75f, true);
  private final long bound;
  private long total;

  /** A tree and how many bytes it took when it was put back. */
  private record Warm(TranscriptTree tree, long bytes) {}

  /** Trees of at most so many bytes together; the last one used is kept in any case. */
  WarmTrees(long bound) {
    this.bound = bound;
  }

  /** Works under the session's lock. No thread may hold two. */
  <T> T locked(SessionId id, Supplier<T> work) {
    lock(id);
    try {
      return work.get();
    } finally {
      unlock(id);
    }
  }

  /**
   * Takes the session's lock, before any {@link LogMemory}: then nobody who has memory waits for
   * who waits for it.
   */
  void lock(SessionId id) {
    locks.lock(id);
  }

  /** Gives the lock back. */
  void unlock(SessionId id) {
    locks.unlock(id);
  }

  /** Works under the session's lock on what makes another log of it, or none. */
  <T> T forgetting(SessionId id, Supplier<T> work) {
    return locked(
        id,
        () -> {
          forget(id);
          return work.get();
        });
  }

  synchronized TranscriptTree take(SessionId id) {
    Warm warm = remove(id);
    return warm != null
        ? warm.tree()
        : new TranscriptTree((int) Math.min(Integer.MAX_VALUE, bound / SESSIONS_AT_LEAST));
  }

  /** Puts a tree back, unless it is empty, and makes room for it where there is none. */
  synchronized void give(SessionId id, TranscriptTree tree) {
    forget(id);
    if (tree.isEmpty()) {
      return;
    }
    put(trees, id, tree);
    while (total > bound && trees.size() > 1) {
      Map.Entry<SessionId, Warm> eldest = takeEldest(trees);
      if (eldest.getValue().tree().cut()) {
        put(cut, eldest.getKey(), eldest.getValue().tree());
      }
    }
    while (total > bound && !cut.isEmpty()) {
      Map.Entry<SessionId, Warm> unused = takeEldest(cut);
    }
  }

  synchronized void forget(SessionId id) {
    Warm unused = remove(id);
  }

  private Warm remove(SessionId id) {
    Warm whole = trees.remove(id);
    Warm warm = whole != null ? whole : cut.remove(id);
    total -= warm == null ? 0 : warm.bytes();
    return warm;
  }

  private void put(Map<SessionId, Warm> where, SessionId id, TranscriptTree tree) {
    Warm warm = new Warm(tree, tree.bytes());
    where.put(id, warm);
    total += warm.bytes();
  }

  private Map.Entry<SessionId, Warm> takeEldest(Map<SessionId, Warm> where) {
    Iterator<Map.Entry<SessionId, Warm>> eldest = where.entrySet().iterator();
    Map.Entry<SessionId, Warm> taken = eldest.next();
    eldest.remove();
    total -= taken.getValue().bytes();
    return taken;
  }
}
