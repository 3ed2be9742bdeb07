package dev.helix.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.helix.message.Message;
import dev.helix.scripted.Json;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.RoundTrips;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.Step;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Durable turns in PostgreSQL: what the endpoint asks of the store for a turn of a conversation
 * that it knows, to look for the session and append the question and the answer one after the
 * other, against inserts of the same bytes into a bare table, each with its commit. They take turns
 * on one server, on as many connections; by one writer and by several. In turns a second; and what
 * a turn is on the wire.
 */
final class JdbcTurns {
  private static final int WRITERS = 8;
  private static final int POOL = 10;
  private static final List<Message> TURN =
      List.of(message("user", 200, "q"), message("assistant", 1000, "a"));

  private final int rounds;
  private final int turns;
  private int round;

  JdbcTurns(int rounds, int turns) {
    this.rounds = rounds;
    this.turns = turns;
  }

  private static Message message(String role, int length, String of) {
    return Message.parse(
        ("{\"id\":\"m\",\"parent_id\":null,\"role\":\""
                + role
                + "\",\"content\":\""
                + of.repeat(length)
                + "\"}")
            .getBytes(UTF_8));
  }

  /** What one writer does of a turn. */
  private interface Work {
    void turns(int writer, int turns) throws SQLException;
  }

  void run(Results results) throws IOException {
    try (PostgresServer server = PostgresServer.begin()) {
      server.execute(
          "postgres",
          "create table bare (id varchar(200), seq bigint, json bytea, primary key (id, seq))");
      try (SessionStore store = store(server, server.port());
          HikariDataSource pool = pool(server)) {
        ObjectNode figures = Json.object();
        for (int writers : new int[] {1, WRITERS}) {
          figures.set("writers_" + writers, run(store, pool, writers, results));
        }
        results.detail("postgresql", figures);
      }
      onTheWire(server, results);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SessionStore store(PostgresServer server, int port) {
    String url = server.url("postgres").replace(":" + server.port() + "/", ":" + port + "/");
    Map<String, String> settings =
        Map.of(
            "helix.jdbc.url",
            url,
            "helix.jdbc.user",
            server.user(),
            "helix.jdbc.password",
            server.password(),
            "helix.jdbc.pool.size",
            "" + POOL);
    return SessionStore.open("jdbc", settings::get);
  }

  private static void onTheWire(PostgresServer server, Results results) {
    try (RoundTrips wire = RoundTrips.before(server.port());
        SessionStore store = store(server, wire.port())) {
      LogVersion version = turns(store, "wire", LogVersion.NONE, 20);
      List<Double> trips = new ArrayList<>();
      List<Double> transactions = new ArrayList<>();
      for (int i = 0; i < 15; i++) {
        int tripsBefore = wire.count();
        int transactionsBefore = wire.transactions();
        version = turns(store, "wire", version, 1);
        trips.add((double) (wire.count() - tripsBefore));
        transactions.add((double) (wire.transactions() - transactionsBefore));
      }
      results.add(Key.POSTGRES_ROUND_TRIPS, "round trips", Spread.of(trips), Goal.atMost(8));
      results.add(
          Key.POSTGRES_ROUND_TRIPS, "transactions", Spread.of(transactions), Goal.atMost(4));
    }
  }

  private static HikariDataSource pool(PostgresServer server) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(server.url("postgres"));
    config.setUsername(server.user());
    config.setPassword(server.password());
    config.setMaximumPoolSize(POOL);
    config.setAutoCommit(false);
    return new HikariDataSource(config);
  }

  private ObjectNode run(SessionStore store, HikariDataSource pool, int writers, Results results) {
    Work stored =
        (writer, count) -> {
          LogVersion unused = turns(store, "conv-" + round + "-" + writer, LogVersion.NONE, count);
        };
    Work bare = (writer, count) -> insert(pool, "conv-" + round + "-" + writer, count);
    round++; // Conversations that nobody else has written.
    perSecond(stored, writers);
    perSecond(bare, writers);
    List<Double> storedRates = new ArrayList<>();
    List<Double> bareRates = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      round++;
      storedRates.add(perSecond(stored, writers));
      bareRates.add(perSecond(bare, writers));
      ratios.add(storedRates.get(i) / bareRates.get(i));
    }
    ObjectNode figures = Json.object();
    put(figures, writers, "turns_per_second", Spread.of(storedRates));
    put(figures, writers, "bare_turns_per_second", Spread.of(bareRates));
    results.add(
        Key.POSTGRES_TURNS_OVER_INSERTS,
        writers + (writers == 1 ? " writer" : " writers"),
        Spread.of(ratios),
        writers == 1 ? null : Goal.atLeast(0.7));
    return figures;
  }

  private static void put(ObjectNode figures, int writers, String name, Spread spread) {
    System.out.println("    writers " + writers + ", " + name + ": " + spread);
    figures.set(name, spread.toJson());
  }

  private double perSecond(Work work, int writers) {
    ExecutorService executor = Executors.newFixedThreadPool(writers);
    int each = Math.max(1, turns / writers);
    long start = System.nanoTime();
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        running.add(
            executor.submit(
                () -> {
                  work.turns(writer, each);
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      executor.shutdownNow();
    }
    return each * writers * 1e9 / (System.nanoTime() - start);
  }

  private static LogVersion turns(SessionStore store, String name, LogVersion known, int turns) {
    SessionId id = new SessionId(name);
    Instant now = Instant.now();
    SessionState fresh =
        new SessionState(
            id,
            SessionStatus.DISCUSSING,
            Step.WHAT,
            now,
            now,
            "first",
            null,
            name,
            Owner.ANONYMOUS);
    LogVersion version = known;
    for (int turn = 0; turn < turns; turn++) {
      SessionState state = store.find(id).orElse(fresh);
      for (Message message : TURN) {
        Appended appended =
            store.append(state.withUpdatedAt(Instant.now()), version, List.of(message), null);
        if (appended.outcome() != Outcome.DONE) {
          throw new IllegalStateException(appended.toString());
        }
        version = appended.version();
      }
      store.force(id);
    }
    return version;
  }

  private static void insert(HikariDataSource pool, String id, int turns) throws SQLException {
    for (int i = 0; i < turns * TURN.size(); i++) {
      try (Connection connection = pool.getConnection();
          PreparedStatement insert =
              connection.prepareStatement("insert into bare (id, seq, json) values (?, ?, ?)")) {
        insert.setString(1, id);
        insert.setLong(2, i);
        insert.setBytes(3, TURN.get(i % TURN.size()).elementJson());
        insert.executeUpdate();
        connection.commit();
      }
    }
  }
}
