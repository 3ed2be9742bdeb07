package dev.helix.session;

import dev.helix.session.SessionStore.Position;
import java.util.List;
import java.util.stream.Stream;

/** All sessions of a store, of which a page is in memory at once. No state. */
final class SessionPages {
  /** In sessions; a state is some kilobytes at most. */
  static final int PAGE = 1000;

  private SessionPages() {}

  /** Those behind a place in the order of last use, or all; read as they are taken. */
  static Stream<SessionState> behind(SessionStore store, Position after) {
    return Stream.iterate(
            store.list(after, PAGE),
            page -> !page.isEmpty(),
            page -> store.list(Position.of(page.get(page.size() - 1)), PAGE))
        .flatMap(List::stream);
  }
}
