package dev.helix.store.jdbc;

import dev.helix.session.SessionException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Transactions on a database whose tables and settings were looked at before its first use, and
 * again whenever it was away. Thread-safe.
 */
final class JdbcDatabase implements AutoCloseable {
  /** Mostly another transaction went through in each but the last one. */
  private static final int ATTEMPTS = 20;

  private final DataSource source;
  private final Runnable letGo;
  private final JdbcSchema schema;
  private volatile JdbcVendor vendor;
  private volatile boolean ready;

  /**
   * A database whose tables are made, or only looked at.
   *
   * @param letGo what is done when it is closed
   */
  JdbcDatabase(DataSource source, Runnable letGo, JdbcSchema schema) {
    this.source = source;
    this.letGo = letGo;
    this.schema = schema;
  }

  /** What is done in a transaction. */
  @FunctionalInterface
  interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Does it and commits; again where another transaction was faster and nothing is stored. */
  <T> T transaction(String what, Work<T> work) {
    return repeated(what, work, false, ATTEMPTS);
  }

  /**
   * Does what is one statement, which is a transaction by itself; again where another transaction
   * was faster and nothing is stored.
   */
  <T> T statement(String what, Work<T> work) {
    return repeated(what, work, true, ATTEMPTS);
  }

  /** Changes rows with one statement as {@link #statement} does, and says how many. */
  int change(String what, String sql, Object... values) {
    return statement(what, connection -> JdbcSql.change(connection, sql, values));
  }

  /** Does it once and commits, for what must not be done twice. */
  <T> T once(String what, Work<T> work) {
    return repeated(what, work, false, 1);
  }

  private <T> T repeated(String what, Work<T> work, boolean single, int attempts) {
    for (int attempt = 1; ; attempt++) {
      try {
        prepare();
        return attempt(work, single);
      } catch (SQLException e) {
        // These the database reports only of a transaction that it has rolled back, or we have.
        if (attempt == attempts || !JdbcFailure.isLostRace(e)) {
          throw failure(what, e);
        }
      }
      pause(attempt);
    }
  }

  /** Lets the others finish: at most two milliseconds at first, and two more each time. */
  private static void pause(int attempts) {
    long most = TimeUnit.MILLISECONDS.toNanos(2L * attempts);
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
  }

  /** Makes durable what was committed before, where a commit alone does not. */
  void force(String what) {
    if (vendor() == JdbcVendor.H2) {
      transaction(what, JdbcVendor::isForced);
    }
  }

  /** Which kind of database it is. */
  JdbcVendor vendor() {
    if (!ready) {
      transaction("cannot open the database", connection -> null);
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

  /**
   * Does it once, and leaves a container's connection as it came.
   *
   * @param single whether it is one statement, which a connection that commits by itself commits
   */
  private <T> T attempt(Work<T> work, boolean single) throws SQLException {
    try (Connection connection = connection()) {
      boolean autoCommit = connection.getAutoCommit();
      boolean commits = !autoCommit || !single;
      if (autoCommit && commits) {
        connection.setAutoCommit(false);
      }
      T result;
      try {
        result = work.in(connection);
        if (commits) {
          connection.commit();
        }
      } catch (SQLException | RuntimeException | Error e) {
        try {
          if (e instanceof Error) {
            // In the middle of an answer, perhaps, the rest of which is nobody's.
            connection.abort(Runnable::run);
          }
          if (commits) {
            connection.rollback();
          }
          if (autoCommit && commits) {
            connection.setAutoCommit(true);
          }
        } catch (SQLException left) {
          e.addSuppressed(left);
        }
        throw e;
      }
      if (autoCommit && commits) {
        connection.setAutoCommit(true);
      }
      return result;
    }
  }

  @Override
  public void close() {
    letGo.run();
  }
}
