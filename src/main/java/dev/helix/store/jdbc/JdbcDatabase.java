package dev.helix.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Transactions on a database whose tables and settings were looked at before its first use, and
 * again whenever it was away. Thread-safe.
 */
final class JdbcDatabase implements AutoCloseable {
  /** Mostly another transaction went through in each but the last one. */
  private static final int ATTEMPTS = 20;

  private final JdbcConnections connections;
  private final JdbcSchema schema;
  private volatile JdbcVendor vendor;
  private volatile boolean ready;

  /** A database whose tables are made, or only looked at. */
  JdbcDatabase(JdbcConnections connections, JdbcSchema schema) {
    this.connections = connections;
    this.schema = schema;
  }

  /** What is done in a transaction. */
  @FunctionalInterface
  interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Does it and commits; again where another transaction was faster and nothing is stored. */
  <T> T transaction(String what, Work<T> work) {
    return repeated(what, work, Kind.TRANSACTION);
  }

  /**
   * Does what is one statement, which is a transaction by itself; again where another transaction
   * was faster and nothing is stored.
   */
  <T> T statement(String what, Work<T> work) {
    return repeated(what, work, Kind.STATEMENT);
  }

  /** Does what is one statement and changes nothing; again where its connection was a dead one. */
  <T> T read(String what, Work<T> work) {
    return repeated(what, work, Kind.READING);
  }

  /** Changes rows with one statement as {@link #statement} does, and says how many. */
  int change(String what, String sql, Object... values) {
    return statement(what, connection -> JdbcSql.change(connection, sql, values));
  }

  /** Does it once and commits, for what must not be done twice. */
  <T> T once(String what, Work<T> work) {
    return repeated(what, work, Kind.ONCE);
  }

  /** How something is done. */
  private enum Kind {
    TRANSACTION,
    STATEMENT,
    READING,
    ONCE;

    /** Whether it is one statement, which a connection that commits by itself commits. */
    boolean isSingle() {
      return this == STATEMENT || this == READING;
    }
  }

  private <T> T repeated(String what, Work<T> work, Kind kind) {
    boolean cut = false;
    for (int attempt = 1; ; attempt++) {
      Attempt<T> one = new Attempt<>(work, kind.isSingle());
      try {
        prepare();
        return one.run();
      } catch (SQLException e) {
        if (JdbcFailure.isAway(e)) {
          // Another one may answer next time, or the same with other settings.
          ready = false;
          connections.giveUp();
        }
        boolean isLost =
            !cut
                && one.began
                && (JdbcFailure.isElsewhere(e) || (kind == Kind.READING && JdbcFailure.isAway(e)));
        cut |= isLost;
        // These the database reports only of a transaction that it has rolled back, or we have.
        boolean again = isLost || JdbcFailure.isLostRace(e);
        if (!again || attempt == ATTEMPTS || kind == Kind.ONCE) {
          throw JdbcFailure.of(what, e);
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

  /** Not synchronized: while the database is away each caller waits for it once, side by side. */
  private void prepare() throws SQLException {
    if (ready) {
      return;
    }
    vendor =
        new Attempt<>(
                connection -> {
                  JdbcVendor found = JdbcVendor.of(connection);
                  schema.prepare(connection, found);
                  return found;
                },
                false)
            .run();
    ready = true;
  }

  private Connection connection() throws SQLException {
    try {
      return connections.source().getConnection();
    } catch (SQLException e) {
      throw JdbcFailure.unconnected(e);
    }
  }

  /** Something that is done once, and leaves a container's connection as it came. */
  private final class Attempt<T> {
    private final Work<T> work;
    private final boolean single;

    /** Whether there was a connection for it. */
    private boolean began;

    /**
     * @param single whether it is one statement
     */
    Attempt(Work<T> work, boolean single) {
      this.work = work;
      this.single = single;
    }

    T run() throws SQLException {
      try (Connection connection = connection()) {
        began = true;
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
          undo(connection, e, commits, autoCommit);
          throw e;
        }
        if (autoCommit && commits) {
          connection.setAutoCommit(true);
        }
        return result;
      }
    }

    private void undo(Connection connection, Throwable e, boolean commits, boolean autoCommit) {
      try {
        if (e instanceof Error || (e instanceof SQLException sql && JdbcFailure.isAway(sql))) {
          // In the middle of an answer, perhaps, the rest of which is nobody's; or it leads to a
          // server that is not the one to ask any more.
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
    }
  }

  @Override
  public void close() {
    connections.close();
  }
}
