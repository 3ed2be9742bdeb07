package dev.helix.store.jdbc;

import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ShownSession;
import dev.helix.text.Sha256;
import dev.helix.transcript.LogVersion;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A session's row, as of a moment. Immutable as long as nobody changes its bytes.
 *
 * @param version how long the log is
 * @param usedAt when it was last used, in microseconds
 * @param status what was last written as its state, with an earlier time of last use
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares two.
record JdbcRow(SessionId id, LogVersion version, long usedAt, byte[] status) {
  /**
   * The row of a session, null where there is none.
   *
   * @param forUpdate whether it is locked to the transaction's end
   */
  static JdbcRow find(Connection connection, SessionId id, boolean forUpdate) throws SQLException {
    String sql =
        "select epoch, log_length, updated_at, state from helix_session where id = ?"
            + (forUpdate ? " for update" : "");
    return JdbcSql.first(connection, row -> of(id, row), sql, id.value());
  }

  /** The row of a session of which epoch, length, last use and state are the first columns. */
  static JdbcRow of(SessionId id, ResultSet rows) throws SQLException {
    LogVersion version = new LogVersion(rows.getString(1), rows.getLong(2));
    return new JdbcRow(id, version, rows.getLong(3), rows.getBytes(4));
  }

  /** What the row says. */
  SessionState state() {
    return state(id, status, usedAt);
  }

  static SessionState state(SessionId id, byte[] status, long usedAt) {
    Instant used = Instant.EPOCH.plus(usedAt, ChronoUnit.MICROS);
    try {
      SessionState state = SessionState.parse(id, status);
      return micros(state.updatedAt()) == usedAt ? state : state.withUpdatedAt(used);
    } catch (IllegalArgumentException e) {
      return SessionState.unreadable(id, used);
    }
  }

  /** The content of {@code status.json}: as it was given, where nothing was changed. */
  byte[] statusJson() {
    return ShownSession.status(status, state());
  }

  /** Microseconds since 1970; times beyond what these can say are the last that they can. */
  static long micros(Instant time) {
    try {
      return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    } catch (ArithmeticException e) {
      return time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  /** 32 bytes that the session of another conversation or owner does not have. */
  static byte[] holder(SessionState state) {
    Owner owner = state.owner();
    return digest(state.conversationId(), owner.tenant(), owner.user());
  }

  /** 32 bytes that no other owner has. */
  static byte[] ownerKey(Owner owner) {
    return digest(owner.tenant(), owner.user());
  }

  private static byte[] digest(String... names) {
    MessageDigest digest = Sha256.begin();
    for (String name : names) {
      digest.update((byte) (name == null ? 0 : 1));
      if (name != null) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 2 * name.length()).putInt(name.length());
        bytes.asCharBuffer().put(name);
        digest.update(bytes.array());
      }
    }
    return digest.digest();
  }
}
