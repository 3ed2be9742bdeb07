package dev.helix.store;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How sessions are taken back that nobody has used, and what they take until then. */
interface UnmadeSessionContract extends StoreUnderTest {
  SessionId UNMADE = new SessionId("conv-unmade");
  SessionState MADE = state("conv-unmade", "unmade");

  /** Makes the session; the place behind that. */
  private static LogVersion make(SessionStore store) {
    return store.append(MADE, LogVersion.NONE, List.of(element("q", "Question")), null).version();
  }

  @Test
  default void sessionThatNobodyHasUsed_isTakenBack_andItsNameIsFree() throws Exception {
    try (SessionStore store = open()) {
      LogVersion made = make(store);
      assertTrue(store.unmake(MADE, made));
      store.force(UNMADE);
      assertEquals(Reading.NOTHING, store.read(UNMADE, LogVersion.NONE));
      assertEquals(List.of(), store.list(10));
      assertFalse(store.unmake(MADE, made));
      LogVersion unused = make(store);
      assertFalse(store.unmake(MADE, made), "another session of the name");
    }
    try (SessionStore store = open()) {
      assertEquals(1, store.list(10).size());
    }
  }

  @Test
  default void sessionThatWasUsed_stays() throws Exception {
    try (SessionStore store = open()) {
      LogVersion made = make(store);
      SessionState later = MADE.withUpdatedAt(NOW.plusNanos(1000));
      assertEquals(Outcome.DONE, store.append(later, made, List.of(), null).outcome());
      assertFalse(store.unmake(MADE, made), "a turn that added nothing");
      assertEquals(1, store.read(UNMADE, LogVersion.NONE).elements().size());
    }
  }

  @Test
  default void sessionThatWasAddedTo_stays() throws Exception {
    try (SessionStore store = open()) {
      LogVersion made = make(store);
      assertEquals(
          Outcome.DONE, store.append(MADE, made, List.of(element("r", "More")), null).outcome());
      assertFalse(store.unmake(MADE, made));
      assertEquals(2, store.read(UNMADE, LogVersion.NONE).elements().size());
    }
  }

  @Test
  default void sessionThatWasChanged_adopted_orNoted_stays() throws Exception {
    try (SessionStore store = open()) {
      LogVersion made = make(store);
      assertTrue(store.update(UNMADE, state -> state.withProjectName("p")).isPresent());
      assertFalse(store.unmake(MADE, made));
      assertTrue(store.delete(UNMADE));
      made = make(store);
      assertTrue(store.adopt(UNMADE, new Owner("acme", "ann")));
      assertFalse(store.unmake(MADE, made));
      assertTrue(store.delete(UNMADE));
      made = make(store);
      assertTrue(store.saveNote(UNMADE, "why", "Because"));
      assertFalse(store.unmake(MADE, made));
      assertEquals("Because", store.note(UNMADE, "why").orElseThrow());
    }
  }

  @Test
  default void whatASessionTakes_isKnown_andGrowsWithIt() throws Exception {
    try (SessionStore store = open()) {
      assertEquals(0, store.bytes(UNMADE));
      LogVersion made = make(store);
      long first = store.bytes(UNMADE);
      assertTrue(first > 100 && first < 2000, () -> "" + first);
      store.append(MADE, made, List.of(element("r", "x".repeat(5000))), null);
      long second = store.bytes(UNMADE);
      assertTrue(second >= first + 5000 && second < first + 6000, () -> "" + second);
      assertTrue(store.saveNote(UNMADE, "why", "y".repeat(3000)));
      long third = store.bytes(UNMADE);
      assertTrue(third >= second + 3000 && third < second + 4000, () -> "" + third);
    }
  }
}
