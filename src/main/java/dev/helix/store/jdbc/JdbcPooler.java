package dev.helix.store.jdbc;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.postgresql.PGConnection;

/**
 * A pooler such as PgBouncer between us and a PostgreSQL: each transaction may come to another
 * connection of the pooler's, which does not know what was prepared on one before. So nothing is
 * prepared there. Thread-safe.
 */
final class JdbcPooler {
  private static final Logger LOG = System.getLogger(JdbcPooler.class.getName());
  private static final String DRIVER = "org.postgresql.Driver";

  private final AtomicBoolean told = new AtomicBoolean();

  /** Sets a new connection up. Does nothing for other databases and drivers. */
  void adapt(Driver driver, Connection connection) throws SQLException {
    if (driver.getClass().getName().equals(DRIVER)) {
      adapt(connection.unwrap(PGConnection.class), connection);
    }
  }

  private void adapt(PGConnection server, Connection connection) throws SQLException {
    String process = JdbcVendor.text(connection, "select pg_backend_pid()");
    if (process.equals(Integer.toString(server.getBackendPID()))) {
      return;
    }
    server.setPrepareThreshold(0);
    if (!told.getAndSet(true)) {
      LOG.log(
          Level.INFO,
          "a pooler is between this server and PostgreSQL, so no statements are prepared there");
    }
  }
}
