package dev.helix.store;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Lease;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.transcript.LogVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** One at a time has a session's lease, and who lost it cannot append by it. */
interface LeaseContract extends StoreUnderTest {
  SessionId LEASED = new SessionId("conv-a");
  Duration LONG = Duration.ofHours(1);
  Duration SHORT = Duration.ofMillis(20);
  Appended FENCED = new Appended(Outcome.FENCED, LogVersion.NONE);

  /** Takes the lease as soon as it is free; for the test's one that has run out. */
  static Lease takeOnceFree(SessionStore store, SessionId id) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    Optional<Lease> taken = store.lease(id, LONG);
    while (taken.isEmpty() && System.nanoTime() < deadline) {
      taken = store.lease(id, LONG);
    }
    return taken.orElseThrow(() -> new AssertionError("the lease did not run out"));
  }

  @Test
  default void secondLease_isRefused_untilTheFirstIsReleased_andHasAHigherNumber() {
    try (SessionStore store = open()) {
      Lease first = store.lease(LEASED, LONG).orElseThrow();
      assertEquals(LEASED, first.of());
      assertEquals(Optional.empty(), store.lease(LEASED, LONG));
      assertTrue(store.lease(new SessionId("conv-b"), LONG).isPresent());
      assertTrue(store.renew(first, LONG));
      assertEquals(Optional.empty(), store.lease(LEASED, LONG));
      store.release(first);
      assertFalse(store.renew(first, LONG));
      Lease second = store.lease(LEASED, LONG).orElseThrow();
      assertTrue(second.number() > first.number(), second + " after " + first);
      store.release(first);
      assertEquals(Optional.empty(), store.lease(LEASED, LONG), "released by who lost it");
    }
  }

  @Test
  default void leaseIsSeenToBeHeld_untilItIsReleasedOrRunsOut_andLookingChangesNothing() {
    try (SessionStore store = open()) {
      assertFalse(store.isLeased(LEASED));
      Lease first = store.lease(LEASED, LONG).orElseThrow();
      assertTrue(store.isLeased(LEASED));
      assertFalse(store.isLeased(new SessionId("conv-b")));
      assertTrue(store.renew(first, LONG));
      store.release(first);
      assertFalse(store.isLeased(LEASED));
      assertTrue(store.lease(LEASED, SHORT).isPresent());
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (store.isLeased(LEASED)) {
        assertTrue(System.nanoTime() < deadline, "the lease did not run out");
      }
    }
  }

  @Test
  default void twoWhoLookAtOnce_doNotSeeOneAnother() throws Exception {
    int threads = 2;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (SessionStore store = open()) {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<Integer>> looks = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        looks.add(
            executor.submit(
                () -> {
                  int held = 0;
                  for (int i = 0; i < 100; i++) {
                    start.await();
                    held += store.isLeased(LEASED) ? 1 : 0;
                  }
                  return held;
                }));
      }
      for (Future<Integer> look : looks) {
        assertEquals(0, look.get());
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  default void leaseThatRanOut_isAnothers_andItsHolderIsFenced() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      Lease first = store.lease(LEASED, SHORT).orElseThrow();
      Lease second = takeOnceFree(store, LEASED);
      assertTrue(second.number() > first.number(), second + " after " + first);
      assertFalse(store.renew(first, LONG));
      assertEquals(FENCED, store.append(state, one, List.of(element("2", "lost")), first));
      assertEquals(List.of("1"), ids(store.read(LEASED, LogVersion.NONE)));
      Appended held = store.append(state, one, List.of(element("3", "held")), second);
      assertEquals(Outcome.DONE, held.outcome());
      store.release(second);
      assertEquals(FENCED, store.append(state, held.version(), List.of(element("4", "x")), second));
      assertEquals(List.of("1", "3"), ids(store.read(LEASED, LogVersion.NONE)));
    }
  }

  @Test
  default void renewedLease_holdsBeyondItsFirstTime() {
    try (SessionStore store = open()) {
      Lease renewed = store.lease(LEASED, Duration.ofSeconds(10)).orElseThrow();
      assertTrue(store.renew(renewed, LONG));
      Lease shortened = store.lease(new SessionId("conv-b"), LONG).orElseThrow();
      assertTrue(store.renew(shortened, SHORT));
      takeOnceFree(store, new SessionId("conv-b"));
      assertEquals(Optional.empty(), store.lease(LEASED, LONG));
      assertTrue(store.renew(renewed, LONG));
    }
  }

  @Test
  default void lostLease_isToldBeforeTheVersion() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      store.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
      Lease lost = store.lease(LEASED, LONG).orElseThrow();
      store.release(lost);
      Lease held = store.lease(LEASED, LONG).orElseThrow();
      for (LogVersion stale : List.of(LogVersion.NONE, new LogVersion("other", 1))) {
        assertEquals(FENCED, store.append(state, stale, List.of(element("2", "y")), lost));
        assertEquals(
            Outcome.CONFLICT,
            store.append(state, stale, List.of(element("2", "y")), held).outcome());
      }
      assertEquals(List.of("1"), ids(store.read(LEASED, LogVersion.NONE)));
    }
  }

  @Test
  default void sessionOfWhichNothingIsStored_canBeLeased_andMadeByItsHolderOnly() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      Lease lost = store.lease(LEASED, LONG).orElseThrow();
      assertEquals(Optional.empty(), store.find(LEASED));
      assertEquals(List.of(), store.list(10));
      store.release(lost);
      Lease held = store.lease(LEASED, LONG).orElseThrow();
      assertEquals(FENCED, store.append(state, LogVersion.NONE, List.of(element("1", "x")), lost));
      assertEquals(Optional.empty(), store.find(LEASED));
      Appended made = store.append(state, LogVersion.NONE, List.of(element("2", "y")), held);
      assertEquals(Outcome.DONE, made.outcome());
      assertEquals(Optional.empty(), store.lease(LEASED, LONG));
      assertEquals(List.of("2"), ids(store.read(LEASED, LogVersion.NONE)));
    }
  }

  @Test
  default void appendWithoutALease_isHinderedByNone() {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      Lease held = store.lease(LEASED, LONG).orElseThrow();
      Appended made = store.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
      assertEquals(Outcome.DONE, made.outcome());
      Appended next = store.append(state, made.version(), List.of(element("2", "y")), null);
      assertEquals(Outcome.DONE, next.outcome());
      assertEquals(
          Outcome.DONE,
          store.append(state, next.version(), List.of(element("3", "z")), held).outcome());
      assertEquals(List.of("1", "2", "3"), ids(store.read(LEASED, LogVersion.NONE)));
    }
  }

  @Test
  default void ofRacingTakers_exactlyOneWins_eachTime() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (SessionStore store = open();
        SessionStore second = isShared() ? open() : store) {
      long last = Long.MIN_VALUE;
      for (int round = 0; round < 20; round++) {
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<Optional<Lease>>> takers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          SessionStore one = t % 2 == 0 ? store : second;
          takers.add(
              executor.submit(
                  () -> {
                    start.await();
                    return one.lease(LEASED, LONG);
                  }));
        }
        List<Lease> won = new ArrayList<>();
        for (Future<Optional<Lease>> taker : takers) {
          taker.get().ifPresent(won::add);
        }
        assertEquals(1, won.size());
        assertTrue(won.get(0).number() > last, won + " after " + last);
        last = won.get(0).number();
        second.release(won.get(0));
      }
    } finally {
      executor.shutdownNow();
    }
  }
}
