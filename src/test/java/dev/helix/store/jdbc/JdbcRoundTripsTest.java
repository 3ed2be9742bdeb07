package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.servers.MariaDbServer;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.RoundTrips;
import dev.helix.servers.SharedServers;
import dev.helix.session.HistoryMode;
import dev.helix.session.Lease;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.transcript.Answer;
import dev.helix.transcript.LogVersion;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How often a turn waits for a database, counted on the wire. */
@ExtendWith(SharedServers.class)
class JdbcRoundTripsTest {
  private static final SessionState STATE = state("conv-a", "a");

  /** For so long a pool does not ask whether a connection is alive; half a second by itself. */
  private static final String NOT_ASKED = "com.zaxxer.hikari.aliveBypassWindowMs";

  /** Opens a store whose one connection goes through the proxy. */
  private static SessionStore through(RoundTrips wire, Map<String, String> settings, int server) {
    settings.computeIfPresent(
        "helix.jdbc.url", (key, url) -> url.replace(":" + server + "/", ":" + wire.port() + "/"));
    settings.put("helix.jdbc.pool.size", "1");
    System.setProperty(NOT_ASKED, "600000");
    try {
      return JdbcStores.open(settings);
    } finally {
      System.clearProperty(NOT_ASKED);
    }
  }

  /**
   * What is asked for a turn: the session, its log, and a place for the question and the answer.
   */
  private static LogVersion turn(SessionStore store, LogVersion known, Lease lease) {
    assertEquals(STATE.sessionId(), store.find(STATE.sessionId()).orElseThrow().sessionId());
    LogVersion version = store.read(STATE.sessionId(), known).version();
    for (String text : List.of("question", "answer")) {
      Appended appended = store.append(STATE, version, List.of(element("1", text)), lease);
      assertEquals(Outcome.DONE, appended.outcome());
      version = appended.version();
    }
    store.force(STATE.sessionId());
    return version;
  }

  @Test
  void turn_isFourTransactions_inFourRoundTrips_withPostgresql(PostgresServer server) {
    try (RoundTrips wire = RoundTrips.before(server.port());
        SessionStore store =
            through(wire, JdbcStores.settings(server, server.newDatabase()), server.port())) {
      LogVersion version = store.append(STATE, LogVersion.NONE, List.of(), null).version();
      Lease lease = store.lease(STATE.sessionId(), Duration.ofMinutes(5)).orElseThrow();
      for (Lease allowedBy : new Lease[] {null, lease}) {
        for (int i = 0; i < 12; i++) { // The driver prepares what comes back.
          int trips = wire.count();
          int transactions = wire.transactions();
          version = turn(store, version, allowedBy);
          assertEquals(4, wire.transactions() - transactions);
          assertEquals(4, wire.count() - trips);
        }
      }
    }
  }

  @Test
  void turnOfAManager_isAtMostFourTransactions_withPostgresql(PostgresServer server) {
    try (RoundTrips wire = RoundTrips.before(server.port());
        SessionManager manager =
            new SessionManager(
                through(wire, JdbcStores.settings(server, server.newDatabase()), server.port()),
                Clock.systemUTC())) {
      List<Message> said = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int trips = wire.count();
        int transactions = wire.transactions();
        SessionState session = manager.getOrCreateSession(null, "a");
        said.add(Message.of("user", "question " + i));
        OpenTurn open = manager.beginTurn(session, said, HistoryMode.CLIENT);
        said.add(Message.of("assistant", "answer " + i));
        manager.completeTurn(
            open, List.of(new Answer(said.get(2 * i + 1), "m", "stop", AnswerStatus.COMPLETED)));
        assertTrue(
            wire.transactions() - transactions <= 4, "" + (wire.transactions() - transactions));
        assertTrue(wire.count() - trips <= 4, "" + (wire.count() - trips));
      }
    }
  }

  @Test
  void turn_isTenRoundTrips_withMariaDb(MariaDbServer server) {
    try (RoundTrips wire = RoundTrips.before(server.port());
        SessionStore store =
            through(wire, JdbcStores.settings(server, server.newDatabase()), server.port())) {
      LogVersion version = store.append(STATE, LogVersion.NONE, List.of(), null).version();
      for (int i = 0; i < 12; i++) {
        int trips = wire.count();
        version = turn(store, version, null);
        assertEquals(10, wire.count() - trips);
      }
    }
  }
}
