package dev.helix.store;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Position;
import dev.helix.transcript.LogVersion;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The order of last use, in pages. */
interface ListingContract extends StoreUnderTest {
  @Test
  default void list_givesTheLastUsedFirst_andNoMoreThanAskedFor() {
    try (SessionStore store = open()) {
      for (int i = 0; i < 5; i++) {
        store.append(
            state("conv-" + i, "" + i).withUpdatedAt(NOW.plusSeconds(i)),
            LogVersion.NONE,
            List.of(),
            null);
      }
      LogVersion version = store.read(new SessionId("conv-1"), LogVersion.NONE).version();
      store.append(
          state("conv-1", "1").withUpdatedAt(NOW.plusSeconds(9)),
          version,
          List.of(element("1", "x")),
          null);
      assertEquals(
          List.of("conv-1", "conv-4", "conv-3"),
          store.list(3).stream().map(state -> state.sessionId().value()).toList());
      assertEquals(List.of(), store.list(0));
      assertEquals(5, store.list(100).size());
    }
  }

  /** The names of the sessions in the order of last use, read in pages of this size. */
  private static List<String> paged(SessionStore store, int size) {
    List<String> names = new ArrayList<>();
    Position after = null;
    while (true) {
      List<SessionState> page = store.list(after, size);
      assertTrue(page.size() <= size);
      page.forEach(state -> names.add(state.sessionId().value()));
      if (page.size() < size) {
        return names;
      }
      after = Position.of(page.get(page.size() - 1));
    }
  }

  /** Sessions of which several share each microsecond; their names as they are to be listed. */
  private static List<String> storeWithTies(SessionStore store) {
    // In the order of their code units: - 0 9 A Z _ a z.
    List<String> names = List.of("z-a", "a-z", "_", "Z-a", "A", "9", "0", "-");
    List<String> expected = new ArrayList<>();
    for (int micro = 4; micro >= 0; micro--) {
      for (String name : names) {
        expected.add("t" + micro + name);
      }
    }
    List<String> shuffled = new ArrayList<>(expected);
    Collections.shuffle(shuffled, new Random(4));
    for (String name : shuffled) {
      SessionState state = state(name, name);
      store.append(
          state.withUpdatedAt(NOW.plus(name.charAt(1) - '0', ChronoUnit.MICROS)),
          LogVersion.NONE,
          List.of(),
          null);
    }
    return expected;
  }

  @Test
  default void pages_giveEverySessionOnce_alsoOfOneMicrosecond_alsoAfterReopening() {
    List<String> expected;
    try (SessionStore store = open()) {
      expected = storeWithTies(store);
      for (int size : new int[] {1, 3, 8, 40, 1000}) {
        assertEquals(expected, paged(store, size));
      }
    }
    try (SessionStore store = open()) {
      assertEquals(expected, paged(store, 7));
    }
  }

  @Test
  default void page_afterAPlaceThatIsGone_goesOnThere() {
    try (SessionStore store = open()) {
      List<String> expected = storeWithTies(store);
      SessionState gone = store.find(new SessionId(expected.get(9))).orElseThrow();
      assertTrue(store.delete(gone.sessionId()));
      List<String> next =
          store.list(Position.of(gone), 4).stream().map(s -> s.sessionId().value()).toList();
      assertEquals(expected.subList(10, 14), next);
      assertEquals(List.of(), store.list(Position.of(gone), 0));
      Position before = new Position(NOW.plusSeconds(9), new SessionId("nobodys"));
      assertEquals(expected.get(0), store.list(before, 1).get(0).sessionId().value());
      Position beyond = new Position(NOW.minusSeconds(9), new SessionId("nobodys"));
      assertEquals(List.of(), store.list(beyond, 5));
    }
  }

  @Test
  default void use_movesASessionToTheFront_andItIsListedOnce() {
    try (SessionStore store = open()) {
      List<String> expected = new ArrayList<>(storeWithTies(store));
      for (int i = 0; i < 30; i++) {
        String name = expected.remove((i * 7) % expected.size());
        SessionId id = new SessionId(name);
        SessionState used = store.find(id).orElseThrow().withUpdatedAt(NOW.plusSeconds(i + 1));
        if (i % 3 == 0) {
          assertTrue(store.update(used.sessionId(), any -> used).isPresent());
        } else {
          store.append(used, store.read(id, LogVersion.NONE).version(), List.of(), null);
        }
        expected.add(0, name);
        assertEquals(expected, paged(store, 9));
      }
    }
  }

  @Test
  default void removedAndAdoptedSessions_areListedAsTheyAre() {
    try (SessionStore store = open()) {
      List<String> expected = new ArrayList<>(storeWithTies(store));
      SessionId adopted = new SessionId(expected.get(3));
      Owner owner = new Owner("acme", "ann");
      assertTrue(store.adopt(adopted, owner));
      assertEquals(owner, store.list(4).get(3).owner());
      for (int i = 0; i < 10; i++) {
        assertTrue(store.delete(new SessionId(expected.remove(i))));
      }
      assertEquals(expected, paged(store, 6));
      // A session of a deleted one's name is another one, and used when it was made.
      store.append(
          state("t4z-a", "t4z-a").withUpdatedAt(NOW.plusSeconds(1)),
          LogVersion.NONE,
          List.of(),
          null);
      expected.add(0, "t4z-a");
      assertEquals(expected, paged(store, 6));
    }
  }
}
