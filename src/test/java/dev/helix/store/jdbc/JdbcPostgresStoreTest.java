package dev.helix.store.jdbc;

import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.SessionStore;
import dev.helix.store.SessionStoreContract;
import dev.helix.store.WholeSessionContract;
import org.junit.jupiter.api.extension.ExtendWith;

/** The store in a real PostgreSQL, a database for each test. */
@ExtendWith(SharedServers.class)
class JdbcPostgresStoreTest implements SessionStoreContract, WholeSessionContract {
  private final PostgresServer server;
  private final String database;

  JdbcPostgresStoreTest(PostgresServer server) {
    this.server = server;
    this.database = server.newDatabase();
  }

  @Override
  public SessionStore open() {
    return JdbcStores.open(JdbcStores.settings(server, database));
  }
}
