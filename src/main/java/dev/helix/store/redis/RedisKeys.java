package dev.helix.store.redis;

import dev.helix.session.SessionId;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of keys. What is in braces decides where in a cluster a key is, so that all keys of one
 * session are together. No session's name has a dot.
 */
final class RedisKeys {
  /** When each session was last used, in microseconds: a sorted set of their names. */
  static final String ORDER = "helix:{.order}:used";

  /** Which of them were found to be listed only: see {@link RedisOrder}. */
  static final String GHOSTS = "helix:{.order}:ghosts";

  /** A hash: the names of sessions by their aliases. */
  static final String ALIASES = "helix:{.aliases}";

  static final String OWNER_SECRET = "helix:{.owner-secret}";

  private RedisKeys() {}

  /** A hash: whose it is, the log's epoch, status.json, the time of last use, two counters. */
  static String state(SessionId id) {
    return of(id, "state");
  }

  /** A list of the transcript's elements. */
  static String log(SessionId id) {
    return of(id, "log");
  }

  /** A hash of all other files by their paths. */
  static String files(SessionId id) {
    return of(id, "files");
  }

  /** A hash: the last number and, while it is held, its holder's and until when. */
  static String lease(SessionId id) {
    return of(id, "lease");
  }

  /** A key of a session by what it holds. */
  static String of(SessionId id, String what) {
    return "helix:{" + id.value() + "}:" + what;
  }

  /** Keys of a session and, where it is on the same server, the order of last use. */
  static List<String> withOrder(boolean cluster, SessionId id, String... what) {
    List<String> all = new ArrayList<>();
    for (String each : what) {
      all.add(of(id, each));
    }
    if (!cluster) {
      all.add(ORDER);
    }
    return all;
  }
}
