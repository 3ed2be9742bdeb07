package dev.helix.store;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.store.LogPieces.Piece;
import dev.helix.text.Sha256;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is damaged in a store that keeps states and elements one by one. Elements stay where they
 * are, and the others are read without them; states are made anew. The log says so once.
 * Thread-safe.
 */
public final class DamagedRows {
  private static final Logger LOG = System.getLogger(DamagedRows.class.getName());

  /** The log tells of so many. */
  private static final int REMEMBERED = 10_000;

  private record Place(SessionId id, long number) {}

  /** Where a state is: before all elements. */
  private static final long STATE = 0;

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
      if (isNew(id, number)) {
        LOG.log(
            Level.WARNING,
            "message {0} of session {1} is unreadable: it stays as it is, and the others are used"
                + " without it",
            number,
            id);
      }
    }
  }

  /** The state of a session is unreadable, and stays so for now. */
  public void state(SessionId id) {
    if (isNew(id, STATE)) {
      LOG.log(
          Level.WARNING,
          "the state of session {0} is unreadable: it is made anew when it is known whose it is",
          id);
    }
  }

  /**
   * The state of a session was made anew.
   *
   * @param aside the session's file that has what was there
   */
  public void mended(SessionId id, String aside) {
    if (!known.remove(new Place(id, STATE))) {
      count.incrementAndGet();
    }
    LOG.log(
        Level.WARNING,
        "the state of session {0} was unreadable and made anew; what it held is its file {1}",
        id,
        aside);
  }

  /** The name of the file for a state that is unreadable. */
  public static String aside(byte[] state) {
    String digest = HexFormat.of().formatHex(Sha256.of(state)).substring(0, 16);
    return "status.unreadable-" + digest + ".json";
  }

  private boolean isNew(SessionId id, long number) {
    boolean isNew = known.size() < REMEMBERED && known.add(new Place(id, number));
    if (isNew) {
      count.incrementAndGet();
    }
    return isNew;
  }
}
