package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.helix.servers.MariaDbServer;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.StoreUnavailableException;
import dev.helix.transcript.LogVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the pool's connections are told when they are made, and which of them are used again. */
@ExtendWith(SharedServers.class)
class JdbcPoolTest {
  private static final int AT_ONCE = 4;

  @TempDir Path directory;

  private static JdbcSettings settings(Map<String, String> settings, int size) {
    settings.put("helix.jdbc.pool.size", "" + size);
    return JdbcSettings.of(settings::get);
  }

  private static JdbcDatabase database(JdbcPool pool, JdbcSettings settings) {
    return new JdbcDatabase(pool, new JdbcSchema(settings.create(), settings.allowLoss()));
  }

  /** Each has a connection of its own, which most of them are the first to use. */
  private static void manyReadAtOnce(JdbcSettings settings) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE);
    try (JdbcDatabase database = database(JdbcPool.of(settings), settings)) {
      CyclicBarrier all = new CyclicBarrier(AT_ONCE);
      List<Future<String>> running = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        running.add(
            executor.submit(
                () ->
                    database.statement(
                        "cannot read",
                        connection -> {
                          try {
                            all.await(30, TimeUnit.SECONDS);
                          } catch (Exception e) {
                            throw new IllegalStateException(e);
                          }
                          return JdbcVendor.text(connection, "select count(*) from helix_session");
                        })));
      }
      for (Future<String> each : running) {
        assertEquals("0", each.get());
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void statementsAreTheFirstUseOfConnections_andWork_inPostgresql(PostgresServer server)
      throws Exception {
    manyReadAtOnce(settings(JdbcStores.settings(server, server.newDatabase()), AT_ONCE));
  }

  @Test
  void statementsAreTheFirstUseOfConnections_andWork_inMariaDb(MariaDbServer server)
      throws Exception {
    manyReadAtOnce(settings(JdbcStores.settings(server, server.newDatabase()), AT_ONCE));
  }

  @Test
  void exportsAtOnce_allShowTheSession(PostgresServer server) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE);
    try (SessionStore store = JdbcStores.open(JdbcStores.settings(server, server.newDatabase()))) {
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null);
      CyclicBarrier start = new CyclicBarrier(AT_ONCE);
      List<Future<Integer>> running = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        running.add(
            executor.submit(
                () -> {
                  List<String> paths = new ArrayList<>();
                  start.await();
                  store.export(new SessionId("conv-a"), (path, content) -> paths.add(path));
                  return paths.size();
                }));
      }
      for (Future<Integer> each : running) {
        assertEquals(3, each.get());
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static String setting(Connection connection, String name) throws SQLException {
    return JdbcVendor.text(connection, "select current_setting('" + name + "')");
  }

  @Test
  void freshConnection_isInNoTransaction_andKeepsItsTimeOuts(PostgresServer server)
      throws Exception {
    String database = server.newDatabase();
    try (JdbcPool pool = JdbcPool.of(settings(JdbcStores.settings(server, database), 1));
        Connection connection = pool.source().getConnection();
        Connection other = server.connect(database)) {
      assertEquals(
          "idle",
          JdbcVendor.text(
              other,
              "select state from pg_stat_activity where pid <> pg_backend_pid() and datname = '"
                  + database
                  + "'"));
      connection.setAutoCommit(false);
      connection.rollback();
      assertEquals("20s", setting(connection, "lock_timeout"));
      assertEquals("1min", setting(connection, "idle_in_transaction_session_timeout"));
    }
  }

  @Test
  void timeOutsOfTheDatabasesOwner_areLeftAsTheyAre(PostgresServer server) throws Exception {
    String database = server.newDatabase();
    server.execute(database, "alter database " + database + " set lock_timeout = '3s'");
    server.execute(
        database,
        "alter database " + database + " set idle_in_transaction_session_timeout = '5min'");
    try (JdbcPool pool = JdbcPool.of(settings(JdbcStores.settings(server, database), 1));
        Connection connection = pool.source().getConnection()) {
      assertEquals("3s", setting(connection, "lock_timeout"));
      assertEquals("5min", setting(connection, "idle_in_transaction_session_timeout"));
    }
  }

  @Test
  void freshConnection_hasItsTimeOuts_alsoInMariaDb(MariaDbServer server) throws Exception {
    String database = server.newDatabase();
    try (JdbcPool pool = JdbcPool.of(settings(JdbcStores.settings(server, database), 1));
        Connection connection = pool.source().getConnection()) {
      connection.rollback();
      assertEquals("60", JdbcVendor.text(connection, "select @@idle_transaction_timeout"));
      assertEquals("20", JdbcVendor.text(connection, "select @@innodb_lock_wait_timeout"));
    }
  }

  /** What is logged from {@link Level#WARNING} on. */
  private static final class Warnings extends Handler {
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    @Override
    public void publish(LogRecord entry) {
      if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
        seen.add(entry.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void poolThatClosesWhileItConnects_waitsForThat_andWarnsOfNothing(PostgresServer server)
      throws Exception {
    JdbcSettings settings = settings(JdbcStores.settings(server, server.newDatabase()), 2);
    Logger logger = Logger.getLogger("com.zaxxer.hikari");
    Warnings warnings = new Warnings();
    logger.addHandler(warnings);
    try {
      for (int i = 0; i < 20; i++) {
        try (JdbcPool pool = JdbcPool.of(settings);
            Connection connection = pool.source().getConnection()) {
          assertEquals("1", JdbcVendor.text(connection, "select 1"));
        }
      }
    } finally {
      logger.removeHandler(warnings);
    }
    assertEquals(List.of(), List.copyOf(warnings.seen));
  }

  private static void errorEndsTheConnection(JdbcSettings settings, String name) {
    try (JdbcDatabase database = database(JdbcPool.of(settings), settings)) {
      String before =
          database.transaction("cannot ask", connection -> JdbcVendor.text(connection, name));
      OutOfMemoryError thrown = new OutOfMemoryError("in the middle of a row");
      assertSame(
          thrown,
          assertThrows(
              OutOfMemoryError.class,
              () ->
                  database.transaction(
                      "cannot read",
                      connection -> {
                        throw thrown;
                      })));
      assertNotEquals(
          before,
          database.transaction("cannot ask", connection -> JdbcVendor.text(connection, name)));
    }
  }

  @Test
  void errorInTheMiddle_endsTheConnection_inPostgresql(PostgresServer server) {
    errorEndsTheConnection(
        settings(JdbcStores.settings(server, server.newDatabase()), 1), "select pg_backend_pid()");
  }

  @Test
  void errorInTheMiddle_endsTheConnection_inMariaDb(MariaDbServer server) {
    errorEndsTheConnection(
        settings(JdbcStores.settings(server, server.newDatabase()), 1), "select connection_id()");
  }

  /** As with a container's pool, which need not look whether its connections live. */
  private static void readsGoOn(Map<String, String> map, Runnable cut) {
    System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "600000");
    JdbcSettings settings = settings(map, 1);
    try (JdbcPool pool = JdbcPool.of(settings);
        SessionStore store =
            new JdbcSessionStore(
                new JdbcDatabase(
                    new JdbcConnections.OfContainer(pool.source()),
                    new JdbcSchema(settings.create(), settings.allowLoss())))) {
      SessionId id = new SessionId("conv-a");
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null);
      for (Runnable read :
          List.<Runnable>of(
              () -> store.find(id),
              () -> store.read(id, LogVersion.NONE),
              () -> store.readEnd(id, 0),
              () -> store.note(id, "why"),
              () -> store.list(9))) {
        cut.run();
        read.run();
      }
    } finally {
      System.clearProperty("com.zaxxer.hikari.aliveBypassWindowMs");
    }
  }

  @Test
  void connectionThatTheServerEnded_isNoReasonThatAReadFails_inPostgresql(PostgresServer server) {
    String database = server.newDatabase();
    readsGoOn(
        JdbcStores.settings(server, database),
        () ->
            server.execute(
                "postgres",
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '"
                    + database
                    + "'"));
  }

  @Test
  void connectionThatTheServerEnded_isNoReasonThatAReadFails_inMariaDb(MariaDbServer server)
      throws Exception {
    String database = server.newDatabase();
    Map<String, String> settings = JdbcStores.settings(server, database);
    readsGoOn(settings, () -> endAll(server, database));
  }

  private static void endAll(MariaDbServer server, String database) {
    String ids = "select group_concat(id) from information_schema.processlist where db = '";
    try (Connection connection = server.connect("mysql")) {
      for (String id : JdbcVendor.text(connection, ids + database + "'").split(",", -1)) {
        server.execute("mysql", "kill " + id);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Connections to an H2, and how often one was asked for. */
  private static final class Counting extends HikariDataSource {
    private final AtomicInteger asked = new AtomicInteger();

    Counting(Path directory) {
      super(config(directory));
    }

    private static HikariConfig config(Path directory) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl("jdbc:h2:" + directory.resolve("helix"));
      config.setUsername("helix");
      config.setMaximumPoolSize(1);
      config.setConnectionTimeout(250);
      return config;
    }

    @Override
    public Connection getConnection() throws SQLException {
      asked.incrementAndGet();
      return super.getConnection();
    }

    SessionStore store() {
      JdbcSettings settings = JdbcSettings.of(Map.of("helix.jdbc.jndi", "x")::get);
      JdbcSchema schema = new JdbcSchema(settings.create(), settings.allowLoss());
      return new JdbcSessionStore(new JdbcDatabase(new JdbcConnections.OfContainer(this), schema));
    }
  }

  @Test
  void busyPool_isNoReasonToLookAtTheTablesAgain() throws Exception {
    try (Counting source = new Counting(directory);
        SessionStore store = source.store()) {
      SessionId id = new SessionId("conv-a");
      store.find(id);
      Connection taken = source.getConnection();
      try (taken) {
        assertThrows(StoreUnavailableException.class, () -> store.find(id));
      }
      int before = source.asked.get();
      assertTrue(store.find(id).isEmpty());
      assertEquals(before + 1, source.asked.get());
    }
  }

  @Test
  void keyThatIsThereEachTime_isSaidToBeSo_afterSomeAttempts() throws Exception {
    try (Counting source = new Counting(directory);
        SessionStore store = source.store()) {
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(), null);
      try (Connection connection = source.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("create unique index theirs on helix_session (updated_at)");
      }
      int before = source.asked.get();
      SessionException failure =
          assertThrows(
              SessionException.class,
              () -> store.append(state("conv-b", "b"), LogVersion.NONE, List.of(), null));
      assertEquals(
          "cannot append to session conv-b: each time there is a row of the same key already,"
              + " SQLSTATE 23505: is there an index or a trigger that is not the store's?",
          failure.getMessage());
      int attempts = source.asked.get() - before;
      assertTrue(attempts > 1 && attempts <= 20, attempts + " attempts");
      assertEquals(
          Outcome.DONE,
          store
              .append(
                  state("conv-b", "b").withUpdatedAt(Instant.EPOCH),
                  LogVersion.NONE,
                  List.of(),
                  null)
              .outcome());
    }
  }
}
