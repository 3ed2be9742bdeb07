package dev.helix.turn;

import dev.helix.session.SessionId;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Who may take the next turn in each conversation, first come, first served. No thread waits here,
 * and a conversation in which nobody has a place takes no room. Safe for use by many threads.
 *
 * <p>Who has taken a place must {@linkplain Place#leave leave} it, whatever happens. Specification
 * section 4, stored history.
 */
final class ConversationQueue {
  private final Map<SessionId, Queue<Place>> lines = new HashMap<>();

  /** Takes a place behind all others in this conversation. */
  Place join(SessionId conversation) {
    Place place = new Place(conversation);
    synchronized (lines) {
      lines.computeIfAbsent(conversation, ignored -> new ArrayDeque<>()).add(place);
    }
    return place;
  }

  /** One request's place in its conversation's line. */
  final class Place {
    private final SessionId conversation;
    private Runnable onFirst;

    private Place(SessionId conversation) {
      this.conversation = conversation;
    }

    /** Whether nobody is before this place, so that its turn may begin. */
    boolean isFirst() {
      synchronized (lines) {
        Queue<Place> line = lines.get(conversation);
        return line != null && line.peek() == this;
      }
    }

    /**
     * Runs the task once, when nobody is before this place: at once, or on the thread of whoever
     * leaves, which it must not hold up. Not at all where this place is left before.
     */
    void whenFirst(Runnable task) {
      synchronized (lines) {
        if (!isFirst()) {
          onFirst = task;
          return;
        }
      }
      task.run();
    }

    /** Gives the place up; the next one is first then. Doing it again does nothing. */
    void leave() {
      Runnable next = null;
      synchronized (lines) {
        Queue<Place> line = lines.get(conversation);
        boolean wasFirst = line != null && line.peek() == this;
        if (line == null || !line.remove(this)) {
          return;
        }
        if (line.isEmpty()) {
          lines.remove(conversation);
        } else if (wasFirst) {
          next = line.peek().takeTask();
        }
      }
      if (next != null) {
        next.run();
      }
    }

    /** Null where it has not been given yet; then {@link #whenFirst} finds this place first. */
    private Runnable takeTask() {
      Runnable task = onFirst;
      onFirst = null;
      return task;
    }
  }
}
