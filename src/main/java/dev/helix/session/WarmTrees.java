package dev.helix.session;

import dev.helix.transcript.tree.TranscriptTree;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The trees of the sessions last used, bounded by the messages in them, and a lock for each
 * session. Thread-safe: a tree is taken out while it is used, under its session's lock.
 */
final class WarmTrees {
  private static final int STRIPES = 1024;

  private final ReentrantLock[] locks = new ReentrantLock[STRIPES];
  private final Map<SessionId, Warm> trees = new LinkedHashMap<>(16, 0.75f, true);
  private final long bound;
  private long total;

  /** A tree and its size when it was put back. */
  private record Warm(TranscriptTree tree, int size) {}

  WarmTrees(long bound) {
    this.bound = bound;
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** The session's lock, which others may share. No thread may hold two. */
  ReentrantLock lock(SessionId id) {
    int hash = id.hashCode();
    return locks[(hash ^ (hash >>> 16)) & (STRIPES - 1)];
  }

  /** Takes the session's tree out, or a fresh one. */
  synchronized TranscriptTree take(SessionId id) {
    Warm warm = trees.remove(id);
    if (warm == null) {
      return new TranscriptTree();
    }
    total -= warm.size();
    return warm.tree();
  }

  /** Puts a tree back, and forgets those unused for longest where there are too many. */
  synchronized void give(SessionId id, TranscriptTree tree) {
    forget(id);
    trees.put(id, new Warm(tree, tree.size()));
    total += tree.size();
    Iterator<Warm> eldest = trees.values().iterator();
    while (total > bound && trees.size() > 1) {
      total -= eldest.next().size();
      eldest.remove();
    }
  }

  synchronized void forget(SessionId id) {
    Warm warm = trees.remove(id);
    if (warm != null) {
      total -= warm.size();
    }
  }
}
