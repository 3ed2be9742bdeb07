package dev.helix.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.session.SessionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tables: made where they are missing, checked for their version, and whether the database
 * keeps what it acknowledges. Stateless.
 *
 * @param create whether they are made where they are missing
 * @param allowLoss whether it does not matter what the database keeps
 */
record JdbcSchema(boolean create, boolean allowLoss) {
  private static final Logger LOG = System.getLogger(JdbcSchema.class.getName());

  private static final int VERSION = 2;

  /** Of which this version is made. */
  private static final String EARLIER = "1";

  /**
   * Returns when the database can be used.
   *
   * @param connection that does not commit by itself
   * @throws SessionException if it never will as it is
   */
  void prepare(Connection connection, JdbcVendor vendor) throws SQLException {
    String risk = allowLoss ? null : vendor.risk(connection);
    if (risk != null) {
      throw new SessionException(
          "the database may lose what it has acknowledged: "
              + risk
              + ". helix.store.allow.loss=true uses it all the same");
    }
    String version = version(connection);
    String known = version == null ? make(connection, vendor) : version;
    if (EARLIER.equals(known)) {
      known = upgrade(connection, vendor);
    }
    if (!Integer.toString(VERSION).equals(known)) {
      throw new SessionException(
          "the database's tables for sessions are of version "
              + known
              + ", and this program knows version "
              + VERSION
              + ": use a program of their version, or another database");
    }
  }

  private static String version(Connection connection) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      return JdbcVendor.text(
          connection, "select meta_value from helix_meta where meta_key = 'schema_version'");
    } catch (SQLException e) {
      if (!JdbcFailure.isAbsentTable(e)) {
        throw e;
      }
      connection.rollback(before); // What was locked before stays so.
      return null;
    }
  }

  /**
   * Makes tables of the version before those of this one; gives the version that they have then.
   * Servers of that version that run go on: what is new is nothing that they must write.
   */
  private String upgrade(Connection connection, JdbcVendor vendor) throws SQLException {
    if (!create) {
      throw new SessionException(
          "the database's tables for sessions are of version 1: upgrade them with"
              + " dev/helix/store/jdbc/"
              + upgradeScript(vendor)
              + ", which is in the WAR's classes, or start a server with helix.jdbc.create=true");
    }
    vendor.lockSchema(connection);
    try (SchemaLock unused = () -> release(connection, vendor)) {
      if (EARLIER.equals(version(connection))) {
        // Where a server was killed behind the first step. MySQL cannot be told so in SQL.
        boolean isHalfDone = hasColumn(connection);
        for (String statement : statements(upgradeScript(vendor))) {
          if (!isHalfDone || !statement.startsWith("alter table")) {
            try (Statement sql = connection.createStatement()) {
              sql.execute(statement);
            }
          }
        }
        connection.commit();
        LOG.log(Level.INFO, "upgraded the tables for sessions to version " + VERSION);
      }
      return version(connection);
    }
  }

  private static String upgradeScript(JdbcVendor vendor) {
    return vendor.script().replace("schema-", "upgrade-");
  }

  private static boolean hasColumn(Connection connection) throws SQLException {
    return JdbcSql.hasColumn(connection, "select * from helix_session where 1 = 0", "owner_key");
  }

  private String make(Connection connection, JdbcVendor vendor) throws SQLException {
    if (!create) {
      throw new SessionException(
          "the database has no tables for sessions: make them with dev/helix/store/"
              + vendor.script()
              + ", which is in the WAR's classes, or set helix.jdbc.create=true");
    }
    vendor.lockSchema(connection);
    try (SchemaLock unused = () -> release(connection, vendor)) {
      if (version(connection) == null) {
        for (String statement : statements(vendor.script())) {
          try (Statement sql = connection.createStatement()) {
            sql.execute(statement);
          }
        }
        connection.commit();
        LOG.log(Level.INFO, "made the tables for sessions, version " + VERSION);
      }
      return version(connection);
    }
  }

  private interface SchemaLock extends AutoCloseable {
    @Override
    void close() throws SQLException;
  }

  /** The lock is mostly the connection's, not the transaction's, which may have failed. */
  private static void release(Connection connection, JdbcVendor vendor) throws SQLException {
    try {
      connection.rollback();
    } finally {
      vendor.unlockSchema(connection);
    }
  }

  /** The script's statements, without comments. */
  private static List<String> statements(String script) {
    String text;
    try (InputStream in = JdbcSchema.class.getResourceAsStream(script)) {
      if (in == null) {
        throw new IllegalStateException("there is no " + script);
      }
      text = new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Stream.of(text.replaceAll("(?m)^--.*$", "").split(";\\s*\\n", -1))
        .map(String::strip)
        .filter(statement -> !statement.isEmpty())
        .toList();
  }
}
