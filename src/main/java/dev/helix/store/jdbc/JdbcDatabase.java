package dev.helix.store.jdbc;

import dev.helix.session.SessionException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * Transactions on a database whose tables and settings were looked at before its first use, and
 * again whenever it was away. Thread-safe.
 */
final class JdbcDatabase implements AutoCloseable {
  /** In each but the last one another transaction went through. */
  private static final int ATTEMPTS = 100;

  private final DataSource source;
  private final AutoCloseable pool;
  private final JdbcSchema schema;
  private volatile JdbcVendor vendor;
  private volatile boolean ready;

  /**
   * A database whose tables are made, or only looked at.
   *
   * @param pool what is closed with it, null for a container's DataSource
   */
  JdbcDatabase(DataSource source, AutoCloseable pool, JdbcSchema schema) {
    this.source = source;
    this.pool = pool;
    this.schema = schema;
  }

  /** What is done in a transaction. */
  @FunctionalInterface
  interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Does it and commits; again where another transaction was faster and nothing is stored. */
  <T> T transaction(String what, Work<T> work) {
    return repeated(what, work, false);
  }

  /** Does what only reads, all of it as of one moment. */
  <T> T snapshot(String what, Work<T> work) {
    return repeated(what, work, true);
  }

  /** Does it once and commits, for what must not be done twice. */
  <T> T once(String what, Work<T> work) {
    try {
      prepare();
      return attempt(work, false);
    } catch (SQLException e) {
      throw failure(what, e);
    }
  }

  private <T> T repeated(String what, Work<T> work, boolean snapshot) {
    for (int attempt = 1; ; attempt++) {
      try {
        prepare();
        return attempt(work, snapshot);
      } catch (SQLException e) {
        // These the database reports only of a transaction that it has rolled back, or we have.
        if (attempt == ATTEMPTS || !JdbcFailure.isLostRace(e)) {
          throw failure(what, e);
        }
      }
    }
  }

  /** Makes durable what was committed before, where a commit alone does not. */
  void force(String what) {
    if (vendor() == JdbcVendor.H2) {
      transaction(
          what,
          connection -> {
            JdbcVendor.H2.force(connection);
            return null;
          });
    }
  }

  /** Which kind of database it is. */
  JdbcVendor vendor() {
    if (!ready) {
      repeated("cannot open the database", connection -> null, false);
    }
    return Objects.requireNonNull(vendor);
  }

  private SessionException failure(String what, SQLException cause) {
    SessionException failure = JdbcFailure.of(what, cause);
    if (JdbcFailure.isAway(cause)) {
      // Another one may answer next time, or the same with other settings.
      ready = false;
    }
    return failure;
  }

  /** Not synchronized: while the database is away each caller waits for it once, side by side. */
  private void prepare() throws SQLException {
    if (ready) {
      return;
    }
    vendor =
        attempt(
            connection -> {
              JdbcVendor found = JdbcVendor.of(connection);
              schema.prepare(connection, found);
              return found;
            },
            false);
    ready = true;
  }

  private Connection connection() throws SQLException {
    try {
      return source.getConnection();
    } catch (SQLException e) {
      throw JdbcFailure.unconnected(e);
    }
  }

  private <T> T attempt(Work<T> work, boolean snapshot) throws SQLException {
    try (Connection connection = connection()) {
      boolean autoCommit = connection.getAutoCommit();
      if (autoCommit) {
        connection.setAutoCommit(false);
      }
      if (snapshot) {
        // A pool's own questions may have begun a transaction, in which it is too late for this.
        connection.commit();
      }
      int isolation = snapshot ? connection.getTransactionIsolation() : 0;
      if (snapshot) {
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      }
      T result;
      try {
        result = work.in(connection);
        connection.commit();
      } catch (SQLException | RuntimeException | Error e) {
        try {
          if (e instanceof Error) {
            // In the middle of an answer, perhaps, the rest of which is nobody's.
            connection.abort(Runnable::run);
          }
          connection.rollback();
          restore(connection, autoCommit, snapshot, isolation);
        } catch (SQLException left) {
          e.addSuppressed(left);
        }
        throw e;
      }
      restore(connection, autoCommit, snapshot, isolation);
      return result;
    }
  }

  /** Leaves a container's connection as it came. */
  private static void restore(
      Connection connection, boolean autoCommit, boolean snapshot, int isolation)
      throws SQLException {
    if (snapshot) {
      connection.setTransactionIsolation(isolation);
    }
    if (autoCommit) {
      connection.setAutoCommit(true);
    }
  }

  @Override
  public void close() {
    if (pool != null) {
      try {
        pool.close();
      } catch (Exception e) {
        throw new SessionException("cannot close the pool of connections", e);
      }
    }
  }
}
