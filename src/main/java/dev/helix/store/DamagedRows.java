package dev.helix.store;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.store.LogPieces.Piece;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The elements that a store keeps one by one and that are damaged: they stay where they are, the
 * others are read without them, and the log says so once. Thread-safe.
 */
public final class DamagedRows {
  private static final Logger LOG = System.getLogger(DamagedRows.class.getName());

  /** More than so many are told again. */
  private static final int REMEMBERED = 10_000;

  private record Place(SessionId id, long number) {}

  private final Set<Place> known = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();

  /** How many were found. */
  public int count() {
    return count.get();
  }

  /**
   * Adds a stored element to a piece of a log, or what is left of it.
   *
   * @param number its place, the first of which is 1
   */
  public void addTo(Piece piece, SessionId id, long number, byte[] json) {
    try {
      piece.elements().add(Message.parse(json));
    } catch (IllegalArgumentException e) {
      piece.damaged().put(number, json);
      if (known.size() < REMEMBERED && known.add(new Place(id, number))) {
        count.incrementAndGet();
        LOG.log(
            Level.WARNING,
            "message {0} of session {1} is unreadable: it stays as it is, and the others are used"
                + " without it",
            number,
            id);
      }
    }
  }
}
