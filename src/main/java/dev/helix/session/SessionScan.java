package dev.helix.session;

import dev.helix.session.SessionStore.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Pages of sessions that are found among others. No state. */
final class SessionScan {
  /** So many are looked at at once. */
  static final int PAGE = 500;

  private SessionScan() {}

  /** Those of a store, not of its archive, that fit. */
  static List<SessionState> stored(
      SessionLists store, SessionFilter filter, Position after, int limit) {
    // Where nearly all that come will fit, no more than are wanted are read.
    int most = filter.conversationId() == null ? Math.min(limit, PAGE) : PAGE;
    return page(
        place ->
            filter.owner() == null
                ? store.list(place, most)
                : store.listOf(filter.owner(), place, most),
        most,
        filter,
        filter.start(after),
        limit);
  }

  /**
   * Those that fit of a list that is given in pages, each behind a place.
   *
   * @param size how many are in each page but the last one
   */
  static List<SessionState> page(
      Function<Position, List<SessionState>> pages,
      int size,
      SessionFilter filter,
      Position after,
      int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("negative limit");
    }
    List<SessionState> found = new ArrayList<>();
    Position place = after;
    while (found.size() < limit) {
      List<SessionState> page = pages.apply(place);
      for (SessionState state : page) {
        if (filter.isBefore(state)) {
          return found;
        }
        if (filter.fits(state) && found.size() < limit) {
          found.add(state);
        }
      }
      if (page.size() < size) {
        return found;
      }
      place = Position.of(page.get(page.size() - 1));
    }
    return found;
  }

  /** How many there are in all pages, of {@link #PAGE} each but the last one. */
  static long count(Function<Position, List<SessionState>> pages) {
    long count = 0;
    List<SessionState> page = pages.apply(null);
    while (page.size() == PAGE) {
      count += PAGE;
      page = pages.apply(Position.of(page.get(PAGE - 1)));
    }
    return count + page.size();
  }
}
