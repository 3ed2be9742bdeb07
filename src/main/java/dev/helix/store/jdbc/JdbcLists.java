package dev.helix.store.jdbc;

import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import dev.helix.session.StoreUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sessions in the order of their last use, everybody's and an owner's. A row that a program of
 * schema version 1 made does not say whose it is: it is noted before an owner's sessions are first
 * listed, some rows in one transaction, so that what was cut short goes on with the next list.
 * Thread-safe, without a state of its own.
 *
 * @param mayRepair whether it may be noted
 */
record JdbcLists(JdbcDatabase database, boolean mayRepair) {
  private static final int NOTED_AT_ONCE = 200;

  /** So long a list waits for what is to be noted. */
  private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

  private static final String PLACE = "updated_at <= ? and (updated_at < ? or id < ?)";
  private static final String ORDER = " order by updated_at desc, id desc limit ?";

  /** Everybody's, as {@link dev.helix.session.SessionStore#list(Position, int)} says. */
  List<SessionState> all(Position after, int limit) {
    return page("", List.of(), after, limit);
  }

  /** An owner's, where all rows say whose they are. */
  List<SessionState> of(Owner owner, Position after, int limit) {
    List<SessionState> listed = new ArrayList<>();
    Position place = after;
    while (listed.size() < limit) {
      int asked = limit - listed.size();
      List<SessionState> page =
          page("owner_key = ?", List.of(JdbcRow.ownerKey(owner)), place, asked);
      for (SessionState state : page) {
        if (state.owner().equals(owner)) {
          listed.add(state);
        } else {
          correct(owner, state);
        }
      }
      if (page.size() < asked) {
        return listed;
      }
      place = Position.of(page.get(page.size() - 1));
    }
    return listed;
  }

  private List<SessionState> page(String whose, List<Object> key, Position after, int limit) {
    if (limit == 0) {
      return List.of();
    }
    List<String> where = new ArrayList<>();
    List<Object> values = new ArrayList<>(key);
    if (!whose.isEmpty()) {
      where.add(whose);
    }
    if (after != null) {
      where.add(PLACE);
      long time = JdbcRow.micros(after.updatedAt());
      values.addAll(List.of(time, time, after.id().value()));
    }
    values.add(limit);
    String sql = "select id, updated_at, state from helix_session" + where(where) + ORDER;
    return database.read(
        "cannot list sessions",
        connection -> JdbcSql.all(connection, JdbcLists::state, sql, values.toArray()));
  }

  private static String where(List<String> conditions) {
    return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
  }

  private static SessionState state(ResultSet row) throws SQLException {
    return JdbcRow.state(new SessionId(row.getString(1)), row.getBytes(3), row.getLong(2));
  }

  /** Notes whose a session is that a program of version 1 has given to another owner. */
  private void correct(Owner noted, SessionState state) {
    if (mayRepair) {
      int unused =
          database.change(
              "cannot note whose session " + state.sessionId() + " is",
              "update helix_session set owner_key = ? where id = ? and owner_key = ?",
              JdbcRow.ownerKey(state.owner()),
              state.sessionId().value(),
              JdbcRow.ownerKey(noted));
    }
  }

  /** How many there are; each null for any. */
  long count(Owner owner, Instant from, Instant to) {
    List<String> where = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    if (owner != null) {
      where.add("owner_key = ?");
      values.add(JdbcRow.ownerKey(owner));
    }
    if (from != null) {
      where.add("updated_at >= ?");
      values.add(JdbcRow.micros(from));
    }
    if (to != null) {
      where.add("updated_at < ?");
      values.add(JdbcRow.micros(to));
    }
    String sql = "select count(*) from helix_session" + where(where);
    return database.read(
        "cannot count sessions",
        connection -> JdbcSql.first(connection, row -> row.getLong(1), sql, values.toArray()));
  }

  /**
   * Whether all rows say whose they are, which is seen to first.
   *
   * @return false where it is not so, and nothing may be noted
   * @throws StoreUnavailableException if that takes longer
   */
  boolean isWhole() {
    String sql = "select id from helix_session where owner_key is null limit 1";
    long end = System.nanoTime() + PATIENCE;
    while (true) {
      String lacks =
          database.read(
              "cannot list sessions",
              connection -> JdbcSql.first(connection, row -> row.getString(1), sql));
      if (lacks == null || !mayRepair) {
        return lacks == null;
      }
      if (System.nanoTime() - end > 0) {
        throw new StoreUnavailableException(
            "it is being noted whose the sessions are that an earlier version stored", null);
      }
      database.transaction("cannot note whose sessions are", JdbcLists::note);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Nobody compares two.
  private record Unnoted(SessionState state, byte[] holder) {}

  private static int note(Connection connection) throws SQLException {
    // In one order, so that two servers wait for each other and do not block each other.
    List<Unnoted> unnoted =
        JdbcSql.all(
            connection,
            row -> new Unnoted(state(row), row.getBytes(4)),
            "select id, updated_at, state, holder from helix_session where owner_key is null"
                + ORDER,
            NOTED_AT_ONCE);
    String sql =
        "update helix_session set owner_key = ? where id = ? and owner_key is null and holder = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      for (Unnoted each : unnoted) {
        JdbcSql.set(
            update,
            JdbcRow.ownerKey(each.state().owner()),
            each.state().sessionId().value(),
            each.holder());
        update.addBatch();
      }
      if (!unnoted.isEmpty()) {
        return Arrays.stream(update.executeBatch()).sum();
      }
    }
    return 0;
  }
}
