package dev.helix.turn;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The turns under way, so that the application can stop without cutting one off unrecorded. Safe
 * for use by many threads.
 */
final class RunningTurns {
  private static final System.Logger LOG = System.getLogger(RunningTurns.class.getName());

  /** How long a turn that was told to end may take to record what came and to tell its caller. */
  private static final Duration ENDING = Duration.ofSeconds(5);

  private final Set<Turn> turns = new HashSet<>();

  /** What ends each of those that are no turns. */
  private final Set<Runnable> others = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Those of the responses that turns answer. Each turn has its own. */
  private final Set<String> nodes = ConcurrentHashMap.newKeySet();

  private int admitted;
  private boolean draining;
  private boolean stopping;

  /** Takes a turn in, which {@link #over} or {@link #abandoned} ends; false when stopping. */
  synchronized boolean admit() {
    if (draining) {
      return false;
    }
    admitted++;
    return true;
  }

  synchronized void add(Turn turn) {
    turns.add(turn);
    if (stopping) {
      turn.stop(ErrorMapping.stopping());
    } else if (draining) {
      turn.stopWaiting();
    }
  }

  /** Has something that was admitted and is no turn told to end when the grace is over. */
  synchronized void add(Runnable stop) {
    others.add(stop);
    if (stopping) {
      stop.run();
    }
  }

  synchronized void over(Runnable stop) {
    others.remove(stop);
    abandoned();
  }

  synchronized void over(Turn turn) {
    turns.remove(turn);
    abandoned();
  }

  /** A turn begins whose answer is the response of this node; null where it is none. */
  void answering(String node) {
    if (node != null) {
      nodes.add(node);
    }
  }

  /** What {@link #answering} was told of a turn holds no longer. */
  void answered(String node) {
    if (node != null) {
      nodes.remove(node);
    }
  }

  boolean isAnswering(String node) {
    return nodes.contains(node);
  }

  synchronized void abandoned() {
    admitted--;
    notifyAll();
  }

  /**
   * Admits no more, ends what has not begun, waits, and ends what is still running after the grace.
   * Done once; a second call returns at once.
   */
  void drain(Duration grace) {
    synchronized (this) {
      if (draining) {
        return;
      }
      draining = true;
      if (admitted > 0) {
        LOG.log(System.Logger.Level.INFO, "stopping: {0} turns are running", admitted);
      }
      turns.forEach(Turn::stopWaiting);
    }
    if (await(grace)) {
      return;
    }
    synchronized (this) {
      stopping = true;
      turns.forEach(turn -> turn.stop(ErrorMapping.stopping()));
      others.forEach(Runnable::run);
    }
    if (!await(ENDING)) {
      synchronized (this) {
        LOG.log(System.Logger.Level.WARNING, "stopping: {0} turns did not end in time", admitted);
      }
    }
  }

  synchronized boolean isDraining() {
    return draining;
  }

  private synchronized boolean await(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      while (admitted > 0) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        wait(left / 1_000_000 + 1);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
