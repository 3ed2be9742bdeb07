package dev.helix.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import javax.sql.DataSource;

/**
 * The pool of connections for a URL. The only class that knows HikariCP, which an application that
 * takes only the filter need not have. Thread-safe.
 */
final class JdbcPool implements AutoCloseable {
  private final JdbcDriverSource connections;
  private final HikariDataSource pool;

  private JdbcPool(JdbcDriverSource connections, HikariDataSource pool) {
    this.connections = connections;
    this.pool = pool;
  }

  /** A pool that is empty as long as the database cannot be reached. */
  static JdbcPool of(JdbcSettings settings) {
    JdbcDriverSource connections = new JdbcDriverSource(settings);
    HikariConfig config = new HikariConfig();
    config.setPoolName("helix-jdbc");
    config.setDataSource(connections);
    config.setMaximumPoolSize(settings.poolSize());
    config.setMinimumIdle(Math.min(2, settings.poolSize()));
    config.setConnectionTimeout(5_000);
    config.setValidationTimeout(2_500);
    config.setInitializationFailTimeout(-1);
    config.setAutoCommit(false);
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    if (settings.url().startsWith("jdbc:postgresql:")) {
      config.setConnectionInitSql("set lock_timeout = '20s'");
    }
    return new JdbcPool(connections, new HikariDataSource(config));
  }

  DataSource source() {
    return pool;
  }

  @Override
  public void close() {
    pool.close();
    connections.close();
  }
}
