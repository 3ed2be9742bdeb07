package dev.helix.store.jdbc;

import dev.helix.servers.MariaDbServer;
import dev.helix.servers.PostgresServer;
import dev.helix.session.SessionStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Settings of stores in databases, for tests. */
final class JdbcStores {
  private JdbcStores() {}

  static Map<String, String> settings(String url, String user, String password) {
    Map<String, String> settings = new HashMap<>();
    settings.put("helix.jdbc.url", url);
    settings.put("helix.jdbc.user", user);
    settings.put("helix.jdbc.password", password);
    return settings;
  }

  static Map<String, String> settings(PostgresServer server, String database) {
    return settings(server.url(database), server.user(), server.password());
  }

  static Map<String, String> settings(MariaDbServer server, String database) {
    return settings(server.url(database), server.user(), server.password());
  }

  static SessionStore open(Map<String, String> settings) {
    return SessionStore.open("jdbc", settings::get);
  }

  /** What opens stores that soon say that a database is away, or refuses them. */
  static SessionStore.Provider impatient() {
    return new JdbcSessionStoreProvider(Duration.ofSeconds(2));
  }
}
