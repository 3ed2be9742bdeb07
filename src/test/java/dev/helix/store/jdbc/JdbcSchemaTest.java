package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.servers.MariaDbServer;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.MessageTooLargeException;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of a database before it is used. */
@ExtendWith(SharedServers.class)
class JdbcSchemaTest {
  @TempDir Path directory;

  private Map<String, String> h2() {
    return JdbcStores.settings("jdbc:h2:" + directory.resolve("helix"), "helix", "secret");
  }

  private static String refused(Map<String, String> settings) {
    SessionException refused =
        assertThrows(SessionException.class, () -> JdbcStores.impatient().open(settings::get));
    assertEquals(SessionException.class, refused.getClass());
    return refused.getMessage();
  }

  private static void manyStartAtOnce(Map<String, String> settings) throws Exception {
    int servers = 6;
    settings.put("helix.jdbc.pool.size", "2");
    ExecutorService executor = Executors.newFixedThreadPool(servers);
    Set<String> secrets = new TreeSet<>();
    try {
      CyclicBarrier start = new CyclicBarrier(servers);
      List<Future<byte[]>> running = new ArrayList<>();
      for (int i = 0; i < servers; i++) {
        running.add(
            executor.submit(
                () -> {
                  start.await();
                  try (SessionStore store = JdbcStores.open(settings)) {
                    store.check();
                    return store.ownerSecret();
                  }
                }));
      }
      for (Future<byte[]> each : running) {
        secrets.add(HexFormat.of().formatHex(each.get()));
      }
    } finally {
      executor.shutdownNow();
    }
    assertEquals(1, secrets.size());
  }

  @Test
  void serversThatStartAtOnce_makeTheTablesOnce_inPostgresql(PostgresServer server)
      throws Exception {
    manyStartAtOnce(JdbcStores.settings(server, server.newDatabase()));
  }

  @Test
  void serversThatStartAtOnce_makeTheTablesOnce_inMariaDb(MariaDbServer server) throws Exception {
    manyStartAtOnce(JdbcStores.settings(server, server.newDatabase()));
  }

  @Test
  void serversThatStartAtOnce_makeTheTablesOnce_inH2() throws Exception {
    manyStartAtOnce(h2());
  }

  @Test
  void tablesThatMayNotBeMade_areAskedForByTheirScript_andUsedOnceItRan(PostgresServer server)
      throws Exception {
    String database = server.newDatabase();
    Map<String, String> settings = JdbcStores.settings(server, database);
    settings.put("helix.jdbc.create", "false");
    String message = refused(settings);
    assertTrue(message.contains("dev/helix/store/schema-postgresql.sql"), message);
    try (InputStream script = JdbcSchema.class.getResourceAsStream("schema-postgresql.sql")) {
      String sql = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      server.execute(database, sql);
      server.execute(database, sql);
    }
    try (SessionStore store = JdbcStores.open(settings)) {
      store.check();
    }
  }

  @Test
  void tablesOfAnotherVersion_areRefused_newerAndOlder(PostgresServer server) {
    String database = server.newDatabase();
    Map<String, String> settings = JdbcStores.settings(server, database);
    JdbcStores.open(settings).close();
    for (String version : List.of("3", "0")) {
      server.execute(
          database,
          "update helix_meta set meta_value = '" + version + "' where meta_key = 'schema_version'");
      String message = refused(settings);
      assertTrue(message.contains("version " + version), message);
      assertThrows(SessionException.class, () -> SessionStore.openToRead("jdbc", settings::get));
    }
  }

  @Test
  void lookAtADatabaseWithoutTables_isAnError_andMakesNone(PostgresServer server) {
    Map<String, String> settings = JdbcStores.settings(server, server.newDatabase());
    for (int i = 0; i < 2; i++) {
      assertThrows(SessionException.class, () -> SessionStore.openToRead("jdbc", settings::get));
    }
  }

  @Test
  void lookBesideAServer_showsWhatIsStored_andChangesNothing(PostgresServer server)
      throws Exception {
    Map<String, String> settings = JdbcStores.settings(server, server.newDatabase());
    SessionId id = new SessionId("conv-a");
    try (SessionStore store = JdbcStores.open(settings);
        SessionStore look = SessionStore.openToRead("jdbc", settings::get)) {
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null);
      store.saveNote(id, "why", "because");
      assertEquals(store.find(id), look.find(id));
      assertEquals(List.of("1"), ids(look.read(id, LogVersion.NONE)));
      assertEquals("because", look.note(id, "why").orElseThrow());
      assertEquals(store.list(10), look.list(10));
      List<String> paths = new ArrayList<>();
      assertTrue(look.export(id, (path, content) -> paths.add(path)));
      assertEquals(
          List.of("status.json", "context/messages.json", "context/why.md", "input/request.md"),
          paths);
      assertThrows(UnsupportedOperationException.class, () -> look.delete(id));
      assertThrows(UnsupportedOperationException.class, look::ownerSecret);
    }
  }

  @Test
  void postgresqlThatForgets_isRefusedWithTheReason_unlessAllowed(PostgresServer server) {
    String database = server.newDatabase();
    server.execute(database, "alter database " + database + " set synchronous_commit = off");
    Map<String, String> settings = JdbcStores.settings(server, database);
    String message = refused(settings);
    assertTrue(message.contains("synchronous_commit"), message);
    assertTrue(message.contains("helix.store.allow.loss"), message);
    settings.put("helix.store.allow.loss", "true");
    JdbcStores.open(settings).close();
  }

  @Test
  void mariaDbThatForgets_isRefusedWithTheReason_unlessAllowed(MariaDbServer server) {
    Map<String, String> settings = JdbcStores.settings(server, server.newDatabase());
    server.execute("mysql", "set global innodb_flush_log_at_trx_commit = 2");
    try {
      String message = refused(settings);
      assertTrue(message.contains("innodb_flush_log_at_trx_commit"), message);
      settings.put("helix.store.allow.loss", "true");
      JdbcStores.open(settings).close();
    } finally {
      server.execute("mysql", "set global innodb_flush_log_at_trx_commit = 1");
    }
  }

  @Test
  void h2InMemory_isRefused_unlessAllowed() {
    Map<String, String> settings = JdbcStores.settings("jdbc:h2:mem:forgets", "helix", "secret");
    assertTrue(refused(settings).contains("in memory"));
    settings.put("helix.store.allow.loss", "true");
    JdbcStores.open(settings).close();
  }

  @Test
  void refusedUserOrAbsentDatabase_refusesTheStart(PostgresServer server) {
    String database = server.newDatabase();
    Map<String, String> settings = JdbcStores.settings(server, database);
    settings.put("helix.jdbc.password", "wrong");
    assertTrue(refused(settings).contains("refuses the user"));
    assertTrue(refused(JdbcStores.settings(server, "nosuch")).contains("there is none"));
  }

  @Test
  void refusedUserOrAbsentDatabase_refusesTheStart_alsoOfMariaDb(MariaDbServer server) {
    Map<String, String> settings = JdbcStores.settings(server, server.newDatabase());
    settings.put("helix.jdbc.password", "wrong");
    assertTrue(refused(settings).contains("refuses the user"));
    assertTrue(refused(JdbcStores.settings(server, "nosuch")).contains("there is none"));
  }

  @Test
  void messageThatMariaDbDoesNotTake_isAnErrorThatNamesTheSetting(MariaDbServer server) {
    Map<String, String> settings = JdbcStores.settings(server, server.newDatabase());
    server.execute("mysql", "set global max_allowed_packet = 1048576");
    try (SessionStore store = JdbcStores.open(settings)) {
      LogVersion one =
          store
              .append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null)
              .version();
      Message large = element("2", "y".repeat(2_000_000));
      MessageTooLargeException refused =
          assertThrows(
              MessageTooLargeException.class,
              () -> store.append(state("conv-a", "a"), one, List.of(large), null));
      assertEquals(large.length(), refused.bytes());
      assertTrue(refused.limit() > 1_000_000 && refused.limit() < 1048576, "" + refused.limit());
      assertTrue(refused.getMessage().contains("max_allowed_packet"), refused.getMessage());
      store.append(state("conv-a", "a"), one, List.of(element("3", "z")), null);
      assertEquals(List.of("1", "3"), ids(store.read(new SessionId("conv-a"), LogVersion.NONE)));
    } finally {
      server.execute("mysql", "set global max_allowed_packet = 16777216");
    }
  }

  @Test
  void databaseInWhichNoSessionCanBeMade_isNotReady_andNothingIsLeftOfTheLook(PostgresServer server)
      throws Exception {
    String database = server.newDatabase();
    JdbcStores.open(JdbcStores.settings(server, database)).close();
    server.execute(database, "create user limited" + database + " password 'secret'");
    server.execute(
        database,
        "grant select, insert, update, delete on all tables in schema public to limited"
            + database);
    Map<String, String> settings =
        JdbcStores.settings(server.url(database), "limited" + database, "secret");
    try (SessionStore store = JdbcStores.open(settings);
        Connection look = server.connect(database)) {
      store.check();
      for (String table : List.of("helix_session", "helix_message", "helix_file", "helix_lease")) {
        assertEquals("0", JdbcVendor.text(look, "select count(*) from " + table));
        server.execute(database, "revoke insert on " + table + " from limited" + database);
        assertThrows(SessionException.class, store::check);
        server.execute(database, "grant insert on " + table + " to limited" + database);
        store.check();
      }
    }
  }
}
