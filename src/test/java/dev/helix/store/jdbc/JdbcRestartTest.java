package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.StoreUnavailableException;
import dev.helix.transcript.LogVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real PostgreSQL that goes away and comes back. */
@ExtendWith(SharedServers.class)
class JdbcRestartTest {
  private static final int WRITERS = 4;

  private final PostgresServer server;
  private final String database;

  JdbcRestartTest(PostgresServer server) {
    this.server = server;
    this.database = server.newDatabase();
  }

  @AfterEach
  void othersFindTheServer() throws Exception {
    if (!server.isRunning()) {
      server.start();
    }
  }

  /** One conversation that grows by one message after the other. */
  private final class Writer {
    private final SessionState state;
    private final List<String> acknowledged = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();

    Writer(int number) {
      state = state("conv-" + number, "" + number);
    }

    Void write(SessionStore store) {
      LogVersion version = LogVersion.NONE;
      for (int i = 0; !ended; i++) {
        String id = "m" + i;
        try {
          SessionStore.Appended appended =
              store.append(state, version, List.of(element(id, "x")), null);
          if (appended.outcome() == Outcome.CONFLICT && !unknown.isEmpty()) {
            // The last one before was being stored while its connection broke and the log was read.
            version = store.read(state.sessionId(), LogVersion.NONE).version();
            continue;
          }
          assertEquals(Outcome.DONE, appended.outcome());
          acknowledged.add(id);
          acknowledgements.incrementAndGet();
          version = appended.version();
        } catch (StoreUnavailableException e) {
          unknown.add(id);
          version = versionOnceBack(store, e);
        }
      }
      return null;
    }

    private LogVersion versionOnceBack(SessionStore store, StoreUnavailableException first) {
      failures.incrementAndGet();
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (System.nanoTime() < deadline) {
        try {
          return store.read(state.sessionId(), LogVersion.NONE).version();
        } catch (StoreUnavailableException e) {
          failures.incrementAndGet();
        }
      }
      throw first;
    }

    /** That all that was acknowledged is there, once and in order, and else only what may be. */
    void check(SessionStore store) {
      List<String> stored = ids(store.read(state.sessionId(), LogVersion.NONE));
      assertEquals(stored.size(), new HashSet<>(stored).size(), "stored twice");
      List<String> certain = new ArrayList<>(stored);
      certain.removeAll(unknown);
      assertEquals(acknowledged, certain);
    }
  }

  private final List<Future<Void>> running = new ArrayList<>();
  private final AtomicInteger acknowledgements = new AtomicInteger();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile boolean ended;

  private void await(String what, BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, what);
      for (Future<Void> each : running) {
        if (each.isDone()) {
          each.get(); // Says why it ended before its time.
        }
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void serverKilledUnderLoad_losesNothingAcknowledged_andIsUsedAgain() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
    List<Writer> writers = new ArrayList<>();
    try (SessionStore store = JdbcStores.open(JdbcStores.settings(server, database))) {
      for (int i = 0; i < WRITERS; i++) {
        Writer writer = new Writer(i);
        writers.add(writer);
        running.add(executor.submit(() -> writer.write(store)));
      }
      for (int round = 0; round < 3; round++) {
        int before = acknowledgements.get();
        await("appends", () -> acknowledgements.get() >= before + 100);
        int failed = failures.get();
        if (round == 1) {
          server.stop();
        } else {
          server.kill();
        }
        await("failures", () -> failures.get() > failed);
        server.start();
      }
      int before = acknowledgements.get();
      await("appends after the last start", () -> acknowledgements.get() >= before + 100);
      ended = true;
      for (Future<Void> each : running) {
        each.get();
      }
      for (Writer writer : writers) {
        writer.check(store);
      }
    } finally {
      ended = true;
      executor.shutdown();
      assertTrue(executor.awaitTermination(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void serverThatIsDown_isNoReasonNotToStart_andIsUsedOnceItIsThere() throws Exception {
    server.stop();
    try (SessionStore store =
        JdbcStores.impatient().open(JdbcStores.settings(server, database)::get)) {
      SessionId id = new SessionId("conv-a");
      assertThrows(StoreUnavailableException.class, () -> store.find(id));
      assertThrows(StoreUnavailableException.class, store::check);
      server.start();
      await("the server to be found", () -> isThere(store));
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null);
      assertEquals(List.of("1"), ids(store.read(id, LogVersion.NONE)));
    }
  }

  private static boolean isThere(SessionStore store) {
    try {
      store.check();
      return true;
    } catch (StoreUnavailableException e) {
      return false;
    }
  }

  @Test
  void lookAtAServerThatIsDown_saysSo() throws Exception {
    server.stop();
    assertThrows(
        StoreUnavailableException.class,
        () -> JdbcStores.impatient().openToRead(JdbcStores.settings(server, database)::get));
  }
}
