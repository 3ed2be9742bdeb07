package dev.helix.store.redis;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.servers.RedisCluster;
import dev.helix.servers.RedisServer;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.SessionStoreContract;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The store on a Redis Cluster of three. */
class RedisClusterTest implements SessionStoreContract {
  private static RedisCluster cluster;

  @BeforeAll
  static void start() {
    cluster = RedisCluster.start();
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void empty() {
    cluster.nodes().forEach(node -> node.call("FLUSHALL"));
  }

  @Override
  public String raw() {
    return cluster.nodes().stream().map(RawKeys::of).collect(Collectors.joining());
  }

  @Override
  public SessionStore open() {
    return open(cluster.url());
  }

  @Override
  public boolean readsEndsAlone() {
    return true;
  }

  private static SessionStore open(String url) {
    return SessionStore.open("redis", Map.of("helix.redis.url", url)::get);
  }

  private static List<String> keys(RedisServer node) {
    return ((List<?>) node.call("KEYS", "*"))
        .stream().map(key -> new String((byte[]) key, UTF_8)).toList();
  }

  private static RedisServer at(Object slot) {
    for (RedisServer node : cluster.nodes()) {
      for (Object range : (List<?>) node.call("CLUSTER", "SLOTS")) {
        List<?> fields = (List<?>) range;
        boolean within = (Long) fields.get(0) <= (Long) slot && (Long) slot <= (Long) fields.get(1);
        if (within && ((List<?>) fields.get(2)).get(1).equals((long) node.port())) {
          return node;
        }
      }
    }
    throw new AssertionError("no node has slot " + slot);
  }

  private static Object slot(String key) {
    return cluster.nodes().get(0).call("CLUSTER", "KEYSLOT", key);
  }

  @Test
  void allKeysOfASession_areInOneSlot_andSessionsOnAllNodes() {
    try (SessionStore store = open()) {
      for (int i = 0; i < 30; i++) {
        SessionState state = state("conv-" + i, "" + i);
        store.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
        store.saveNote(state.sessionId(), "why", "because");
        store.lease(state.sessionId(), Duration.ofMinutes(1));
      }
    }
    Map<String, TreeSet<Object>> slots = new TreeMap<>();
    Map<String, Integer> kept = new TreeMap<>();
    int nodesWithSessions = 0;
    for (RedisServer node : cluster.nodes()) {
      List<String> sessions = keys(node).stream().filter(key -> key.contains("{conv-")).toList();
      nodesWithSessions += sessions.isEmpty() ? 0 : 1;
      for (String key : sessions) {
        String id = key.substring(key.indexOf('{'), key.indexOf('}'));
        slots.computeIfAbsent(id, each -> new TreeSet<>()).add(slot(key));
        kept.merge(id, 1, Integer::sum);
      }
    }
    assertEquals(3, nodesWithSessions);
    assertEquals(30, slots.size());
    slots.forEach((id, places) -> assertEquals(1, places.size(), id));
    kept.forEach((id, count) -> assertEquals(4, count, id));
  }

  /** A slot on its way from one node to another, with a session's keys one by one. */
  private record Move(String number, RedisServer from, RedisServer to) {
    static Move begin(SessionId id) {
      Object slot = RedisClusterTest.slot(RedisKeys.state(id));
      RedisServer from = at(slot);
      RedisServer to = cluster.nodes().stream().filter(node -> node != from).toList().get(0);
      Move move = new Move("" + slot, from, to);
      to.call("CLUSTER", "SETSLOT", move.number, "IMPORTING", name(from));
      from.call("CLUSTER", "SETSLOT", move.number, "MIGRATING", name(to));
      return move;
    }

    private static String name(RedisServer node) {
      return new String((byte[]) node.call("CLUSTER", "MYID"), UTF_8);
    }

    void take(String... keys) {
      List<String> migrate = new ArrayList<>(List.of("127.0.0.1", "" + to.port(), "", "0"));
      migrate.addAll(List.of("5000", "KEYS"));
      migrate.addAll(List.of(keys));
      from.call("MIGRATE", migrate.toArray(String[]::new));
    }

    /** Ends as redis-cli does: what the slot still has goes along. */
    void end() {
      List<?> left = (List<?>) from.call("CLUSTER", "GETKEYSINSLOT", number, "1000");
      if (!left.isEmpty()) {
        take(left.stream().map(key -> new String((byte[]) key, UTF_8)).toArray(String[]::new));
      }
      to.call("CLUSTER", "SETSLOT", number, "NODE", name(to));
      from.call("CLUSTER", "SETSLOT", number, "NODE", name(to));
      // The others would hear of it by gossip, which may take them long.
      cluster.nodes().stream()
          .filter(node -> node != to && node != from && node.isAlive())
          .forEach(node -> node.call("CLUSTER", "SETSLOT", number, "NODE", name(to)));
    }
  }

  @Test
  void slotThatMoves_isFollowed_andItsSessionIsWhole() throws IOException {
    SessionState state = state("conv-a", "a");
    SessionId id = state.sessionId();
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      Move move = Move.begin(id);
      move.take(RedisKeys.state(id), RedisKeys.log(id));
      assertEquals(state, store.find(id).orElseThrow(), "it is asked for where it is now");
      assertEquals(List.of("1"), ids(store.read(id, LogVersion.NONE)));
      assertThrows(
          StoreUnavailableException.class,
          () -> store.append(state, one, List.of(element("2", "y")), null),
          "while the slot moves, Redis runs nothing that names keys which are not there");
      move.end();
      assertEquals(
          Outcome.DONE, store.append(state, one, List.of(element("2", "y")), null).outcome());
      assertEquals(List.of("1", "2"), ids(store.read(id, LogVersion.NONE)));
      assertTrue(keys(move.to()).contains(RedisKeys.log(id)));
    }
    cluster.awaitAgreement();
  }

  @Test
  void sessionOfWhichOnlyAPartHasMoved_isUnavailable_andNeverAbsentOrEmpty() {
    try (SessionStore store = open()) {
      for (String first : List.of("log", "state")) {
        SessionState state = state("conv-" + first, first);
        SessionId id = state.sessionId();
        LogVersion one =
            store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
        Move move = Move.begin(id);
        move.take(RedisKeys.of(id, first));
        for (LogVersion since : List.of(LogVersion.NONE, one)) {
          assertThrows(StoreUnavailableException.class, () -> store.read(id, since), first);
        }
        assertThrows(
            StoreUnavailableException.class, () -> store.export(id, (path, content) -> {}), first);
        move.take(RedisKeys.of(id, first.equals("log") ? "state" : "log"));
        assertEquals(List.of("1"), ids(store.read(id, LogVersion.NONE)));
        assertEquals(List.of(), ids(store.read(id, one)));
        move.end();
        assertEquals(List.of("1"), ids(store.read(id, LogVersion.NONE)));
      }
    }
    cluster.awaitAgreement();
  }

  @Test
  void sessionListedOnly_isPassedOver_andForgottenWhenItWasNotMadeForLong() {
    try (SessionStore store = open()) {
      for (String id : List.of("conv-a", "conv-b", "conv-c")) {
        store.append(state(id, id.substring(5)), LogVersion.NONE, List.of(), null);
      }
      RedisServer order = at(slot(RedisKeys.ORDER));
      String time = RedisRow.micros(NOW);
      order.call("ZADD", RedisKeys.ORDER, time, "conv-bb");
      for (int i = 0; i < 2; i++) {
        assertEquals(List.of("conv-c", "conv-b", "conv-a"), names(store.list(3)));
        assertNotEquals(null, order.call("ZSCORE", RedisKeys.ORDER, "conv-bb"));
      }
      order.call("HSET", RedisKeys.GHOSTS, "conv-bb " + time, "1");
      assertEquals(List.of("conv-c", "conv-b", "conv-a"), names(store.list(3)));
      assertNull(order.call("ZSCORE", RedisKeys.ORDER, "conv-bb"));
      assertEquals(0L, order.call("HLEN", RedisKeys.GHOSTS));
    }
  }

  @Test
  void entryThatACrashLeftBehind_keepsItsPlaceInThePages_andIsThenSetRight() {
    try (SessionStore store = open()) {
      for (int i = 0; i < 4; i++) {
        SessionState state = state("conv-" + i, "" + i).withUpdatedAt(NOW.plusSeconds(i));
        store.append(state, LogVersion.NONE, List.of(), null);
      }
      // The turn that made it the last used one was stored, and then the server died.
      at(slot(RedisKeys.ORDER)).call("ZADD", RedisKeys.ORDER, RedisRow.micros(NOW), "conv-3");
      List<String> paged = new ArrayList<>();
      List<SessionState> page = store.list(1);
      while (!page.isEmpty()) {
        paged.addAll(names(page));
        page = store.list(SessionStore.Position.of(page.get(0)), 1);
      }
      assertEquals(List.of("conv-2", "conv-1", "conv-3", "conv-0"), paged);
      assertEquals(List.of("conv-3", "conv-2", "conv-1", "conv-0"), names(store.list(9)));
      assertEquals(NOW.plusSeconds(3), store.list(1).get(0).updatedAt());
    }
  }

  @Test
  void urlOfAClusterThatSaysOneServer_isRefusedWithTheRemedy() {
    SessionException refusal =
        assertThrows(SessionException.class, () -> open(cluster.nodes().get(0).url()));
    assertTrue(refusal.getMessage().contains("redis+cluster://"), refusal.getMessage());
  }

  private static List<String> names(List<SessionState> states) {
    return states.stream().map(state -> state.sessionId().value()).toList();
  }
}
