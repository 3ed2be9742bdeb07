package dev.helix.store.files.recent;

import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import dev.helix.store.ArrayEnd;
import dev.helix.store.ShownSession;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;

/** The sessions of a directory that were last used. No state. */
public final class NewestSessions {
  private static final Comparator<SessionState> OLDEST_FIRST =
      Comparator.comparing(SessionState::updatedAt)
          .thenComparing(state -> state.sessionId().value());

  private NewestSessions() {}

  /**
   * At most so many after a place, the newest first. Only folders whose names are session ids are
   * looked at.
   *
   * @param after null for the newest of all
   */
  public static List<SessionState> in(
      Path sessions, Position after, int limit, Function<SessionId, Optional<SessionState>> find) {
    if (limit < 0) {
      throw new IllegalArgumentException("negative limit");
    }
    if (limit == 0) {
      return List.of();
    }
    PriorityQueue<SessionState> newest = new PriorityQueue<>(OLDEST_FIRST);
    try {
      for (Path child : Disk.entries(sessions, "*")) {
        Optional<SessionId> id = SessionId.ofName(child.getFileName().toString());
        id.flatMap(find).filter(state -> isAfter(state, after)).ifPresent(newest::add);
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

  /**
   * A session's state as its files say it, without a lock: with the time of the last element where
   * that is later.
   *
   * @throws IllegalArgumentException if the state is unreadable
   */
  public static SessionState stored(Path folder, SessionId id) throws IOException {
    SessionState stored = SessionState.parse(id, Files.readAllBytes(folder.resolve("status.json")));
    Instant last = ArrayEnd.lastTimestamp(folder.resolve(ShownSession.MESSAGES));
    boolean later = last != null && last.isAfter(stored.updatedAt());
    return later ? stored.withUpdatedAt(last) : stored;
  }

  /** Whether a session comes behind a place in the list; always where that is null. */
  private static boolean isAfter(SessionState state, Position place) {
    if (place == null) {
      return true;
    }
    int time = state.updatedAt().compareTo(place.updatedAt());
    return time < 0 || (time == 0 && state.sessionId().value().compareTo(place.id().value()) < 0);
  }
}
