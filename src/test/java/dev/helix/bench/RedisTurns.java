package dev.helix.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.Message;
import dev.helix.scripted.Json;
import dev.helix.servers.RedisServer;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.Step;
import dev.helix.transcript.LogVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/**
 * What a turn costs in Redis, as a question and an answer that are appended one after the other,
 * against two bare RPUSH of the same bytes to the same Redis, which forces both. Both take turns,
 * with one caller and with 16; and a turn at 2,000 stored messages against one at 10.
 */
final class RedisTurns {
  private static final int MANY = 16;
  private static final int EARLY = 10;
  private static final int LATE = 2000;
  private static final String QUESTION = text(200);
  private static final String ANSWER = text(1000);

  private final int rounds;
  private final int turns;

  /**
   * @param turns in each round of each caller
   */
  RedisTurns(int rounds, int turns) {
    this.rounds = rounds;
    this.turns = turns;
  }

  ObjectNode run() {
    ObjectNode figures = Json.object().put("rounds", rounds).put("turns_a_round", turns);
    ExecutorService executor = Executors.newFixedThreadPool(MANY);
    try (RedisServer server = RedisServer.start();
        SessionStore store =
            SessionStore.open("redis", Map.of("helix.redis.url", server.url())::get)) {
      for (int callers : new int[] {1, MANY}) {
        callers(figures, executor, server, store, callers);
      }
      lengths(figures, store);
    } finally {
      executor.shutdownNow();
    }
    return figures;
  }

  private void callers(
      ObjectNode figures,
      ExecutorService executor,
      RedisServer server,
      SessionStore store,
      int callers) {
    List<Double> turn = new ArrayList<>();
    List<Double> bare = new ArrayList<>();
    List<Double> ratio = new ArrayList<>();
    // The first of them is for the compiler.
    for (int round = -1; round < rounds; round++) {
      List<Callable<Void>> turning = new ArrayList<>();
      List<Callable<Void>> pushing = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        String name = callers + "-" + round + "-" + caller;
        turning.add(() -> turns(new Conversation(store, name)));
        pushing.add(() -> pushes(server, "bare-" + name));
      }
      double pushed = perSecond(executor, pushing);
      double turned = perSecond(executor, turning);
      if (round >= 0) {
        turn.add(turned);
        bare.add(pushed);
        ratio.add(turned / pushed);
      }
    }
    put(figures, "turns_a_second_" + callers, turn);
    put(figures, "bare_a_second_" + callers, bare);
    put(figures, "turns_to_bare_" + callers, ratio);
  }

  private double perSecond(ExecutorService executor, List<Callable<Void>> work) {
    long start = System.nanoTime();
    try {
      for (Future<Void> future : executor.invokeAll(work)) {
        future.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return work.size() * turns / ((System.nanoTime() - start) / 1e9);
  }

  private Void turns(Conversation conversation) {
    for (int i = 0; i < turns; i++) {
      conversation.turn();
    }
    return null;
  }

  private Void pushes(RedisServer server, String key) {
    try (Connection connection = new Connection("127.0.0.1", server.port())) {
      byte[][] question = {key.getBytes(UTF_8), element(0, QUESTION).elementJson()};
      byte[][] answer = {key.getBytes(UTF_8), element(1, ANSWER).elementJson()};
      for (int i = 0; i < turns; i++) {
        connection.sendCommand(Command.RPUSH, question);
        connection.getIntegerReply();
        connection.sendCommand(Command.RPUSH, answer);
        connection.getIntegerReply();
      }
    }
    return null;
  }

  private void lengths(ObjectNode figures, SessionStore store) {
    List<Double> early = new ArrayList<>();
    List<Double> late = new ArrayList<>();
    Conversation grown = new Conversation(store, "late");
    while (grown.length() < LATE) {
      grown.turn();
    }
    for (int round = 0; round < rounds; round++) {
      Sample atEarly = new Sample();
      Sample atLate = new Sample();
      for (int i = 0; i < 20; i++) {
        Conversation fresh = new Conversation(store, "early-" + round + "-" + i);
        while (fresh.length() < EARLY) {
          fresh.turn();
        }
        atEarly.add(timed(fresh));
        atLate.add(timed(grown));
      }
      early.add(atEarly.millis(0.5));
      late.add(atLate.millis(0.5));
    }
    put(figures, "turn_at_" + EARLY + "_ms", early);
    put(figures, "turn_at_" + LATE + "_ms", late);
    figures.put("late_to_early", Spread.of(late).median() / Spread.of(early).median());
  }

  private static long timed(Conversation conversation) {
    long start = System.nanoTime();
    conversation.turn();
    return System.nanoTime() - start;
  }

  private static void put(ObjectNode figures, String name, List<Double> values) {
    Spread spread = Spread.of(values);
    System.out.println("    " + name + ": " + spread);
    figures.set(name, spread.toJson());
  }

  /** A conversation of one caller's. */
  private static final class Conversation {
    private final SessionStore store;
    private final SessionState state;
    private LogVersion version = LogVersion.NONE;

    Conversation(SessionStore store, String name) {
      this.store = store;
      Instant now = Instant.now();
      this.state =
          new SessionState(
              new SessionId("conv-" + name),
              SessionStatus.DISCUSSING,
              Step.WHAT,
              now,
              now,
              QUESTION,
              null,
              name,
              Owner.ANONYMOUS);
    }

    long length() {
      return version.length();
    }

    void turn() {
      append(element(length(), QUESTION));
      append(element(length(), ANSWER));
      store.force(state.sessionId());
    }

    private void append(Message element) {
      Appended appended =
          store.append(state.withUpdatedAt(Instant.now()), version, List.of(element), null);
      if (appended.outcome() != Outcome.DONE) {
        throw new IllegalStateException("not stored: " + appended.outcome());
      }
      version = appended.version();
    }
  }

  private static Message element(long number, String text) {
    return Message.parse(
        ("{\"id\":\"" + number + "\",\"role\":\"user\",\"content\":\"" + text + "\"}")
            .getBytes(UTF_8));
  }

  private static String text(int length) {
    return "lorem ipsum ".repeat(length).substring(0, length);
  }
}
