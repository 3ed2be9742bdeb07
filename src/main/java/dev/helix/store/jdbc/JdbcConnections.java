package dev.helix.store.jdbc;

import javax.sql.DataSource;

/** Where a database's connections come from: a pool of ours, or a container's. Thread-safe. */
interface JdbcConnections extends AutoCloseable {
  DataSource source();

  /** Lets no connection be used again that was made before, as far as that is ours to say. */
  void giveUp();

  @Override
  void close();

  /** A container's, who alone knows what becomes of each. */
  record OfContainer(DataSource source) implements JdbcConnections {
    @Override
    public void giveUp() {
      // Each one that fails is ended by itself.
    }

    @Override
    public void close() {
      JdbcDriverSource.takeBackOurs();
    }
  }
}
