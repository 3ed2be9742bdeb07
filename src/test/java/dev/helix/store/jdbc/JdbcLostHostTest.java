package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.servers.MariaDbServer;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.Lease;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A host that is gone in the middle of a transaction, without a word to the database. */
@ExtendWith(SharedServers.class)
class JdbcLostHostTest {
  private static final SessionId ID = new SessionId("conv-a");
  private static final Duration AT_ONCE = Duration.ofNanos(1000);

  private static void leaseIsFreeAgain(Map<String, String> settings) throws Exception {
    settings.put("helix.jdbc.pool.size", "1");
    try (SessionStore store = JdbcStores.open(settings)) {
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null);
      Lease lost = store.lease(ID, AT_ONCE).orElseThrow();
      try (JdbcPool pool =
          JdbcPool.of(JdbcSettings.of(settings::get), Duration.ofSeconds(2), JdbcPool.PATIENCE)) {
        Connection host = pool.source().getConnection();
        host.setAutoCommit(false);
        assertTrue(JdbcLeases.hold(host, lost));
        assertNotNull(JdbcRow.find(host, ID, true));
        // Waits for the database to give the host up.
        Lease next = store.lease(ID, Duration.ofMinutes(1)).orElseThrow();
        assertTrue(next.number() > lost.number());
        assertTrue(store.saveNote(ID, "why", "because"));
        assertThrows(SQLException.class, host::close);
      }
    }
  }

  @Test
  void leaseOfALostHost_isFreeInABoundedTime_inPostgresql(PostgresServer server) throws Exception {
    leaseIsFreeAgain(JdbcStores.settings(server, server.newDatabase()));
  }

  @Test
  void leaseOfALostHost_isFreeInABoundedTime_inMariaDb(MariaDbServer server) throws Exception {
    leaseIsFreeAgain(JdbcStores.settings(server, server.newDatabase()));
  }

  @Test
  void check_waitsForNoOthersRow(PostgresServer server) throws Exception {
    String database = server.newDatabase();
    try (SessionStore store = JdbcStores.open(JdbcStores.settings(server, database));
        Connection host = server.connect(database)) {
      store.check();
      host.setAutoCommit(false);
      JdbcVendor.text(host, "select 1 from helix_meta for update");
      store.check();
      host.rollback();
      assertEquals(
          "1", JdbcVendor.text(host, "select count(*) from helix_meta"), "a look leaves nothing");
    }
  }

  @Test
  void removalThatTakesLong_isNotTakenForALostHost_whileItShowsFiles(PostgresServer server)
      throws Exception {
    String database = server.newDatabase();
    JdbcSettings settings = JdbcSettings.of(JdbcStores.settings(server, database)::get);
    JdbcPool pool = JdbcPool.of(settings, Duration.ofSeconds(4), JdbcPool.PATIENCE);
    try (SessionStore store =
            new JdbcSessionStore(
                new JdbcDatabase(pool, new JdbcSchema(settings.create(), settings.allowLoss())));
        Connection look = server.connect(database)) {
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null);
      for (String name : List.of("a", "b", "c", "d")) {
        store.saveNote(ID, name, "text");
      }
      List<String> shown = new ArrayList<>();
      assertTrue(
          store.remove(
              ID,
              Instant.MAX,
              (path, content) -> {
                awaitSecond(look);
                shown.add(path);
              }));
      assertEquals(7, shown.size());
      assertFalse(store.find(ID).isPresent());
    }
  }

  /** Returns when the database's clock is a second further. */
  private static void awaitSecond(Connection look) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    String sql = "select " + JdbcVendor.POSTGRESQL.now();
    try {
      long begin = Long.parseLong(JdbcVendor.text(look, sql));
      while (Long.parseLong(JdbcVendor.text(look, sql)) < begin + 1_000_000) {
        assertTrue(System.nanoTime() < deadline, "the clock stands still");
        TimeUnit.MILLISECONDS.sleep(20);
      }
    } catch (SQLException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
