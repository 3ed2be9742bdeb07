package dev.helix.session;

import dev.helix.session.SessionFilter.Kept;
import dev.helix.session.SessionStore.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How the sessions of a {@link SessionStore} are listed by whose they are, those in its archive
 * among them; what it says of threads, absence and failure holds. Thread-safe.
 *
 * <p>The order is that of last use, the newest first. A list that is taken in pages, each behind
 * the last session of the one before, has every session once that is not used meanwhile, and none
 * twice; one that is used before its page comes is at the front of the next list.
 */
public interface SessionLists {
  /** As {@link SessionStore#list(Position, int)} says. */
  List<SessionState> list(Position after, int limit);

  /**
   * An owner's sessions that are not archived, in the order and with the limits of {@link
   * #list(Position, int)}. Unless overridden all sessions are read that are listed before.
   */
  default List<SessionState> listOf(Owner owner, Position after, int limit) {
    return SessionScan.page(
        place -> list(place, SessionScan.PAGE),
        SessionScan.PAGE,
        SessionFilter.of(owner),
        after,
        limit);
  }

  /**
   * How many sessions that are not archived fit an owner and a time, each null for any. Unless
   * overridden they are all read.
   */
  default long countOf(Owner owner, Instant from, Instant to) {
    SessionFilter filter = SessionFilter.of(owner).between(from, to);
    return SessionScan.count(place -> SessionScan.stored(this, filter, place, SessionScan.PAGE));
  }

  /**
   * The sessions that fit, archived ones among them. Costs what is listed, not what is stored, but
   * where a conversation is asked for: then all of the owner's are looked at, or all there are.
   *
   * @param after the last one of the page before; null to begin with the newest
   * @param limit how many at most; 0 for none
   */
  default List<ListedSession> list(SessionFilter filter, Position after, int limit) {
    List<ListedSession> listed = new ArrayList<>();
    if (filter.kept() != Kept.ARCHIVE) {
      SessionScan.stored(this, filter, after, limit)
          .forEach(state -> listed.add(new ListedSession(state, false)));
    }
    return listed;
  }

  /** How many sessions fit, archived ones among them. */
  default long count(SessionFilter filter) {
    if (filter.kept() == Kept.ARCHIVE) {
      return 0;
    }
    return filter.conversationId() == null
        ? countOf(filter.owner(), filter.from(), filter.to())
        : SessionScan.count(place -> SessionScan.stored(this, filter, place, SessionScan.PAGE));
  }

  /** Whether a session is in the archive, and not in the store. */
  default boolean isArchived(SessionId id) {
    return false;
  }

  /**
   * Moves a session from the archive back into the store.
   *
   * @return false where the archive has none of this name
   * @throws IllegalStateException if there is no archive, as unless overridden
   */
  default boolean unarchive(SessionId id) {
    throw new IllegalStateException("there is no archive");
  }
}
