package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.store.SessionStoreContract;
import dev.helix.store.WholeSessionContract;
import dev.helix.transcript.LogVersion;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
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

  /** Appends, and begins anew where the session is gone, so many times. */
  private static void appendAgainAndAgain(SessionStore store, String name, int times) {
    SessionState state = state("conv-a", "a");
    LogVersion version = LogVersion.NONE;
    for (int i = 0; i < times; i++) {
      Appended appended = store.append(state, version, List.of(element(name + i, "x")), null);
      version =
          appended.outcome() == Outcome.DONE
              ? appended.version()
              : store.read(state.sessionId(), LogVersion.NONE).version();
    }
  }

  @Test
  void messagesOfADeletedSession_areAllGone_whoeverAppendedMeanwhile() throws Exception {
    SessionId id = new SessionId("conv-a");
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try (SessionStore store = open();
        SessionStore other = open()) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String name = "t" + t + "-";
        SessionStore its = t % 2 == 0 ? store : other;
        running.add(executor.submit(() -> appendAgainAndAgain(its, name, 100)));
      }
      for (int i = 0; i < 50; i++) {
        store.delete(id);
      }
      for (Future<?> each : running) {
        each.get();
      }
      Reading read = store.read(id, LogVersion.NONE);
      assertEquals(read.version().length(), read.elements().size());
      store.delete(id);
    } finally {
      executor.shutdownNow();
    }
    try (Connection look = server.connect(database)) {
      assertEquals("0", JdbcVendor.text(look, "select count(*) from helix_message"));
    }
  }
}
