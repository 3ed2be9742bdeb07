package dev.helix.store.redis;

import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.text.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;

/**
 * A session's state as it is kept: the JSON of {@code status.json} with, beside it, what changes
 * with each turn.
 *
 * @param state what it says, with the time of last use
 * @param json the JSON, whose time of last use may be an earlier one
 * @param epoch of the log
 * @param edition how often the JSON has been changed
 * @param whose the digest of whose it is
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares two.
record RedisRow(SessionState state, byte[] json, String epoch, String edition, byte[] whose) {
  /** Times beyond are taken for these: as microseconds they are numbers without end. */
  private static final Instant EARLIEST = Instant.ofEpochSecond(-9_000_000_000_000L);

  private static final Instant LATEST = Instant.ofEpochSecond(9_000_000_000_000L);

  /** The row of a session, if there is one. */
  static Optional<RedisRow> find(RedisAccess redis, SessionId id) {
    String key = RedisKeys.state(id);
    return of(id, redis.with(key, wire -> wire.one(call(key))));
  }

  /** Asks for what {@link #of} reads. */
  static RedisWire.Call call(String key) {
    return RedisWire.Call.of(Command.HMGET, key, "json", "updated", "epoch", "edition", "whose");
  }

  /** Reads the reply to {@link #call}. */
  static Optional<RedisRow> of(SessionId id, Object reply) {
    List<?> fields = (List<?>) reply;
    if (fields.get(2) == null) {
      return Optional.empty();
    }
    byte[] json = json(fields.get(0));
    return Optional.of(
        new RedisRow(
            state(id, json, RedisWire.text(fields.get(1))),
            json,
            RedisWire.text(fields.get(2)),
            RedisWire.text(fields.get(3)),
            (byte[]) fields.get(4)));
  }

  private static byte[] json(Object stored) {
    return stored == null ? new byte[0] : (byte[]) stored;
  }

  static SessionState state(SessionId id, Object json, String updated) {
    Instant used = timeOrNull(updated);
    try {
      SessionState state = SessionState.parse(id, json(json));
      return used == null ? state : state.withUpdatedAt(used);
    } catch (IllegalArgumentException e) {
      return SessionState.unreadable(id, used == null ? Instant.EPOCH : used);
    }
  }

  static String micros(Instant time) {
    Instant bounded = time.isBefore(EARLIEST) ? EARLIEST : time.isAfter(LATEST) ? LATEST : time;
    return "" + ChronoUnit.MICROS.between(Instant.EPOCH, bounded);
  }

  private static Instant timeOrNull(String micros) {
    try {
      return micros == null ? null : time(micros);
    } catch (NumberFormatException e) {
      return null; // It is damaged, and the state has one too.
    }
  }

  static Instant time(String micros) {
    return Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
  }

  /**
   * A digest of the conversation's id and the owner, by which a script can tell whether a session
   * is theirs.
   */
  static byte[] whose(SessionState state) {
    Owner owner = state.owner();
    MessageDigest digest = Sha256.begin();
    for (String name : new String[] {state.conversationId(), owner.tenant(), owner.user()}) {
      int length = name == null ? 0 : name.length();
      ByteBuffer bytes = ByteBuffer.allocate(4 + 2 * length).putInt(name == null ? -1 : length);
      bytes.asCharBuffer().put(name == null ? "" : name);
      digest.update(bytes.array());
    }
    return digest.digest();
  }
}
