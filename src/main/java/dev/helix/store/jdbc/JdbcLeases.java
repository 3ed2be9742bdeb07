package dev.helix.store.jdbc;

import dev.helix.session.Lease;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The leases in a database, whose clock alone tells their time. Thread-safe.
 *
 * <p>A lease's number is the time it was taken at, in microseconds, or one more than the last: it
 * grows also where the row of the last one is gone. A released one has an end of 0 and stays for a
 * while, so that a clock that is set back does not matter.
 */
final class JdbcLeases {
  private static final Logger LOG = System.getLogger(JdbcLeases.class.getName());

  /** After so many were taken those that ended long ago are removed. */
  private static final int PURGE_EVERY = 1000;

  private static final long KEPT_MICROS = Duration.ofHours(1).toMillis() * 1000;

  private final JdbcDatabase database;
  private final AtomicInteger taken = new AtomicInteger();

  JdbcLeases(JdbcDatabase database) {
    this.database = database;
  }

  Optional<Lease> take(SessionId of, Duration time) {
    String now = database.vendor().now();
    Optional<Lease> lease =
        database.transaction(
            "cannot take the lease of session " + of,
            connection ->
                takeOver(connection, of, now, time)
                    ? Optional.of(new Lease(of, number(connection, of)))
                    : Optional.empty());
    if (lease.isPresent() && taken.incrementAndGet() % PURGE_EVERY == 0) {
      purge(now);
    }
    return lease;
  }

  /** Takes a lease of a session that nobody knows, and leaves nothing of it. */
  void takeAndGiveUp(Connection connection, SessionId of) throws SQLException {
    boolean taken = takeOver(connection, of, database.vendor().now(), Duration.ofMinutes(1));
    String sql = "delete from helix_lease where session_id = ?";
    if (!taken || JdbcSql.change(connection, sql, of.value()) != 1) {
      throw new SessionException("the store does not find a lease that was just taken");
    }
  }

  /** Whether the lease was free, and is taken now. */
  private static boolean takeOver(Connection connection, SessionId of, String now, Duration time)
      throws SQLException {
    String over =
        "update helix_lease set lease_number = greatest(lease_number + 1, NOW),"
            + " expires_at = NOW + ? where session_id = ? and expires_at <= NOW";
    if (JdbcSql.change(connection, over.replace("NOW", now), micros(time), of.value()) == 1) {
      return true;
    }
    if (number(connection, of) >= 0) {
      return false;
    }
    // Where another makes the row first, this fails and begins again.
    String first =
        "insert into helix_lease (session_id, lease_number, expires_at) values (?, NOW, NOW + ?)";
    return JdbcSql.change(connection, first.replace("NOW", now), of.value(), micros(time)) == 1;
  }

  private static long number(Connection connection, SessionId of) throws SQLException {
    String sql = "select lease_number from helix_lease where session_id = ?";
    Long number = JdbcSql.first(connection, row -> row.getLong(1), sql, of.value());
    return number == null ? -1 : number;
  }

  boolean renew(Lease lease, Duration time) {
    String sql =
        "update helix_lease set expires_at = "
            + database.vendor().now()
            + " + ? where session_id = ? and lease_number = ? and expires_at > 0";
    return database.change(
            "cannot renew the lease of session " + lease.of(),
            sql,
            micros(time),
            lease.of().value(),
            lease.number())
        == 1;
  }

  void release(Lease lease) {
    database.change(
        "cannot release the lease of session " + lease.of(),
        "update helix_lease set expires_at = 0 where session_id = ? and lease_number = ?",
        lease.of().value(),
        lease.number());
  }

  /** Whether somebody has it, and its time is not over. */
  boolean isHeld(SessionId of) {
    String sql = "select 1 from helix_lease where session_id = ? and expires_at > NOW";
    return database.read(
        "cannot read the lease of session " + of,
        connection ->
            JdbcSql.first(
                    connection,
                    row -> true,
                    sql.replace("NOW", database.vendor().now()),
                    of.value())
                != null);
  }

  /** Whether nobody took it since; to the transaction's end nobody can. */
  static boolean hold(Connection connection, Lease lease) throws SQLException {
    String sql =
        "select 1 from helix_lease where session_id = ? and lease_number = ? and expires_at > 0"
            + " for update";
    return JdbcSql.first(connection, row -> true, sql, lease.of().value(), lease.number()) != null;
  }

  /** If it fails, the lease that was taken is taken all the same. */
  private void purge(String now) {
    String sql = "delete from helix_lease where expires_at < NOW - ? and lease_number < NOW - ?";
    try {
      database.change(
          "cannot remove leases that ended", sql.replace("NOW", now), KEPT_MICROS, KEPT_MICROS);
    } catch (SessionException e) {
      LOG.log(Level.WARNING, "leases that ended are removed later", e);
    }
  }

  private static long micros(Duration time) {
    return Math.max(1, time.dividedBy(ChronoUnit.MICROS.getDuration()));
  }
}
