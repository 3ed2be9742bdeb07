package dev.helix.store;

import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;

/** The sessions of a directory that were last used. No state. */
final class NewestSessions {
  private static final Comparator<SessionState> OLDEST_FIRST =
      Comparator.comparing(SessionState::updatedAt)
          .thenComparing(state -> state.sessionId().value());

  private NewestSessions() {}

  /** At most so many, the newest first. Only folders whose names are session ids are looked at. */
  static List<SessionState> in(
      Path sessions, int limit, Function<SessionId, Optional<SessionState>> find) {
    if (limit < 0) {
      throw new IllegalArgumentException("negative limit");
    }
    PriorityQueue<SessionState> newest = new PriorityQueue<>(OLDEST_FIRST);
    try {
      for (Path child : Disk.entries(sessions, "*")) {
        Optional<SessionId> id = SessionId.ofName(child.getFileName().toString());
        id.flatMap(find).ifPresent(newest::add);
        if (newest.size() > limit) {
          newest.poll();
        }
      }
    } catch (IOException e) {
      throw Disk.failure("cannot list " + sessions, e);
    }
    List<SessionState> list = new ArrayList<>(newest);
    list.sort(OLDEST_FIRST.reversed());
    return list;
  }
}
