package dev.helix.store.jdbc;

import dev.helix.servers.MariaDbServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.SessionStore;
import dev.helix.store.SessionStoreContract;
import dev.helix.store.WholeSessionContract;
import org.junit.jupiter.api.extension.ExtendWith;

/** The store in a real MariaDB, a database for each test. */
@ExtendWith(SharedServers.class)
class JdbcMariaDbStoreTest implements SessionStoreContract, WholeSessionContract {
  private final MariaDbServer server;
  private final String database;

  JdbcMariaDbStoreTest(MariaDbServer server) {
    this.server = server;
    this.database = server.newDatabase();
  }

  @Override
  public String raw() {
    return JdbcStores.raw(JdbcStores.settings(server, database));
  }

  @Override
  public SessionStore open() {
    return JdbcStores.open(JdbcStores.settings(server, database));
  }

  @Override
  public boolean readsEndsAlone() {
    return true;
  }
}
