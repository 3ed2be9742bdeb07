package dev.helix.store.redis;

import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;

/**
 * The order of last use. On one server the scripts that change a session keep it too. In a cluster
 * it is on another server than most sessions, so that a crash can come in between: a session is
 * listed before it is made, and what listing finds to be wrong it sets right. Thread-safe.
 */
record RedisOrder(RedisAccess redis, boolean mayRepair) {
  private static final int MOST_AT_ONCE = 500;

  /** So much later whoever listed a session has made it, or never will. */
  private static final Duration ABOUT_TO_BE_MADE = Duration.ofHours(1);

  /** Before a session is made, and after it was used; does nothing where a script does. */
  void used(SessionState state) {
    // Two turns may come here in another order than their appends.
    add(state, RedisKeys.ORDER, "GT");
  }

  /** After a session's time of last use was set, to an earlier one perhaps. */
  void set(SessionState state) {
    add(state, RedisKeys.ORDER);
  }

  private void add(SessionState state, String... how) {
    if (redis.isCluster()) {
      List<Object> arguments = new ArrayList<>(List.of(how));
      arguments.add(RedisRow.micros(state.updatedAt()));
      arguments.add(state.sessionId().value());
      redis.with(RedisKeys.ORDER, wire -> wire.call(Command.ZADD, arguments.toArray()));
    }
  }

  /** After a session was removed that was last used then. */
  void removed(SessionId id, String time) {
    if (redis.isCluster()) {
      move(id, time, "");
      // It may have been made anew meanwhile, with the same time: an archive that came back.
      RedisRow.find(redis, id).ifPresent(row -> used(row.state()));
    }
  }

  /**
   * As the store's contract says. A session whose entry is behind its state, as a crash can leave
   * it in a cluster, comes with the entry's time, so that no page leaves a gap.
   */
  List<SessionState> list(Position after, int limit) {
    List<SessionState> listed = new ArrayList<>();
    String time = after == null ? "" : RedisRow.micros(after.updatedAt());
    String name = after == null ? "" : after.id().value();
    while (listed.size() < limit) {
      int asked = Math.min(limit - listed.size(), MOST_AT_ONCE);
      List<Entry> entries = page(time, name, asked);
      List<Object> rows =
          redis.each(
              entries.stream().map(entry -> RedisKeys.state(entry.id())).toList(), RedisRow::call);
      for (int i = 0; i < entries.size(); i++) {
        state(entries.get(i), rows.get(i)).ifPresent(listed::add);
      }
      if (entries.size() < asked) {
        break;
      }
      Entry last = entries.get(entries.size() - 1);
      time = last.time();
      name = last.id().value();
    }
    return listed;
  }

  private record Entry(SessionId id, String time) {}

  private List<Entry> page(String time, String name, int limit) {
    List<?> reply =
        (List<?>) redis.run(RedisScript.PAGE, List.of(RedisKeys.ORDER), time, name, limit);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < reply.size(); i += 2) {
      String score = new BigDecimal(RedisWire.text(reply.get(i + 1))).toBigInteger().toString();
      entries.add(new Entry(new SessionId(RedisWire.text(reply.get(i))), score));
    }
    return entries;
  }

  private Optional<SessionState> state(Entry entry, Object reply) {
    Optional<RedisRow> row = RedisRow.of(entry.id(), reply);
    if (row.isEmpty()) {
      if (mayRepair) {
        redis.run(
            RedisScript.GHOST,
            List.of(RedisKeys.ORDER, RedisKeys.GHOSTS),
            entry.id().value(),
            entry.time(),
            ABOUT_TO_BE_MADE.toMillis());
      }
      return Optional.empty();
    }
    String right = RedisRow.micros(row.get().state().updatedAt());
    if (mayRepair && !right.equals(entry.time())) {
      move(entry.id(), entry.time(), right);
    }
    return Optional.of(row.get().state().withUpdatedAt(RedisRow.time(entry.time())));
  }

  private void move(SessionId id, String from, String to) {
    redis.run(RedisScript.MOVE, List.of(RedisKeys.ORDER), id.value(), from, to);
  }
}
