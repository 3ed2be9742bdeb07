package dev.helix.store.redis;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.servers.RedisCluster;
import dev.helix.servers.RedisServer;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.StoreUnavailableException;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A node of a Redis Cluster dies. */
class RedisFailOverTest {
  private static final int SESSIONS = 12;

  private static SessionStore open(RedisCluster cluster) {
    return SessionStore.open("redis", Map.of("helix.redis.url", cluster.url())::get);
  }

  private static SessionState session(int number) {
    return state("conv-" + number, "" + number);
  }

  private static Map<Integer, LogVersion> stored(SessionStore store) {
    Map<Integer, LogVersion> versions = new HashMap<>();
    for (int i = 0; i < SESSIONS; i++) {
      Message first = element("1", "x");
      versions.put(i, store.append(session(i), LogVersion.NONE, List.of(first), null).version());
    }
    return versions;
  }

  /** Appends as soon as it can be done, reading on first; all that fails is that it cannot yet. */
  private static int appendOnceThere(SessionStore store, int number, LogVersion expected) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    SessionState state = session(number);
    LogVersion version = expected;
    for (int failures = 0; ; failures++) {
      try {
        if (failures > 0) {
          version = store.read(state.sessionId(), LogVersion.NONE).version();
        }
        Message second = element("2", "y");
        assertEquals(Outcome.DONE, store.append(state, version, List.of(second), null).outcome());
        return failures;
      } catch (StoreUnavailableException e) {
        assertTrue(System.nanoTime() < deadline, "unavailable for too long: " + e.getMessage());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  private static void assertAllGoesOn(SessionStore store, Map<Integer, LogVersion> versions) {
    int failures = 0;
    for (int i = 0; i < SESSIONS; i++) {
      failures += appendOnceThere(store, i, versions.get(i));
      assertEquals(List.of("1", "2"), ids(store.read(session(i).sessionId(), LogVersion.NONE)));
    }
    assertTrue(failures > 0, "the dead node had no part in it");
    assertEquals(SESSIONS, store.list(99).size());
  }

  @Test
  void nodeWithAReplica_dies_andItsSessionsGoOnThere() {
    try (RedisCluster cluster = RedisCluster.start()) {
      cluster.addReplica();
      try (SessionStore store = open(cluster)) {
        Map<Integer, LogVersion> versions = stored(store);
        cluster.awaitReplication();
        cluster.nodes().get(2).kill();
        assertAllGoesOn(store, versions);
      }
    }
  }

  @Test
  void nodeWithoutAReplica_dies_andItsSessionsAreThereWhenItIsBack() throws IOException {
    try (RedisCluster cluster = RedisCluster.start();
        SessionStore store = open(cluster)) {
      Map<Integer, LogVersion> versions = stored(store);
      RedisServer dying = cluster.nodes().get(2);
      dying.kill();
      assertThrows(
          StoreUnavailableException.class,
          () -> {
            for (int i = 0; i < SESSIONS; i++) {
              store.find(session(i).sessionId());
            }
          });
      dying.restart();
      assertAllGoesOn(store, versions);
    }
  }
}
