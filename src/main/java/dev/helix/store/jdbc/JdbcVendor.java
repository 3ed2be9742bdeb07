package dev.helix.store.jdbc;

import dev.helix.session.SessionException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** In what the databases differ; all else is SQL that each of them knows. */
enum JdbcVendor {
  /** PostgreSQL 12 and later. */
  POSTGRESQL(
      "schema-postgresql.sql", "cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)"),

  /** MariaDB 10.5 and later, and MySQL 8 and later. */
  MARIADB("schema-mariadb.sql", "timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))"),

  /** H2 2. */
  H2(
      "schema-h2.sql",
      "datediff(microsecond, timestamp with time zone '1970-01-01 00:00:00+00', current_timestamp)");

  private static final int NO_ADMIN = 90040;

  /** Any number that other users of a database's advisory locks will hardly take. */
  private static final long SCHEMA_LOCK = 0x68656c6978L;

  private static final Lock H2_SCHEMA_LOCK = new ReentrantLock();

  /** At most 64 characters; MySQL 9.7 has no sha1. */
  private static final String LOCK_NAME =
      "concat('helix_schema.', left(sha2(database(), 256), 40))";

  private final String script;
  private final String now;

  JdbcVendor(String script, String now) {
    this.script = script;
    this.now = now;
  }

  /** The kind of a database. */
  static JdbcVendor of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    return switch (product) {
      case "PostgreSQL" -> POSTGRESQL;
      case "MariaDB", "MySQL" -> MARIADB;
      case "H2" -> H2;
      default ->
          throw new SessionException(
              "sessions are kept in PostgreSQL, MariaDB, MySQL or H2, not in " + product);
    };
  }

  /** The resource beside this class that makes the tables. */
  String script() {
    return script;
  }

  /** An expression for the database's time in microseconds since 1970. */
  String now() {
    return now;
  }

  /** Returns when no other server makes the tables; to be called once in a transaction. */
  void lockSchema(Connection connection) throws SQLException {
    switch (this) {
      case POSTGRESQL -> run(connection, "select pg_advisory_xact_lock(" + SCHEMA_LOCK + ")");
      case MARIADB -> {
        if (!"1".equals(text(connection, "select get_lock(" + LOCK_NAME + ", 30)"))) {
          throw new SessionException("another server is still making the tables for sessions");
        }
      }
      // It knows no locks to use here, and is mostly within this process.
      case H2 -> H2_SCHEMA_LOCK.lock();
    }
  }

  /** Lets the next one look, once what was made is committed. */
  void unlockSchema(Connection connection) throws SQLException {
    switch (this) {
      case POSTGRESQL -> {
        // It ended with the transaction: behind a pooler the next one is another connection's.
      }
      case MARIADB -> run(connection, "select release_lock(" + LOCK_NAME + ")");
      case H2 -> H2_SCHEMA_LOCK.unlock();
    }
  }

  /** Why the database may lose what it has acknowledged; null where it keeps it. */
  String risk(Connection connection) throws SQLException {
    return switch (this) {
      case POSTGRESQL -> {
        if ("off".equals(text(connection, "select current_setting('fsync')"))) {
          yield "fsync is off";
        }
        yield "off".equals(text(connection, "select current_setting('synchronous_commit')"))
            ? "synchronous_commit is off, which ALTER ROLE ... SET synchronous_commit = on changes"
            : null;
      }
      case MARIADB -> {
        String flush = text(connection, "select @@innodb_flush_log_at_trx_commit");
        if ("0".equals(flush) || "2".equals(flush)) {
          yield "innodb_flush_log_at_trx_commit is " + flush + ", and must be 1";
        }
        // With a binary log, recovery takes back what that log does not have.
        boolean logged = "1".equals(text(connection, "select @@log_bin"));
        yield logged && !"1".equals(text(connection, "select @@sync_binlog"))
            ? "there is a binary log and sync_binlog is not 1"
            : null;
      }
      case H2 -> {
        if (text(connection, "call database_path()") == null) {
          yield "it is in memory, and gone when this server stops";
        }
        yield isForced(connection)
            ? null
            : "the user may not CHECKPOINT SYNC, which ALTER USER ... ADMIN TRUE changes";
      }
    };
  }

  /** Forces H2, where a commit only writes, and up to half a second later; if the user may. */
  static boolean isForced(Connection connection) throws SQLException {
    try {
      run(connection, "checkpoint sync");
      return true;
    } catch (SQLException e) {
      if (e.getErrorCode() != NO_ADMIN) {
        throw e;
      }
      return false;
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of the first row. */
  static String text(Connection connection, String sql) throws SQLException {
    return JdbcSql.first(connection, row -> row.getString(1), sql);
  }
}
