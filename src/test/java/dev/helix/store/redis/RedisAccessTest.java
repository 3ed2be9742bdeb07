package dev.helix.store.redis;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.servers.RedisCluster;
import dev.helix.servers.RedisServer;
import dev.helix.servers.RoundTrips;
import dev.helix.session.SessionException;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.StoreUnavailableException;
import dev.helix.transcript.LogVersion;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** A Redis that closes connections, is set otherwise while it runs, or is another one. */
class RedisAccessTest {
  private static final SessionState STATE = state("conv-a", "a");

  private final AtomicLong time = new AtomicLong();

  private void pass(Duration duration) {
    time.addAndGet(duration.toNanos());
  }

  /** Uses so many connections at once, all to where the key is. */
  private static void use(RedisAccess redis, int connections) {
    redis.with(
        "helix:{a}",
        wire -> {
          if (connections > 1) {
            use(redis, connections - 1);
          }
          return wire.call(Command.SET, "helix:{a}", "" + connections);
        });
  }

  private void idleOnesAreFound(String url, List<RedisServer> servers) {
    RedisAddress address = RedisAddress.parse(url, null, null);
    try (RedisAccess redis = new RedisAccess(address, null, time::get)) {
      for (int i = 0; i < 3; i++) {
        use(redis, 4);
        servers.forEach(server -> server.call("CLIENT", "KILL", "TYPE", "normal"));
        pass(Duration.ofSeconds(3));
        use(redis, 4);
      }
    }
  }

  @Test
  void connectionsThatWereClosedWhileTheyWereIdle_areReplaced_andNothingFails() {
    try (RedisServer server = RedisServer.start()) {
      idleOnesAreFound(server.url(), List.of(server));
    }
  }

  @Test
  void connectionsThatWereClosedWhileTheyWereIdle_areReplaced_alsoInACluster() {
    try (RedisCluster cluster = RedisCluster.start()) {
      idleOnesAreFound(cluster.url(), cluster.nodes());
    }
  }

  @Test
  void redisThatIsSetToLoseSomethingWhileItRuns_isNotUsedAMinuteLater_untilThatIsSetRight() {
    try (RedisServer server = RedisServer.start();
        SessionStore store =
            RedisSessionStore.open(
                RedisAddress.parse(server.url(), null, null), false, time::get)) {
      server.call("CONFIG", "SET", "appendfsync", "everysec");
      pass(Duration.ofSeconds(61));
      for (int i = 0; i < 3; i++) {
        SessionException refusal =
            assertThrows(
                SessionException.class,
                () -> store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null));
        assertFalse(refusal instanceof StoreUnavailableException);
        assertTrue(refusal.getMessage().contains("appendfsync is everysec"), refusal::getMessage);
        assertThrows(SessionException.class, store::check);
      }
      server.call("CONFIG", "SET", "appendfsync", "always");
      assertEquals(
          Outcome.DONE,
          store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null).outcome());
    }
  }

  @Test
  void redisInWhichNoSessionCanBeMade_isNotReady_andNothingIsLeftOfTheLook() {
    try (RedisServer server = RedisServer.start()) {
      server.call("ACL", "SETUSER", "ann", "on", ">secret", "~*", "+@all");
      RedisAddress address = RedisAddress.parse(server.url(), "ann", "secret");
      try (SessionStore store = RedisSessionStore.open(address, false, time::get)) {
        store.check();
        assertEquals(0L, server.call("DBSIZE"));
        for (String needed : List.of("rpush", "hset", "zadd", "evalsha", "lrange")) {
          server.call("ACL", "SETUSER", "ann", "-" + needed);
          assertThrows(SessionException.class, store::check, needed);
          server.call("ACL", "SETUSER", "ann", "+" + needed);
          store.check();
          assertEquals(0L, server.call("DBSIZE"), needed);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "READONLY You can't write against a read only replica.",
        "UNBLOCKED force unblock from blocking operation, instance state changed",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "LOADING Redis is loading the dataset in memory",
        "CLUSTERDOWN The cluster is down",
        "NOREPLICAS Not enough good replicas to write.",
        "MISCONF Errors writing to the AOF file: Input/output error",
        "ERR Error running script: @user_script:5: -READONLY You can't write against a replica."
      })
  void answerOfOneThatAnotherTakesThePlaceOf_meansUnavailable_andAnotherConnection(String answer) {
    JedisDataException failure = new JedisDataException(answer);
    RedisAddress address = RedisAddress.parse("redis://127.0.0.1", null, null);
    assertInstanceOf(StoreUnavailableException.class, RedisFailures.of(failure, address));
    assertTrue(RedisFailures.isElsewhere(failure));
  }

  /** One address, behind which another Redis takes the place of one that lives on. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "replica-serve-stale-data no, replicaof 127.0.0.1 1",
        "replicaof 127.0.0.1 1",
        "min-replicas-to-write 1"
      })
  void redisThatAnotherTookThePlaceOf_isLeft_andTheNewOneIsUsedAtOnce(String demotion) {
    try (RedisServer old = RedisServer.start();
        RedisServer next = RedisServer.start();
        RoundTrips address = RoundTrips.before(old.port());
        SessionStore store =
            RedisSessionStore.open(
                RedisAddress.parse("redis://127.0.0.1:" + address.port(), null, null),
                false,
                time::get)) {
      store.append(state("conv-b", "b"), LogVersion.NONE, List.of(), null);
      for (String each : demotion.split(", ", -1)) {
        String[] words = each.split(" ", -1);
        if (words.length == 3) {
          old.call("REPLICAOF", words[1], words[2]);
        } else {
          old.call("CONFIG", "SET", words[0], words[1]);
        }
      }
      for (int i = 0; i < 2; i++) {
        assertThrows(
            StoreUnavailableException.class,
            () -> store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null));
        assertThrows(StoreUnavailableException.class, store::check);
      }
      address.leadTo(next.port());
      assertEquals(
          Outcome.DONE,
          store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null).outcome());
      store.check();
    }
  }
}
