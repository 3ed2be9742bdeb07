package dev.helix.store.jdbc;

import dev.helix.message.Message;
import dev.helix.session.Lease;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.store.RequestFile;
import dev.helix.transcript.LogVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Appends to a session's log, or makes the session. The atomic step is the change of the session's
 * row, which says that the log is as expected and stays locked while the elements are added.
 *
 * @param lease what it is allowed by, or null
 */
record JdbcAppend(SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
  private static final String HELD =
      "held as (select 1 from helix_lease where session_id = ? and lease_number = ?"
          + " and expires_at > 0 for update), ";

  private boolean isFirst() {
    return expected.equals(LogVersion.NONE);
  }

  /** What is kept beside the log of a session that is made; null where it has no request. */
  private byte[] request() {
    return isFirst() && state.originalRequest() != null
        ? RequestFile.of(state, elements, null)
        : null;
  }

  /** Whether it is small enough for {@link #atOnce}, and adds something. */
  boolean mayBeAtOnce() {
    return !elements.isEmpty() && JdbcInserts.isOneBatch(elements);
  }

  /** In one statement, as PostgreSQL knows it; empty, with nothing stored, where it cannot be. */
  Optional<Appended> atOnce(Connection connection) throws SQLException {
    String epoch = isFirst() ? JdbcInserts.newEpoch() : expected.epoch();
    byte[] request = request();
    int added = JdbcSql.change(connection, sql(request != null), values(epoch, request).toArray());
    return added == elements.size() ? Optional.of(done(epoch)) : Optional.empty();
  }

  /** Changes the session's row, and takes its name from there for all else. */
  private String sql(boolean withRequest) {
    String row =
        isFirst()
            ? "insert into helix_session"
                + " (id, epoch, log_length, updated_at, holder, owner_key, state)"
                + " select ?, ?, ?, ?, ?, ?, ?"
                + (lease == null ? "" : " where exists (select 1 from held)")
                + " on conflict (id) do nothing"
            : "update helix_session set log_length = ?, updated_at = ?"
                + " where id = ? and epoch = ? and log_length = ? and holder = ?"
                + (lease == null ? "" : " and exists (select 1 from held)");
    String file =
        ", filed as (insert into helix_file (session_id, path_digest, path, content)"
            + " select placed.id, ?, ?, ? from placed)";
    String element = "select placed.id, ?, ? from placed";
    return "with "
        + (lease == null ? "" : HELD)
        + "placed as ("
        + row
        + " returning id)"
        + (withRequest ? file : "")
        + " insert into helix_message (session_id, seq, element_json) "
        + element
        + (" union all " + element).repeat(elements.size() - 1);
  }

  private List<Object> values(String epoch, byte[] request) {
    List<Object> values = new ArrayList<>();
    String id = state.sessionId().value();
    if (lease != null) {
      values.addAll(List.of(id, lease.number()));
    }
    long length = expected.length() + elements.size();
    long usedAt = JdbcRow.micros(state.updatedAt());
    byte[] holder = JdbcRow.holder(state);
    values.addAll(
        isFirst()
            ? List.of(
                id, epoch, length, usedAt, holder, JdbcRow.ownerKey(state.owner()), state.toJson())
            : List.of(length, usedAt, id, epoch, expected.length(), holder));
    if (request != null) {
      values.addAll(List.of(JdbcInserts.digest(RequestFile.PATH), RequestFile.PATH, request));
    }
    long number = expected.length();
    for (Message element : elements) {
      values.addAll(List.of(++number, element.elementJson()));
    }
    return values;
  }

  /** In a transaction of the caller's, as every database knows it. */
  Appended in(Connection connection) throws SQLException {
    boolean allowed = lease == null || JdbcLeases.hold(connection, lease);
    if (allowed && !isFirst() && grow(connection)) {
      JdbcInserts.messages(connection, state.sessionId(), expected.length(), elements);
      return done(expected.epoch());
    }
    byte[] holder = holder(connection);
    if (holder != null && !Arrays.equals(holder, JdbcRow.holder(state))) {
      return new Appended(Outcome.HELD, LogVersion.NONE);
    }
    if (!allowed) {
      return new Appended(Outcome.FENCED, LogVersion.NONE);
    }
    if (holder != null || !isFirst()) {
      return new Appended(Outcome.CONFLICT, LogVersion.NONE);
    }
    // Where another server makes it first, this fails, waits for it and begins again.
    String epoch = JdbcInserts.session(connection, state, state.toJson(), elements.size());
    JdbcInserts.messages(connection, state.sessionId(), 0, elements);
    byte[] request = request();
    if (request != null) {
      JdbcInserts.files(connection, state.sessionId(), Map.of(RequestFile.PATH, request));
    }
    return done(epoch);
  }

  /** Makes room at the log's end if it is as expected, and locks the row. */
  private boolean grow(Connection connection) throws SQLException {
    return JdbcSql.change(
            connection,
            "update helix_session set log_length = ?, updated_at = ?"
                + " where id = ? and epoch = ? and log_length = ? and holder = ?",
            expected.length() + elements.size(),
            JdbcRow.micros(state.updatedAt()),
            state.sessionId().value(),
            expected.epoch(),
            expected.length(),
            JdbcRow.holder(state))
        == 1;
  }

  private byte[] holder(Connection connection) throws SQLException {
    String sql = "select holder from helix_session where id = ?";
    return JdbcSql.first(connection, row -> row.getBytes(1), sql, state.sessionId().value());
  }

  private Appended done(String epoch) {
    return new Appended(Outcome.DONE, new LogVersion(epoch, expected.length() + elements.size()));
  }
}
