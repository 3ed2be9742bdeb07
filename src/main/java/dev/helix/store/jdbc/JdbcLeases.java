package dev.helix.store.jdbc;

import dev.helix.session.Lease;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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

  /** Whether the lease was free, and is taken now. */
  private static boolean takeOver(Connection connection, SessionId of, String now, Duration time)
      throws SQLException {
    String sql =
        "update helix_lease set lease_number = greatest(lease_number + 1, "
            + now
            + "), expires_at = "
            + now
            + " + ? where session_id = ? and expires_at <= "
            + now;
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, micros(time));
      update.setString(2, of.value());
      if (update.executeUpdate() == 1) {
        return true;
      }
    }
    if (number(connection, of) >= 0) {
      return false;
    }
    // Where another makes the row first, this fails and begins again.
    String first =
        "insert into helix_lease (session_id, lease_number, expires_at) values (?, "
            + now
            + ", "
            + now
            + " + ?)";
    try (PreparedStatement insert = connection.prepareStatement(first)) {
      insert.setString(1, of.value());
      insert.setLong(2, micros(time));
      return insert.executeUpdate() == 1;
    }
  }

  private static long number(Connection connection, SessionId of) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("select lease_number from helix_lease where session_id = ?")) {
      select.setString(1, of.value());
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getLong(1) : -1;
      }
    }
  }

  boolean renew(Lease lease, Duration time) {
    String sql =
        "update helix_lease set expires_at = "
            + database.vendor().now()
            + " + ? where session_id = ? and lease_number = ? and expires_at > 0";
    return database.statement(
        "cannot renew the lease of session " + lease.of(),
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setLong(1, micros(time));
            update.setString(2, lease.of().value());
            update.setLong(3, lease.number());
            return update.executeUpdate() == 1;
          }
        });
  }

  void release(Lease lease) {
    database.statement(
        "cannot release the lease of session " + lease.of(),
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update helix_lease set expires_at = 0 where session_id = ? and lease_number ="
                      + " ?")) {
            update.setString(1, lease.of().value());
            update.setLong(2, lease.number());
            return update.executeUpdate();
          }
        });
  }

  /** Whether nobody took it since; to the transaction's end nobody can. */
  static boolean hold(Connection connection, Lease lease) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select 1 from helix_lease where session_id = ? and lease_number = ? and expires_at > 0"
                + " for update")) {
      select.setString(1, lease.of().value());
      select.setLong(2, lease.number());
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** If it fails, the lease that was taken is taken all the same. */
  private void purge(String now) {
    try {
      removeEnded(now);
    } catch (SessionException e) {
      LOG.log(Level.WARNING, "leases that ended are removed later", e);
    }
  }

  private void removeEnded(String now) {
    database.statement(
        "cannot remove leases that ended",
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "delete from helix_lease where expires_at < "
                      + now
                      + " - ? and lease_number < "
                      + now
                      + " - ?")) {
            delete.setLong(1, KEPT_MICROS);
            delete.setLong(2, KEPT_MICROS);
            return delete.executeUpdate();
          }
        });
  }

  private static long micros(Duration time) {
    return Math.max(1, time.dividedBy(ChronoUnit.MICROS.getDuration()));
  }
}
