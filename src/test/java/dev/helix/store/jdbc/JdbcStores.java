package dev.helix.store.jdbc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.helix.servers.MariaDbServer;
import dev.helix.servers.PostgresServer;
import dev.helix.session.SessionStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
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

  /** All that the rows of the tables hold. */
  static String raw(Map<String, String> settings) {
    StringBuilder all = new StringBuilder();
    try (Connection connection =
            DriverManager.getConnection(
                settings.get("helix.jdbc.url"),
                settings.get("helix.jdbc.user"),
                settings.get("helix.jdbc.password"));
        Statement statement = connection.createStatement()) {
      for (String table : List.of("session", "message", "file", "meta", "lease")) {
        try (ResultSet rows = statement.executeQuery("select * from helix_" + table)) {
          while (rows.next()) {
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
              byte[] bytes = rows.getObject(i) instanceof byte[] value ? value : null;
              all.append(bytes == null ? rows.getString(i) : new String(bytes, ISO_8859_1));
              all.append('\n');
            }
          }
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return all.toString();
  }

  static SessionStore open(Map<String, String> settings) {
    return SessionStore.open("jdbc", settings::get);
  }

  /** What opens stores that soon say that a database is away, or refuses them. */
  static SessionStore.Provider impatient() {
    return new JdbcSessionStoreProvider(Duration.ofSeconds(2));
  }
}
