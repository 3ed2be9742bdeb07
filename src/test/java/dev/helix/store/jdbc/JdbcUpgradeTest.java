package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.servers.MariaDbServer;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFilter;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tables of version 1 are made those of version 2, whenever that is cut short. */
@ExtendWith(SharedServers.class)
class JdbcUpgradeTest {
  private static final Owner ANN = new Owner("acme", "ann");
  private static final Owner BOB = new Owner("acme", "bob");

  /** More than are noted at once. */
  private static final int SESSIONS = 260;

  @TempDir Path directory;

  private static SessionState of(int number) {
    return state("s" + number, "c" + number)
        .withOwner(number % 20 == 0 ? ANN : BOB)
        .withUpdatedAt(NOW.plusSeconds(number));
  }

  private static void stored(SessionStore store, SessionState state) {
    store.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
  }

  private static Connection connect(Map<String, String> settings) throws SQLException {
    return DriverManager.getConnection(
        settings.get("helix.jdbc.url"),
        settings.get("helix.jdbc.user"),
        settings.get("helix.jdbc.password"));
  }

  private static void execute(Connection connection, String... statements) throws SQLException {
    for (String sql : statements) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }
  }

  /** What a program of version 1 would have left. */
  private static void makeOld(Connection connection, boolean isMariaDb) throws SQLException {
    execute(
        connection,
        isMariaDb
            ? "drop index helix_session_of_owner on helix_session"
            : "drop index helix_session_of_owner",
        "alter table helix_session drop column owner_key",
        "update helix_meta set meta_value = '1' where meta_key = 'schema_version'");
  }

  private static List<String> names(SessionStore store, Owner owner) {
    return store.list(SessionFilter.of(owner), null, 100).stream()
        .map(each -> each.state().sessionId().value())
        .toList();
  }

  private static String unnoted(Connection connection) throws SQLException {
    return JdbcVendor.text(
        connection, "select count(*) from helix_session where owner_key is null");
  }

  private static void upgrade(Map<String, String> settings, boolean isMariaDb) throws Exception {
    List<String> anns = IntStream.rangeClosed(0, 12).mapToObj(i -> "s" + (240 - 20 * i)).toList();
    try (SessionStore store = JdbcStores.open(settings)) {
      for (int i = 0; i < SESSIONS; i++) {
        stored(store, of(i));
      }
    }
    try (Connection connection = connect(settings)) {
      makeOld(connection, isMariaDb);
      // By hand, where the server may not.
      settings.put("helix.jdbc.create", "false");
      SessionException refused =
          assertThrows(SessionException.class, () -> JdbcStores.impatient().open(settings::get));
      assertTrue(refused.getMessage().contains("upgrade-"), refused.getMessage());
      assertThrows(SessionException.class, () -> SessionStore.openToRead("jdbc", settings::get));
      settings.remove("helix.jdbc.create");
      try (SessionStore store = JdbcStores.open(settings);
          SessionStore look = SessionStore.openToRead("jdbc", settings::get)) {
        assertEquals("" + SESSIONS, unnoted(connection));
        assertEquals(anns, names(look, ANN), "a look notes nothing, and finds them all the same");
        assertEquals(anns.size(), look.count(SessionFilter.of(ANN)));
        assertEquals("" + SESSIONS, unnoted(connection));
        assertEquals(anns, names(store, ANN));
        assertEquals("0", unnoted(connection));
        assertEquals(anns, names(look, ANN));
        assertEquals(SESSIONS - 13, store.count(SessionFilter.of(BOB)));
        // What a server of the old version makes and gives away meanwhile.
        stored(store, of(2000));
        execute(connection, "update helix_session set owner_key = null where id = 's2000'");
        assertEquals("s2000", names(store, ANN).get(0));
        assertTrue(store.delete(new SessionId("s2000")));
        assertEquals(anns, names(store, ANN));
        String ofS0 =
            "(select k from (select owner_key as k from helix_session where id = 's0') x)";
        execute(connection, "update helix_session set owner_key = " + ofS0 + " where id = 's1'");
        assertEquals(anns, names(store, ANN), "another's is never listed");
        assertEquals(SESSIONS - 13, store.count(SessionFilter.of(BOB)), "and was set right");
      }
      // Killed behind any step: the tables are there, the version is not.
      for (String[] left :
          new String[][] {
            {"update helix_meta set meta_value = '1' where meta_key = 'schema_version'"},
            {
              "update helix_meta set meta_value = '1' where meta_key = 'schema_version'",
              "update helix_session set owner_key = null where id like 's1%'"
            }
          }) {
        execute(connection, left);
        try (SessionStore store = JdbcStores.open(settings)) {
          assertEquals(anns, names(store, ANN));
          assertEquals("0", unnoted(connection));
        }
      }
      assertEquals(
          "2",
          JdbcVendor.text(
              connection, "select meta_value from helix_meta where meta_key = 'schema_version'"));
    }
  }

  @Test
  void tablesOfVersion1_areUpgraded_andGoOnWhereTheyWereCutShort_inPostgresql(PostgresServer server)
      throws Exception {
    upgrade(JdbcStores.settings(server, server.newDatabase()), false);
  }

  @Test
  void tablesOfVersion1_areUpgraded_andGoOnWhereTheyWereCutShort_inMariaDb(MariaDbServer server)
      throws Exception {
    upgrade(JdbcStores.settings(server, server.newDatabase()), true);
  }

  @Test
  void tablesOfVersion1_areUpgraded_andGoOnWhereTheyWereCutShort_inH2() throws Exception {
    upgrade(
        JdbcStores.settings(
            "jdbc:h2:" + directory.resolve("helix") + ";AUTO_SERVER=TRUE", "helix", "secret"),
        false);
  }

  @Test
  void script_upgradesByHand(PostgresServer server) throws Exception {
    Map<String, String> settings = JdbcStores.settings(server, server.newDatabase());
    try (SessionStore store = JdbcStores.open(settings)) {
      stored(store, of(0));
    }
    try (Connection connection = connect(settings)) {
      makeOld(connection, false);
      try (var script = JdbcSchema.class.getResourceAsStream("upgrade-postgresql.sql")) {
        String sql = new String(script.readAllBytes(), StandardCharsets.UTF_8);
        execute(connection, sql, sql);
      }
    }
    settings.put("helix.jdbc.create", "false");
    try (SessionStore store = JdbcStores.open(settings)) {
      assertEquals(List.of("s0"), names(store, ANN));
    }
  }
}
