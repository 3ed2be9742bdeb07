package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.SessionStore.Version;
import dev.helix.session.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every session store must do; implemented by one test class for each. */
interface SessionStoreContract extends OwnerSecretContract {
  Instant NOW = Instant.parse("2026-01-05T12:34:56.123456Z");

  static SessionState state(String id, String conversationId) {
    return new SessionState(
        new SessionId(id),
        SessionStatus.DISCUSSING,
        Step.WHAT,
        NOW,
        NOW,
        "first",
        null,
        conversationId,
        Owner.ANONYMOUS);
  }

  static Message element(String id, String text) {
    return Message.parse(
        ("{\"id\":\""
                + id
                + "\",\"parent_id\":null,\"role\":\"user\",\"content\":\""
                + text
                + "\"}")
            .getBytes(UTF_8));
  }

  static List<String> ids(Reading reading) {
    return reading.elements().stream().map(Message::id).toList();
  }

  @Test
  default void absentSession_isFoundNowhere_andIsNoError() {
    try (SessionStore store = open()) {
      SessionId id = new SessionId("conv-a");
      assertEquals(Optional.empty(), store.find(id));
      assertEquals(new Reading(Version.NONE, true, List.of()), store.read(id, Version.NONE));
      assertEquals(
          new Reading(Version.NONE, true, List.of()), store.read(id, new Version("old", 7)));
      assertFalse(store.update(state("conv-a", "a")));
      assertFalse(store.delete(id));
      store.force(id);
      assertEquals(List.of(), store.list(10));
    }
  }

  @Test
  default void firstAppend_createsTheSession_andAReopenedStoreHasIt() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      Appended appended = store.append(state, Version.NONE, List.of(element("1", "one")));
      assertEquals(Outcome.DONE, appended.outcome());
      assertEquals(Optional.of(state), store.find(state.sessionId()));
      Reading reading = store.read(state.sessionId(), Version.NONE);
      assertEquals(List.of("1"), ids(reading));
      assertEquals(appended.version(), reading.version());
      assertTrue(reading.fromStart());
      store.force(state.sessionId());
    }
    try (SessionStore store = open()) {
      assertEquals(Optional.of(state), store.find(state.sessionId()));
      Reading reading = store.read(state.sessionId(), Version.NONE);
      assertEquals(List.of("1"), ids(reading));
      assertEquals("one", reading.elements().get(0).text());
    }
  }

  @Test
  default void sessionWithoutElements_isASession() {
    SessionState state = state("conv-a", null);
    try (SessionStore store = open()) {
      Version empty = store.append(state, Version.NONE, List.of()).version();
      assertEquals(Optional.of(state), store.find(state.sessionId()));
      assertEquals(List.of(), ids(store.read(state.sessionId(), Version.NONE)));
      Appended next = store.append(state, empty, List.of(element("1", "one")));
      assertEquals(Outcome.DONE, next.outcome());
      assertEquals(List.of("1"), ids(store.read(state.sessionId(), empty)));
    }
  }

  @Test
  default void readingSince_givesWhatCameAfter() {
    SessionState state = state("conv-a", "a");
    SessionId id = state.sessionId();
    try (SessionStore store = open()) {
      Version one = store.append(state, Version.NONE, List.of(element("1", "x"))).version();
      Version three =
          store.append(state, one, List.of(element("2", "y"), element("3", "z"))).version();
      Reading after = store.read(id, one);
      assertFalse(after.fromStart());
      assertEquals(List.of("2", "3"), ids(after));
      assertEquals(three, after.version());
      Reading nothing = store.read(id, three);
      assertFalse(nothing.fromStart());
      assertEquals(List.of(), nothing.elements());
      Reading all = store.read(id, new Version("another epoch", one.length()));
      assertTrue(all.fromStart());
      assertEquals(List.of("1", "2", "3"), ids(all));
    }
  }

  @Test
  default void appendToAnotherVersion_isAConflict_andStoresNothing() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      Version one = store.append(state, Version.NONE, List.of(element("1", "x"))).version();
      store.append(state, one, List.of(element("2", "y")));
      for (Version stale : List.of(Version.NONE, one, new Version("other", one.length()))) {
        assertEquals(
            new Appended(Outcome.CONFLICT, Version.NONE),
            store.append(state, stale, List.of(element("3", "z"))));
      }
      assertEquals(List.of("1", "2"), ids(store.read(state.sessionId(), Version.NONE)));
    }
  }

  @Test
  default void appendToADeletedSession_isAConflict_andDoesNotBringItBack() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      Version one = store.append(state, Version.NONE, List.of(element("1", "x"))).version();
      assertTrue(store.delete(state.sessionId()));
      assertEquals(
          Outcome.CONFLICT, store.append(state, one, List.of(element("2", "y"))).outcome());
      assertEquals(Optional.empty(), store.find(state.sessionId()));
      assertEquals(List.of(), store.list(10));
      store.append(state, Version.NONE, List.of(element("3", "z")));
      assertEquals(List.of("3"), ids(store.read(state.sessionId(), one)));
    }
  }

  @Test
  default void anotherConversationsSession_isNeitherAppendedToNorUpdated() {
    SessionState mine = state("conv-a", "a");
    try (SessionStore store = open()) {
      Version one = store.append(mine, Version.NONE, List.of(element("1", "x"))).version();
      for (String other : new String[] {"A", null}) {
        SessionState theirs = state("conv-a", other);
        for (Version version : List.of(Version.NONE, one)) {
          assertEquals(
              new Appended(Outcome.HELD, Version.NONE),
              store.append(theirs, version, List.of(element("2", "y"))));
        }
        assertFalse(store.update(theirs.withStep(Step.DONE)));
      }
      assertEquals(Optional.of(mine), store.find(mine.sessionId()));
      assertEquals(List.of("1"), ids(store.read(mine.sessionId(), Version.NONE)));
    }
  }

  @Test
  default void anotherOwnersSession_isNeitherAppendedToNorUpdated() {
    SessionState mine = state("conv-a", "a").withOwner(new Owner("acme", "ann"));
    try (SessionStore store = open()) {
      Version one = store.append(mine, Version.NONE, List.of(element("1", "x"))).version();
      for (Owner other :
          List.of(Owner.ANONYMOUS, new Owner("acme", null), new Owner("acme", "bob"))) {
        SessionState theirs = mine.withOwner(other);
        assertEquals(
            new Appended(Outcome.HELD, Version.NONE),
            store.append(theirs, one, List.of(element("2", "y"))));
        assertFalse(store.update(theirs.withStep(Step.DONE)));
      }
      assertEquals(Optional.of(mine), store.find(mine.sessionId()));
      assertEquals(List.of("1"), ids(store.read(mine.sessionId(), Version.NONE)));
    }
    try (SessionStore store = open()) {
      assertEquals(Optional.of(mine), store.find(mine.sessionId()));
    }
  }

  @Test
  default void adopting_isForSessionsWithoutAnOwner_andLasts() {
    SessionState state = state("conv-a", "a");
    Owner owner = new Owner("acme", null);
    try (SessionStore store = open()) {
      assertFalse(store.adopt(state.sessionId(), owner));
      Version one = store.append(state, Version.NONE, List.of(element("1", "x"))).version();
      assertTrue(store.adopt(state.sessionId(), owner));
      assertFalse(store.adopt(state.sessionId(), new Owner("other", null)));
      assertEquals(Outcome.HELD, store.append(state, one, List.of(element("2", "y"))).outcome());
      assertEquals(Outcome.DONE, store.append(state.withOwner(owner), one, List.of()).outcome());
    }
    try (SessionStore store = open()) {
      assertEquals(owner, store.find(state.sessionId()).orElseThrow().owner());
    }
  }

  @Test
  default void notes_areKeptWithTheirSession_andGoWithIt() {
    SessionState state = state("conv-a", "a");
    SessionId id = state.sessionId();
    try (SessionStore store = open()) {
      assertFalse(store.saveNote(id, "why", "too early"));
      assertEquals(Optional.empty(), store.note(id, "why"));
      store.append(state, Version.NONE, List.of());
      assertEquals(Optional.empty(), store.note(id, "why"));
      assertTrue(store.saveNote(id, "why", "first"));
      assertTrue(store.saveNote(id, "why", "Grüße\n\n🦊"));
      assertTrue(store.saveNote(id, "what", ""));
    }
    try (SessionStore store = open()) {
      assertEquals(Optional.of("Grüße\n\n🦊"), store.note(id, "why"));
      assertEquals(Optional.of(""), store.note(id, "what"));
      store.delete(id);
      assertEquals(Optional.empty(), store.note(id, "why"));
      store.append(state, Version.NONE, List.of());
      assertEquals(Optional.empty(), store.note(id, "why"));
    }
  }

  @Test
  default void ownerSecret_isMadeOnce_andIsNoSession() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    Set<String> secrets = new HashSet<>();
    try (SessionStore store = open()) {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<byte[]>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        running.add(
            executor.submit(
                () -> {
                  start.await();
                  return store.ownerSecret();
                }));
      }
      for (Future<byte[]> thread : running) {
        assertEquals(32, thread.get().length);
        secrets.add(HexFormat.of().formatHex(thread.get()));
      }
      store.ownerSecret()[0]++;
      assertEquals(List.of(), store.list(10));
    } finally {
      executor.shutdownNow();
    }
    try (SessionStore store = open()) {
      secrets.add(HexFormat.of().formatHex(store.ownerSecret()));
    }
    assertEquals(1, secrets.size());
  }

  @Test
  default void update_replacesTheState_alsoAfterReopening() {
    SessionState state = state("conv-a", "a");
    SessionState changed =
        state
            .withStatus(SessionStatus.READY)
            .withStep(Step.GENERATE)
            .withProjectName("Projekt \"ü\"")
            .withUpdatedAt(NOW.plusSeconds(5));
    try (SessionStore store = open()) {
      store.append(state, Version.NONE, List.of(element("1", "x")));
      assertTrue(store.update(changed));
      assertEquals(Optional.of(changed), store.find(state.sessionId()));
    }
    try (SessionStore store = open()) {
      assertEquals(Optional.of(changed), store.find(state.sessionId()));
    }
  }

  @Test
  default void append_movesTheTimeOfLastUse_alsoAfterReopening() {
    SessionState state = state("conv-a", "a");
    Instant later = NOW.plusSeconds(60);
    try (SessionStore store = open()) {
      Version one = store.append(state, Version.NONE, List.of()).version();
      store.append(state.withUpdatedAt(later), one, List.of(element("1", "x")));
      assertEquals(later, store.find(state.sessionId()).orElseThrow().updatedAt());
    }
    try (SessionStore store = open()) {
      assertEquals(later, store.find(state.sessionId()).orElseThrow().updatedAt());
    }
  }

  @Test
  default void list_givesTheLastUsedFirst_andNoMoreThanAskedFor() {
    try (SessionStore store = open()) {
      for (int i = 0; i < 5; i++) {
        store.append(
            state("conv-" + i, "" + i).withUpdatedAt(NOW.plusSeconds(i)), Version.NONE, List.of());
      }
      Version version = store.read(new SessionId("conv-1"), Version.NONE).version();
      store.append(
          state("conv-1", "1").withUpdatedAt(NOW.plusSeconds(9)),
          version,
          List.of(element("1", "x")));
      assertEquals(
          List.of("conv-1", "conv-4", "conv-3"),
          store.list(3).stream().map(state -> state.sessionId().value()).toList());
      assertEquals(List.of(), store.list(0));
      assertEquals(5, store.list(100).size());
    }
  }

  @Test
  default void delete_removesOneSessionForGood() {
    try (SessionStore store = open()) {
      store.append(state("conv-a", "a"), Version.NONE, List.of(element("1", "x")));
      store.append(state("conv-ab", "ab"), Version.NONE, List.of(element("1", "x")));
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
      store.append(state, Version.NONE, List.of(Message.parse(wire.getBytes(UTF_8))));
    }
    try (SessionStore store = open()) {
      Message read = store.read(state.sessionId(), Version.NONE).elements().get(0);
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
      List<String> stored = ids(store.read(state.sessionId(), Version.NONE));
      assertEquals(threads * each, stored.size());
      Set<String> distinct = new HashSet<>(stored);
      assertEquals(threads * each, distinct.size());
    } finally {
      executor.shutdownNow();
    }
    try (SessionStore store = open()) {
      assertEquals(threads * each, store.read(state.sessionId(), Version.NONE).elements().size());
    }
  }

  private static void appendAtLast(SessionStore store, SessionState state, Message element) {
    Version version = Version.NONE;
    while (store.append(state, version, List.of(element)).outcome() != Outcome.DONE) {
      version = store.read(state.sessionId(), version).version();
    }
  }
}
