package dev.helix.store;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.Step;
import dev.helix.transcript.Answer;
import dev.helix.transcript.LogVersion;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What is kept with a session beside its log. */
interface StoredStateContract extends StoreUnderTest {
  @Test
  default void adopting_isForSessionsWithoutAnOwner_andLasts() {
    SessionState state = state("conv-a", "a");
    Owner owner = new Owner("acme", null);
    try (SessionStore store = open()) {
      assertFalse(store.adopt(state.sessionId(), owner));
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      assertTrue(store.adopt(state.sessionId(), owner));
      assertFalse(store.adopt(state.sessionId(), new Owner("other", null)));
      assertEquals(
          Outcome.HELD, store.append(state, one, List.of(element("2", "y")), null).outcome());
      assertEquals(
          Outcome.DONE, store.append(state.withOwner(owner), one, List.of(), null).outcome());
    }
    try (SessionStore store = open()) {
      assertEquals(owner, store.find(state.sessionId()).orElseThrow().owner());
    }
  }

  @Test
  default void statesOfSeveralSessions_areAsFoundOneByOne() {
    SessionState a = state("conv-a", "a");
    SessionState b = state("conv-b", "b");
    try (SessionStore store = open()) {
      assertEquals(Map.of(), store.findAll(List.of()));
      assertEquals(Map.of(), store.findAll(List.of(a.sessionId())));
      store.append(a, LogVersion.NONE, List.of(element("1", "x")), null);
      store.append(b, LogVersion.NONE, List.of(), null);
      assertEquals(
          Map.of(
              a.sessionId(), store.find(a.sessionId()).orElseThrow(),
              b.sessionId(), store.find(b.sessionId()).orElseThrow()),
          store.findAll(List.of(a.sessionId(), new SessionId("conv-c"), b.sessionId())));
    }
  }

  @Test
  default void notes_areKeptWithTheirSession_andGoWithIt() {
    SessionState state = state("conv-a", "a");
    SessionId id = state.sessionId();
    try (SessionStore store = open()) {
      assertFalse(store.saveNote(id, "why", "too early"));
      assertEquals(Optional.empty(), store.note(id, "why"));
      store.append(state, LogVersion.NONE, List.of(), null);
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
      store.append(state, LogVersion.NONE, List.of(), null);
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
      store.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
      assertTrue(store.update(changed.sessionId(), any -> changed).isPresent());
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
      LogVersion one = store.append(state, LogVersion.NONE, List.of(), null).version();
      store.append(state.withUpdatedAt(later), one, List.of(element("1", "x")), null);
      assertEquals(later, store.find(state.sessionId()).orElseThrow().updatedAt());
    }
    try (SessionStore store = open()) {
      assertEquals(later, store.find(state.sessionId()).orElseThrow().updatedAt());
    }
  }

  /** Opens a second server's store where there may be one; else it is the first one's. */
  private SessionStore beside(SessionStore first) {
    return isShared() ? open() : first;
  }

  @Test
  default void projectSetByAnotherServerDuringATurn_survivesItsEnd() {
    SessionStore first = open();
    SessionStore second = beside(first);
    try (SessionManager one = new SessionManager(first, Clock.systemUTC());
        SessionManager two = new SessionManager(second, Clock.systemUTC())) {
      SessionState session = one.getOrCreateSession(null, "a");
      SessionId id = session.sessionId();
      OpenTurn begun =
          two.beginTurn(session, List.of(Message.of("user", "question")), HistoryMode.CLIENT);
      one.updateState(id, state -> state.withProjectName("ours").withStatus(SessionStatus.READY));
      Message answer = Message.of("assistant", "answer <!-- STEP: why -->");
      SessionState after =
          two.completeTurn(begun, List.of(new Answer(answer, "m", "stop", AnswerStatus.COMPLETED)));
      SessionState stored = one.find(id).orElseThrow();
      assertEquals("ours", stored.projectName());
      assertEquals(SessionStatus.READY, stored.status());
      assertEquals(Step.WHY, stored.step());
      assertEquals(stored, after);
      assertEquals("question", stored.originalRequest());
    }
  }

  @Test
  default void updatesOfDifferentFields_atOnce_allSurvive() throws Exception {
    int times = 21;
    SessionState state = state("conv-a", "a");
    SessionId id = state.sessionId();
    List<UnaryOperator<SessionState>> changes =
        List.of(
            found -> found.withProjectName(next(found.projectName())),
            found -> found.withStep(found.step() == Step.WHAT ? Step.WHY : Step.WHAT),
            found -> found.withUpdatedAt(found.updatedAt().plusSeconds(1)));
    ExecutorService executor = Executors.newFixedThreadPool(changes.size());
    SessionStore first = open();
    SessionStore second = beside(first);
    try (first;
        second) {
      first.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
      CyclicBarrier start = new CyclicBarrier(changes.size());
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < changes.size(); i++) {
        SessionStore its = i % 2 == 0 ? first : second;
        UnaryOperator<SessionState> change = changes.get(i);
        running.add(
            executor.submit(
                () -> {
                  start.await();
                  for (int done = 0; done < times; done++) {
                    assertTrue(its.update(id, change).isPresent());
                  }
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
      SessionState after = second.find(id).orElseThrow();
      assertEquals("" + times, after.projectName());
      assertEquals(Step.WHY, after.step());
      assertEquals(NOW.plusSeconds(times), after.updatedAt());
    } finally {
      executor.shutdownNow();
    }
  }

  private static String next(String number) {
    return number == null ? "1" : "" + (Integer.parseInt(number) + 1);
  }

  @Test
  default void read_givesTheStateThatIsFound_inAnyLanguage() {
    SessionState state =
        state("conv-a", "Gespräch 🦊").withProjectName("Größe").withStep(Step.FINALIZE);
    try (SessionStore store = open()) {
      store.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
      assertEquals(state, store.read(state.sessionId(), LogVersion.NONE).state());
      assertEquals(state, store.readEnd(state.sessionId(), 1).state());
    }
  }
}
