package dev.helix.turn;

import dev.helix.session.SessionId;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Who may take the next turn in each conversation, first come, first served. No thread waits here,
 * and a conversation without queued turns takes no room. Safe for use by many threads.
 *
 * <p>Who has joined must {@linkplain QueuedTurn#leave leave}, whatever happens. Specification
 * section 4, stored history.
 */
final class ConversationQueue {
  private final Map<SessionId, Queue<QueuedTurn>> queues = new HashMap<>();

  /** Joins the conversation's queue behind all others. */
  QueuedTurn join(SessionId conversation) {
    QueuedTurn turn = new QueuedTurn(conversation);
    List<QueuedTurn> before;
    synchronized (queues) {
      Queue<QueuedTurn> queue = queues.computeIfAbsent(conversation, ignored -> new ArrayDeque<>());
      before = List.copyOf(queue);
      queue.add(turn);
    }
    before.forEach(QueuedTurn::awaited);
    return turn;
  }

  final class QueuedTurn {
    private final SessionId conversation;
    private Runnable onFirst;
    private Runnable onAwaited;
    private boolean isAwaited;

    private QueuedTurn(SessionId conversation) {
      this.conversation = conversation;
    }

    /** Whether nobody is before this turn, so that it may begin. */
    boolean isFirst() {
      synchronized (queues) {
        Queue<QueuedTurn> queue = queues.get(conversation);
        return queue != null && queue.peek() == this;
      }
    }

    /**
     * Runs the task once, when nobody is before this turn: at once, or on the thread of whoever
     * leaves, which it must not hold up. Not at all where this turn has left before.
     */
    void whenFirst(Runnable task) {
      synchronized (queues) {
        if (!isFirst()) {
          onFirst = task;
          return;
        }
      }
      task.run();
    }

    /**
     * Runs the task, which may not block, whenever another turn joins the queue behind this one.
     */
    void whenAwaited(Runnable task) {
      boolean now;
      synchronized (queues) {
        onAwaited = task;
        now = isAwaited;
      }
      if (now) {
        task.run();
      }
    }

    private void awaited() {
      Runnable task;
      synchronized (queues) {
        isAwaited = true;
        task = onAwaited;
      }
      if (task != null) {
        task.run();
      }
    }

    /** It is run once, and holds a whole request. */
    private Runnable takeOnFirst() {
      Runnable task = onFirst;
      onFirst = null;
      return task;
    }

    /** Leaves the queue; the next one is first then. Doing it again does nothing. */
    void leave() {
      Runnable next = null;
      synchronized (queues) {
        boolean wasFirst = isFirst();
        Queue<QueuedTurn> queue = queues.get(conversation);
        if (queue == null || !queue.remove(this)) {
          return;
        }
        if (queue.isEmpty()) {
          queues.remove(conversation);
        } else if (wasFirst) {
          // Null where it was not given yet; then whenFirst finds that turn first.
          next = queue.peek().takeOnFirst();
        }
      }
      if (next != null) {
        next.run();
      }
    }
  }
}
