package dev.helix.store;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.Step;
import dev.helix.transcript.LogVersion;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** What is appended to a session is read, whole and in order. */
interface StoredLogContract extends StoreUnderTest {
  @Test
  default void absentSession_isFoundNowhere_andIsNoError() {
    try (SessionStore store = open()) {
      SessionId id = new SessionId("conv-a");
      assertEquals(Optional.empty(), store.find(id));
      assertEquals(Reading.NOTHING, store.read(id, LogVersion.NONE));
      assertEquals(Reading.NOTHING, store.read(id, new LogVersion("old", 7)));
      assertFalse(store.update(new SessionId("conv-a"), found -> found).isPresent());
      assertFalse(store.delete(id));
      store.force(id);
      assertEquals(List.of(), store.list(10));
    }
  }

  @Test
  default void firstAppend_createsTheSession_andAReopenedStoreHasIt() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      Appended appended = store.append(state, LogVersion.NONE, List.of(element("1", "one")), null);
      assertEquals(Outcome.DONE, appended.outcome());
      assertEquals(Optional.of(state), store.find(state.sessionId()));
      Reading reading = store.read(state.sessionId(), LogVersion.NONE);
      assertEquals(List.of("1"), ids(reading));
      assertEquals(appended.version(), reading.version());
      assertTrue(reading.fromStart());
      store.force(state.sessionId());
    }
    try (SessionStore store = open()) {
      assertEquals(Optional.of(state), store.find(state.sessionId()));
      Reading reading = store.read(state.sessionId(), LogVersion.NONE);
      assertEquals(List.of("1"), ids(reading));
      assertEquals("one", reading.elements().get(0).text());
    }
  }

  /** Told soon enough, however many elements are read at once. */
  @Test
  default void readingALongLog_saysWhatItTakes_andEndsWhereThatIsTooMuch() {
    SessionState state = state("conv-a", "a");
    SessionId id = state.sessionId();
    String text = "x".repeat(1 << 20);
    try (SessionStore store = open()) {
      LogVersion version = LogVersion.NONE;
      for (int i = 0; i < 12; i++) {
        version = store.append(state, version, List.of(element("" + i, text)), null).version();
      }
      long[] most = {0};
      Reading all = store.read(id, LogVersion.NONE, bytes -> most[0] = Math.max(most[0], bytes));
      assertEquals(12, all.elements().size());
      assertTrue(most[0] > 12 << 20, () -> "told: " + most[0]);
      assertTrue(most[0] < 13 << 20, () -> "told: " + most[0]);

      LongConsumer little =
          bytes -> {
            if (bytes > 5 << 20) {
              throw new IllegalStateException("too much");
            }
          };
      assertThrows(IllegalStateException.class, () -> store.read(id, LogVersion.NONE, little));
      most[0] = 0;
      Reading end = store.readEnd(id, 100, bytes -> most[0] = Math.max(most[0], bytes));
      long held = end.elements().stream().mapToLong(Message::length).sum();
      assertTrue(held > 1 << 20 && held < 5 << 20, () -> "read: " + held);
      assertEquals(held, most[0]);
      assertEquals(List.of(), store.read(id, version, little).elements());
      assertEquals(12, store.read(id, LogVersion.NONE).elements().size());
    }
  }

  @Test
  default void sessionWithoutElements_isASession() {
    SessionState state = state("conv-a", null);
    try (SessionStore store = open()) {
      LogVersion empty = store.append(state, LogVersion.NONE, List.of(), null).version();
      assertEquals(Optional.of(state), store.find(state.sessionId()));
      assertEquals(List.of(), ids(store.read(state.sessionId(), LogVersion.NONE)));
      Appended next = store.append(state, empty, List.of(element("1", "one")), null);
      assertEquals(Outcome.DONE, next.outcome());
      assertEquals(List.of("1"), ids(store.read(state.sessionId(), empty)));
    }
  }

  @Test
  default void readingSince_givesWhatCameAfter() {
    SessionState state = state("conv-a", "a");
    SessionId id = state.sessionId();
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      LogVersion three =
          store.append(state, one, List.of(element("2", "y"), element("3", "z")), null).version();
      Reading after = store.read(id, one);
      assertFalse(after.fromStart());
      assertEquals(List.of("2", "3"), ids(after));
      assertEquals(three, after.version());
      Reading nothing = store.read(id, three);
      assertFalse(nothing.fromStart());
      assertEquals(List.of(), nothing.elements());
      Reading all = store.read(id, new LogVersion("another epoch", one.length()));
      assertTrue(all.fromStart());
      assertEquals(List.of("1", "2", "3"), ids(all));
    }
  }

  @Test
  default void readEnd_givesTheLastElements_andGoesOnFromThere() {
    SessionState state = state("conv-a", "a");
    SessionId id = state.sessionId();
    try (SessionStore store = open()) {
      assertEquals(Reading.NOTHING, store.readEnd(id, 1000));
      LogVersion none = store.append(state, LogVersion.NONE, List.of(), null).version();
      Reading empty = store.readEnd(id, 1000);
      assertEquals(new Reading(state, none, true, List.of()), empty);
      List<Message> elements = new ArrayList<>();
      for (int i = 1; i <= 300; i++) {
        elements.add(element("" + i, "x".repeat(i == 299 ? 5000 : 10)));
      }
      LogVersion all = store.append(state, none, elements, null).version();
      int[][] bytesAndLeast = {{0, 1}, {1, 1}, {100, 1}, {1000, 1}, {6000, 2}, {100_000, 300}};
      for (int[] asked : bytesAndLeast) {
        Reading end = store.readEnd(id, asked[0]);
        int count = end.elements().size();
        assertEquals(all, end.version());
        assertEquals(state, end.state());
        assertEquals(count == 300, end.fromStart());
        assertEquals(ids(store.read(id, LogVersion.NONE)).subList(300 - count, 300), ids(end));
        assertTrue(count >= asked[1], count + " of " + asked[0] + " bytes");
        if (readsEndsAlone()) {
          assertTrue(count <= 2 + asked[0] / 60, count + " of " + asked[0] + " bytes");
        }
      }
      LogVersion more = store.append(state, all, List.of(element("301", "y")), null).version();
      assertEquals(List.of("301"), ids(store.read(id, all)));
      assertEquals(more, store.readEnd(id, 1).version());
    }
  }

  @Test
  default void appendToAnotherVersion_isAConflict_andStoresNothing() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      store.append(state, one, List.of(element("2", "y")), null);
      for (LogVersion stale :
          List.of(LogVersion.NONE, one, new LogVersion("other", one.length()))) {
        assertEquals(
            new Appended(Outcome.CONFLICT, LogVersion.NONE),
            store.append(state, stale, List.of(element("3", "z")), null));
      }
      assertEquals(List.of("1", "2"), ids(store.read(state.sessionId(), LogVersion.NONE)));
    }
  }

  @Test
  default void appendToADeletedSession_isAConflict_andDoesNotBringItBack() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      assertTrue(store.delete(state.sessionId()));
      assertEquals(
          Outcome.CONFLICT, store.append(state, one, List.of(element("2", "y")), null).outcome());
      assertEquals(Optional.empty(), store.find(state.sessionId()));
      assertEquals(List.of(), store.list(10));
      store.append(state, LogVersion.NONE, List.of(element("3", "z")), null);
      assertEquals(List.of("3"), ids(store.read(state.sessionId(), one)));
    }
  }

  @Test
  default void anotherConversationsSession_isNeitherAppendedToNorUpdated() {
    SessionState mine = state("conv-a", "a");
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(mine, LogVersion.NONE, List.of(element("1", "x")), null).version();
      for (String other : new String[] {"A", null}) {
        SessionState theirs = state("conv-a", other);
        for (LogVersion version : List.of(LogVersion.NONE, one)) {
          assertEquals(
              new Appended(Outcome.HELD, LogVersion.NONE),
              store.append(theirs, version, List.of(element("2", "y")), null));
        }
        assertFalse(
            store.update(theirs.sessionId(), any -> theirs.withStep(Step.DONE)).isPresent());
      }
      assertEquals(Optional.of(mine), store.find(mine.sessionId()));
      assertEquals(List.of("1"), ids(store.read(mine.sessionId(), LogVersion.NONE)));
    }
  }

  @Test
  default void anotherOwnersSession_isNeitherAppendedToNorUpdated() {
    SessionState mine = state("conv-a", "a").withOwner(new Owner("acme", "ann"));
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(mine, LogVersion.NONE, List.of(element("1", "x")), null).version();
      for (Owner other :
          List.of(Owner.ANONYMOUS, new Owner("acme", null), new Owner("acme", "bob"))) {
        SessionState theirs = mine.withOwner(other);
        assertEquals(
            new Appended(Outcome.HELD, LogVersion.NONE),
            store.append(theirs, one, List.of(element("2", "y")), null));
        assertFalse(
            store.update(theirs.sessionId(), any -> theirs.withStep(Step.DONE)).isPresent());
      }
      assertEquals(Optional.of(mine), store.find(mine.sessionId()));
      assertEquals(List.of("1"), ids(store.read(mine.sessionId(), LogVersion.NONE)));
    }
    try (SessionStore store = open()) {
      assertEquals(Optional.of(mine), store.find(mine.sessionId()));
    }
  }

  @Test
  default void delete_removesOneSessionForGood() {
    try (SessionStore store = open()) {
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null);
      store.append(state("conv-ab", "ab"), LogVersion.NONE, List.of(element("1", "x")), null);
      assertTrue(store.delete(new SessionId("conv-a")));
      assertFalse(store.delete(new SessionId("conv-a")));
    }
    try (SessionStore store = open()) {
      assertEquals(Optional.empty(), store.find(new SessionId("conv-a")));
      assertTrue(store.find(new SessionId("conv-ab")).isPresent());
    }
  }

  @Test
  default void whatTheApiGave_isKeptToTheByte() {
    String wire = "{\"role\":\"user\",\"content\":\"\\ud800 ü \\u00fc 🐍\",\"x\":[1.00,{}]}";
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      store.append(state, LogVersion.NONE, List.of(Message.parse(wire.getBytes(UTF_8))), null);
    }
    try (SessionStore store = open()) {
      Message read = store.read(state.sessionId(), LogVersion.NONE).elements().get(0);
      assertEquals(wire, new String(read.wireJson(), UTF_8));
    }
  }

  @Test
  default void racingAppends_areAllStoredOnce_inOneOrder() throws Exception {
    int threads = 8;
    int each = 25;
    SessionState state = state("conv-a", "a");
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (SessionStore store = open()) {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String name = "t" + t + "-";
        running.add(
            executor.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < each; i++) {
                    appendAtLast(store, state, element(name + i, "x"));
                  }
                  return null;
                }));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
      List<String> stored = ids(store.read(state.sessionId(), LogVersion.NONE));
      assertEquals(threads * each, stored.size());
      Set<String> distinct = new HashSet<>(stored);
      assertEquals(threads * each, distinct.size());
    } finally {
      executor.shutdownNow();
    }
    try (SessionStore store = open()) {
      assertEquals(
          threads * each, store.read(state.sessionId(), LogVersion.NONE).elements().size());
    }
  }

  private static void appendAtLast(SessionStore store, SessionState state, Message element) {
    LogVersion version = LogVersion.NONE;
    while (store.append(state, version, List.of(element), null).outcome() != Outcome.DONE) {
      version = store.read(state.sessionId(), version).version();
    }
  }
}
