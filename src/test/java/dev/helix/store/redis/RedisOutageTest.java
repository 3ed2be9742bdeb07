package dev.helix.store.redis;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.servers.RedisServer;
import dev.helix.session.Lease;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.WholeSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Redis dies, comes back, is not there yet, or has no room. */
class RedisOutageTest {
  private static final SessionId ID = new SessionId("conv-a");
  private static final SessionState STATE = state("conv-a", "a");

  private static SessionStore open(RedisServer server) {
    return SessionStore.open("redis", Map.of("helix.redis.url", server.url())::get);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "waited for too long");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Appends to a session of its own, one after the other, until it is told to end. */
  private static final class Writer implements Callable<Writer> {
    private final SessionStore store;
    private final SessionState state;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean ended;

    Writer(SessionStore store, int number) {
      this.store = store;
      this.state = state("conv-" + number, "" + number);
    }

    @Override
    public Writer call() {
      LogVersion version = LogVersion.NONE;
      boolean unknown = false;
      while (!ended) {
        try {
          if (unknown) {
            // Nobody knows whether the last one was stored: its reader does.
            SessionStore.Reading read = store.read(state.sessionId(), LogVersion.NONE);
            version = read.version();
            assertTrue(read.elements().size() >= acknowledged.get(), "acknowledged and lost");
            acknowledged.set(read.elements().size());
            unknown = false;
          }
          Message next = element("" + acknowledged.get(), "x".repeat(500));
          SessionStore.Appended appended = store.append(state, version, List.of(next), null);
          assertEquals(Outcome.DONE, appended.outcome());
          version = appended.version();
          acknowledged.incrementAndGet();
        } catch (StoreUnavailableException e) {
          failures.incrementAndGet();
          unknown = true;
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
      }
      return this;
    }
  }

  @Test
  void redisKilledUnderLoad_losesNothingAcknowledged_andIsUsedAgainWhenItIsBack() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (RedisServer server = RedisServer.start();
        SessionStore store = open(server)) {
      List<Writer> writers = new ArrayList<>();
      List<Future<Writer>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        writers.add(new Writer(store, i));
        running.add(executor.submit(writers.get(i)));
      }
      for (int kill = 1; kill <= 5; kill++) {
        List<Integer> before = writers.stream().map(writer -> writer.acknowledged.get()).toList();
        int kills = kill;
        await(() -> isFurther(writers, before, 20));
        // As it was acknowledged before the kill, so much is there after it.
        List<Integer> promised = writers.stream().map(writer -> writer.acknowledged.get()).toList();
        server.kill();
        await(() -> writers.stream().allMatch(writer -> writer.failures.get() >= kills));
        server.restart();
        for (int i = 0; i < threads; i++) {
          long stored = (Long) server.call("LLEN", RedisKeys.log(writers.get(i).state.sessionId()));
          assertTrue(stored >= promised.get(i), stored + " of " + promised.get(i));
        }
      }
      List<Integer> before = writers.stream().map(writer -> writer.acknowledged.get()).toList();
      await(() -> isFurther(writers, before, 5));
      for (Writer writer : writers) {
        writer.ended = true;
      }
      for (Future<Writer> future : running) {
        Writer writer = future.get(60, TimeUnit.SECONDS);
        List<String> stored = ids(store.read(writer.state.sessionId(), LogVersion.NONE));
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < writer.acknowledged.get(); i++) {
          expected.add("" + i);
        }
        assertEquals(expected, stored);
        assertEquals(stored.size(), new HashSet<>(stored).size());
      }
      assertEquals(threads, store.list(100).size());
    } finally {
      executor.shutdownNow();
    }
  }

  private static boolean isFurther(List<Writer> writers, List<Integer> before, int by) {
    for (int i = 0; i < writers.size(); i++) {
      if (writers.get(i).acknowledged.get() < before.get(i) + by) {
        return false;
      }
    }
    return true;
  }

  @Test
  void tornEndOfTheAppendOnlyFile_losesTheLastAppendAsAWhole_andNothingBefore() throws Exception {
    for (int cut : new int[] {1, 30, 200, 333}) {
      try (RedisServer server = RedisServer.start();
          SessionStore store = open(server)) {
        LogVersion one =
            store
                .append(STATE, LogVersion.NONE, List.of(element("1", "x"), element("2", "y")), null)
                .version();
        store.append(STATE, one, List.of(element("3", "x"), element("4", "y")), null);
        server.kill();
        try (FileChannel file =
            FileChannel.open(server.appendOnlyFile(), StandardOpenOption.WRITE)) {
          file.truncate(file.size() - cut);
        }
        server.restart();
        awaitThere(store);
        SessionStore.Reading read = store.read(ID, LogVersion.NONE);
        assertEquals(List.of("1", "2"), ids(read), "cut by " + cut);
        assertEquals(one, read.version());
        assertEquals(
            Outcome.DONE, store.append(STATE, one, List.of(element("5", "z")), null).outcome());
      }
    }
  }

  /** Returns when what was left of connections to the one that died is used up. */
  private static void awaitThere(SessionStore store) {
    await(
        () -> {
          try {
            store.check();
            return true;
          } catch (StoreUnavailableException e) {
            return false;
          }
        });
  }

  @Test
  void leaseAndItsNumber_surviveARestart() throws IOException {
    try (RedisServer server = RedisServer.start();
        SessionStore store = open(server)) {
      Lease lease = store.lease(ID, Duration.ofHours(1)).orElseThrow();
      server.kill();
      server.restart();
      awaitThere(store);
      assertEquals(Optional.empty(), store.lease(ID, Duration.ofHours(1)));
      assertEquals(
          Outcome.DONE,
          store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), lease).outcome());
      store.release(lease);
      assertTrue(store.delete(ID));
      assertTrue(store.lease(ID, Duration.ofHours(1)).orElseThrow().number() > lease.number());
    }
  }

  @Test
  void storeOpenedWhileRedisIsDown_saysSo_andWorksWhenItIsThere() throws IOException {
    try (RedisServer server = startedOnce();
        SessionStore store = open(server)) {
      assertThrows(StoreUnavailableException.class, () -> store.find(ID));
      assertThrows(StoreUnavailableException.class, store::check);
      assertThrows(
          StoreUnavailableException.class,
          () -> store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null));
      server.restart();
      store.check();
      assertEquals(Optional.empty(), store.find(ID));
      assertEquals(
          Outcome.DONE,
          store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null).outcome());
    }
  }

  /** A server that could be started, and is down. */
  private static RedisServer startedOnce(String... settings) {
    RedisServer server = RedisServer.start(settings);
    server.kill();
    return server;
  }

  @Test
  void redisThatComesUpAndMayLoseSomething_isNotUsed() throws IOException {
    try (RedisServer server = startedOnce("appendfsync everysec");
        SessionStore store = open(server)) {
      assertThrows(StoreUnavailableException.class, () -> store.find(ID));
      server.restart();
      for (int i = 0; i < 2; i++) {
        SessionException refusal =
            assertThrows(
                SessionException.class,
                () -> store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null));
        assertFalse(refusal instanceof StoreUnavailableException);
        assertTrue(refusal.getMessage().contains("appendfsync is everysec"), refusal.getMessage());
      }
      assertEquals(0L, server.call("DBSIZE"));
      server.call("CONFIG", "SET", "appendfsync", "always");
      assertEquals(
          Outcome.DONE,
          store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null).outcome());
    }
  }

  @Test
  void serverThatForgetsItsScripts_isToldThemAgain() {
    try (RedisServer server = RedisServer.start();
        SessionStore store = open(server)) {
      LogVersion version =
          store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null).version();
      server.call("SCRIPT", "FLUSH");
      assertEquals(
          Outcome.DONE, store.append(STATE, version, List.of(element("2", "y")), null).outcome());
      assertEquals(List.of("1", "2"), ids(store.read(ID, LogVersion.NONE)));
    }
  }

  @Test
  void serverWithoutRoom_saysSo_keepsWhatItHas_andGoesOnWhenThereIsSome() {
    try (RedisServer server = RedisServer.start();
        SessionStore store = open(server)) {
      LogVersion version =
          store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null).version();
      server.call("CONFIG", "SET", "maxmemory", "1");
      assertThrows(
          StorageFullException.class,
          () -> store.append(STATE, version, List.of(element("2", "y")), null));
      assertThrows(
          StorageFullException.class,
          () ->
              store.append(
                  state("conv-b", "b"), LogVersion.NONE, List.of(element("1", "y")), null));
      assertThrows(StorageFullException.class, store::check);
      assertEquals(List.of("1"), ids(store.read(ID, LogVersion.NONE)));
      assertEquals(List.of(STATE), store.list(9));
      server.call("CONFIG", "SET", "maxmemory", "0");
      assertEquals(
          Outcome.DONE, store.append(STATE, version, List.of(element("2", "y")), null).outcome());
    }
  }

  @Test
  void serverThatBecameAReplica_isUnavailable_untilItTakesWritesAgain() {
    try (RedisServer server = RedisServer.start();
        SessionStore store = open(server)) {
      LogVersion version =
          store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null).version();
      server.call("REPLICAOF", "127.0.0.1", "1");
      assertThrows(
          StoreUnavailableException.class,
          () -> store.append(STATE, version, List.of(element("2", "y")), null));
      server.call("REPLICAOF", "NO", "ONE");
      assertEquals(
          Outcome.DONE, store.append(STATE, version, List.of(element("2", "y")), null).outcome());
    }
  }

  @Test
  void whatTheServerSaysOfDamage_isTold() {
    try (RedisServer server = RedisServer.start();
        SessionStore store = open(server)) {
      store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null);
      store.append(state("conv-b", "b"), LogVersion.NONE, List.of(), null);
      server.call("HSET", RedisKeys.state(ID), "json", "{\"half");
      assertEquals(ID, store.find(ID).orElseThrow().sessionId());
      assertEquals(1, store.damages());
      assertEquals(
          Set.of(ID, new SessionId("conv-b")),
          store.list(9).stream().map(SessionState::sessionId).collect(Collectors.toSet()));
      server.call("SET", RedisKeys.OWNER_SECRET, new String(new byte[31], UTF_8));
      assertThrows(SessionException.class, store::ownerSecret);
    }
  }

  @Test
  void sessionMadeWhereOnlyAStateWasDropped_hasNothingOfTheEarlierOne() throws IOException {
    try (RedisServer server = RedisServer.start();
        SessionStore store = open(server)) {
      Map<String, byte[]> archived = new TreeMap<>();
      store.append(STATE, LogVersion.NONE, List.of(), null);
      store.export(ID, (path, content) -> archived.put(path, content));
      for (boolean restored : new boolean[] {false, true}) {
        assertTrue(store.delete(ID));
        store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null);
        store.saveNote(ID, "why", "because");
        // As a Redis may do that is allowed to lose something.
        server.call("DEL", RedisKeys.state(ID));
        if (restored) {
          assertTrue(store.restore(ID, WholeSession.files(archived)));
        } else {
          LogVersion one =
              store.append(STATE, LogVersion.NONE, List.of(element("2", "y")), null).version();
          assertEquals(1, one.length());
        }
        assertEquals(restored ? List.of() : List.of("2"), ids(store.read(ID, LogVersion.NONE)));
        assertEquals(Optional.empty(), store.note(ID, "why"));
      }
    }
  }
}
