package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.servers.MariaDbServer;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreUnavailableException;
import dev.helix.transcript.LogVersion;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a database's errors, and what follows from them. */
@ExtendWith(SharedServers.class)
class JdbcFailureTest {
  private static final String TEXT = "nobody-else-may-read-this";
  private static final String HEX =
      HexFormat.of().formatHex(TEXT.getBytes(StandardCharsets.US_ASCII));

  @TempDir Path directory;

  private static Map<String, String> with(Map<String, String> settings, String parameter) {
    settings.merge("helix.jdbc.url", parameter, String::concat);
    return settings;
  }

  private static void assertNothingIn(Throwable failure) {
    StringWriter all = new StringWriter();
    failure.printStackTrace(new PrintWriter(all));
    if (failure instanceof SQLException chain) {
      chain.forEach(each -> each.printStackTrace(new PrintWriter(all)));
    }
    String text = all.toString();
    assertFalse(text.contains(TEXT) || text.toLowerCase(Locale.ROOT).contains(HEX), () -> text);
  }

  /** Tables that take no such message: the insert fails, not the client. */
  private static void failedInsertIsSilent(Map<String, String> settings, String limit)
      throws Exception {
    JdbcStores.open(settings).close();
    try (Connection connection =
            DriverManager.getConnection(
                settings.get("helix.jdbc.url"),
                settings.get("helix.jdbc.user"),
                settings.get("helix.jdbc.password"));
        Statement sql = connection.createStatement()) {
      sql.execute(limit);
    }
    try (SessionStore store = JdbcStores.open(settings)) {
      List<Message> elements = List.of(element("1", "x"), element("2", TEXT.repeat(100)));
      SessionException failure =
          assertThrows(
              SessionException.class,
              () -> store.append(state("conv-a", "a"), LogVersion.NONE, elements, null));
      assertInstanceOf(SQLException.class, failure.getCause());
      assertTrue(failure.getMessage().contains("SQLSTATE 2"), failure.getMessage());
      assertNothingIn(failure);
    }
  }

  @Test
  void failedInsert_saysNothingOfTheMessage_inPostgresql(PostgresServer server) throws Exception {
    String limit = "alter table helix_message add check (octet_length(element_json) < 1000)";
    failedInsertIsSilent(JdbcStores.settings(server, server.newDatabase()), limit);
    // As with a container's DataSource, which has none of our parameters.
    failedInsertIsSilent(
        with(JdbcStores.settings(server, server.newDatabase()), "?logServerErrorDetail=true"),
        limit);
  }

  @Test
  void failedInsert_saysNothingOfTheMessage_inMariaDb(MariaDbServer server) throws Exception {
    failedInsertIsSilent(
        with(JdbcStores.settings(server, server.newDatabase()), "?dumpQueriesOnException=true"),
        "alter table helix_message add constraint small check (length(element_json) < 1000)");
  }

  @Test
  void failedInsert_saysNothingOfTheMessage_inH2() throws Exception {
    failedInsertIsSilent(
        JdbcStores.settings("jdbc:h2:" + directory.resolve("helix"), "helix", "secret"),
        "alter table helix_message add check (octet_length(element_json) < 1000)");
  }

  @Test
  void driversOwnError_whichThePoolMayLog_saysNothingOfTheMessage(PostgresServer server)
      throws Exception {
    Map<String, String> settings = JdbcStores.settings(server, server.newDatabase());
    JdbcStores.open(settings).close();
    try (JdbcPool pool = JdbcPool.of(JdbcSettings.of(settings::get));
        Connection connection = pool.source().getConnection()) {
      connection.setAutoCommit(false);
      SessionId id = new SessionId("conv-a");
      List<Message> elements = List.of(element("1", TEXT), element("2", TEXT));
      JdbcInserts.messages(connection, id, 0, elements);
      SQLException failure =
          assertThrows(SQLException.class, () -> JdbcInserts.messages(connection, id, 1, elements));
      assertEquals("23505", failure.getSQLState());
      assertNothingIn(failure);
      connection.rollback();
    }
  }

  @Test
  void commitWhoseAnswerWasLost_isNotDoneAgain_andADeadlockIs() {
    SQLException unknown = new SQLException("x", "40003");
    assertFalse(JdbcFailure.isLostRace(unknown));
    assertInstanceOf(StoreUnavailableException.class, JdbcFailure.of("x", unknown));
    for (String state : List.of("40001", "40P01")) {
      assertTrue(JdbcFailure.isLostRace(new SQLException("x", state)));
    }
  }

  @Test
  void databaseIsAway_whereConnectionsFail_andNotWhereItIsSlow() {
    SQLException busy = new SQLTransientConnectionException("the pool has none");
    SQLException refused = new SQLTransientConnectionException("the pool has none");
    refused.initCause(new SQLException("refused", "08001"));
    assertTrue(JdbcFailure.isAway(refused));
    assertTrue(JdbcFailure.isAway(new SQLException("it stops", "57P01")));
    for (SQLException slow :
        List.of(
            busy,
            new SQLException("locked", "55P03"),
            new SQLException("locked", "HY000", 1205),
            new SQLException("deadlock", "40P01"),
            new SQLException("idle", "25P03"))) {
      assertFalse(JdbcFailure.isAway(slow), slow.getMessage());
      assertInstanceOf(StoreUnavailableException.class, JdbcFailure.of("x", slow));
    }
  }

  @Test
  void databaseThatOnlyReads_isTheWrongOne() {
    for (SQLException each :
        List.of(
            new SQLException("cannot execute INSERT in a read-only transaction", "25006"),
            new SQLException("--read-only", "HY000", 1290),
            new SQLException("READ ONLY transaction", "25006", 1792),
            new SQLException("read-only mode", "HY000", 1836),
            new SQLException("replication hook", "HY000", 3100),
            ofPool(new SQLException("--super-read-only", "HY000", 1290)))) {
      assertTrue(JdbcFailure.isElsewhere(each), each::toString);
      assertTrue(JdbcFailure.isAway(each), each::toString);
      SessionException failure = JdbcFailure.of("cannot write", each);
      assertInstanceOf(StoreUnavailableException.class, failure);
      assertEquals(
          "cannot write: the database takes no writes, as one whose place another has taken",
          failure.getMessage());
    }
  }

  @Test
  void containersPool_thatWrapsTheDriversErrorTwice_isUnderstood() {
    for (String state : List.of("08001", "57P03")) {
      SQLException away = ofPool(new SQLException("refused", state));
      assertTrue(JdbcFailure.isAway(away));
      assertInstanceOf(StoreUnavailableException.class, JdbcFailure.of("x", away));
      assertSame(away, JdbcFailure.unconnected(away));
    }
    SessionException absent = JdbcFailure.of("x", ofPool(new SQLException("no such", "3D000")));
    assertTrue(
        absent.getMessage().contains("refuses the user, or there is none"), absent::toString);
  }

  @Test
  void containersPool_thatHasNoConnectionLeft_isBusyAndNotBroken() {
    SQLException busy = JdbcFailure.unconnected(ofPool(new InterruptedException("waited")));
    assertInstanceOf(StoreUnavailableException.class, JdbcFailure.of("x", busy));
    assertFalse(JdbcFailure.isAway(busy));
  }

  /** As that of WildFly puts it: an exception of Jakarta Connectors is in between. */
  private static SQLException ofPool(Throwable cause) {
    return new SQLException("IJ031084", new Exception("IJ000453", cause));
  }

  @Test
  void leasesThatCannotBePurged_areNoReasonToLoseTheOneThatWasTaken(PostgresServer server)
      throws Exception {
    String database = server.newDatabase();
    try (SessionStore store = JdbcStores.open(JdbcStores.settings(server, database))) {
      server.execute(
          database,
          "create function refuse() returns trigger language plpgsql as"
              + " 'begin raise exception ''no''; end'");
      server.execute(
          database,
          "create trigger refuse before delete on helix_lease for each statement"
              + " execute function refuse()");
      for (int i = 0; i < 1000; i++) {
        assertTrue(store.lease(new SessionId("conv-" + i), Duration.ofMinutes(1)).isPresent());
      }
    }
  }
}
