package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.LoggedLines;
import dev.helix.servers.PgBouncer;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.Lease;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.transcript.LogVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real PgBouncer that gives each transaction whatever connection is free. */
@ExtendWith(SharedServers.class)
class JdbcPoolerTest {
  private static final int CALLERS = 6;

  @Test
  void turnsBehindAPoolerOfTransactions_allGoWell_alsoTheFirstThatMakesTheTables(
      PostgresServer server) throws Exception {
    String database = server.newDatabase();
    ExecutorService executor = Executors.newFixedThreadPool(CALLERS);
    try (PgBouncer pooler = PgBouncer.before(server);
        LoggedLines log = LoggedLines.of(JdbcPooler.class.getName())) {
      Map<String, String> settings =
          JdbcStores.settings(pooler.url(database), server.user(), server.password());
      List<Future<Integer>> callers = new ArrayList<>();
      // Stores of their own, as of several servers that start at once.
      try (SessionStore one = JdbcStores.open(settings);
          SessionStore other = JdbcStores.open(settings)) {
        for (int i = 0; i < CALLERS; i++) {
          SessionState session = state("conv-" + i, "" + i);
          SessionStore store = i % 2 == 0 ? one : other;
          callers.add(executor.submit(() -> talk(store, session)));
        }
        for (Future<Integer> caller : callers) {
          assertEquals(30, caller.get());
        }
        assertEquals(CALLERS, one.list(99).size());
      }
      assertTrue(log.all().get(0).startsWith("a pooler is between"), log.all()::toString);
    } finally {
      executor.shutdownNow();
    }
  }

  private static int talk(SessionStore store, SessionState session) {
    LogVersion version = LogVersion.NONE;
    for (int i = 0; i < 30; i++) {
      Lease lease = store.lease(session.sessionId(), Duration.ofMinutes(1)).orElseThrow();
      Appended appended =
          store.append(
              session, version, List.of(element("" + i, "x"), element(i + "a", "y")), lease);
      assertEquals(Outcome.DONE, appended.outcome());
      version = appended.version();
      store.saveNote(session.sessionId(), "why", "because");
      store.check();
      store.release(lease);
    }
    return store.read(session.sessionId(), LogVersion.NONE).elements().size() / 2;
  }

  @Test
  void databaseWithoutAPooler_keepsItsPreparedStatements(PostgresServer server) {
    try (LoggedLines log = LoggedLines.of(JdbcPooler.class.getName())) {
      JdbcStores.open(JdbcStores.settings(server, server.newDatabase())).close();
      assertEquals(List.of(), log.all());
    }
  }
}
