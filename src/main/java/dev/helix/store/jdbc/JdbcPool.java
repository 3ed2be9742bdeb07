package dev.helix.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The pool of connections for a URL. The only class that knows HikariCP, which an application that
 * takes only the filter need not have. Thread-safe.
 */
record JdbcPool(JdbcDriverSource connections, HikariDataSource pool) implements JdbcConnections {
  /** Longer than a server that lives leaves a transaction alone; see {@link #timeouts}. */
  static final Duration IDLE = Duration.ofSeconds(60);

  /** So long a caller waits for a connection. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  static JdbcPool of(JdbcSettings settings) {
    return of(settings, IDLE, PATIENCE);
  }

  /**
   * A pool that is empty as long as the database cannot be reached.
   *
   * @param idle after which the database ends a transaction that nothing is heard of
   * @param patience after which a caller is told that there is no connection
   */
  static JdbcPool of(JdbcSettings settings, Duration idle, Duration patience) {
    JdbcDriverSource connections = new JdbcDriverSource(settings);
    HikariConfig config = new HikariConfig();
    config.setPoolName("helix-jdbc");
    config.setDataSource(connections);
    config.setMaximumPoolSize(settings.poolSize());
    config.setMinimumIdle(Math.min(2, settings.poolSize()));
    config.setConnectionTimeout(patience.toMillis());
    config.setValidationTimeout(patience.toMillis() / 2);
    config.setKeepaliveTime(60_000);
    config.setInitializationFailTimeout(-1);
    // Where that costs nothing, so that a single statement needs no commit. MariaDB is told each
    // time.
    config.setAutoCommit(!settings.isMariaDb());
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    // Else what the pool itself asks leaves a connection in a transaction.
    config.setIsolateInternalQueries(true);
    config.setConnectionInitSql(timeouts(settings, idle));
    return new JdbcPool(connections, new HikariDataSource(config));
  }

  /**
   * What a new connection is told, null where nothing: a wait for a lock ends before the driver's
   * own time-out, and a host that is gone without a word keeps its locks only so long. What the
   * database's owner has set is left as it is.
   */
  private static String timeouts(JdbcSettings settings, Duration idle) {
    if (settings.isPostgres()) {
      return "select set_config(name, case name when 'lock_timeout' then '20s' else '"
          + idle.toMillis()
          + "ms' end, false) from pg_settings where setting = '0' and name in ('lock_timeout',"
          + " 'idle_in_transaction_session_timeout', 'tcp_user_timeout')";
    }
    if (settings.isMariaDb()) {
      // MySQL takes no decimal. It has no such time-out as the rest is for, which is a comment
      // there.
      return "set innodb_lock_wait_timeout = cast(least(@@innodb_lock_wait_timeout, 20) as unsigned)"
          + " /*M!100300 , idle_transaction_timeout = if(@@idle_transaction_timeout = 0, "
          + Math.max(1, idle.toSeconds())
          + ", @@idle_transaction_timeout) */";
    }
    return null;
  }

  @Override
  public DataSource source() {
    return pool;
  }

  @Override
  public void giveUp() {
    pool.getHikariPoolMXBean().softEvictConnections();
  }

  @Override
  public void close() {
    pool.close();
    connections.close();
  }
}
