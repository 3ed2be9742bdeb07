package dev.helix.session;

import static dev.helix.session.SessionFixture.messages;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.store.MemorySessionStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What owners may create: sessions in an hour, and bytes. */
class OwnerUseTest {
  private static final Owner ANN = new Owner("acme", "ann");
  private static final Owner BOB = new Owner("acme", "bob");
  private static final long ANY = Long.MAX_VALUE;

  private final MovedClock clock = new MovedClock("2026-01-05T12:00:00Z");
  private final MemorySessionStore store = new MemorySessionStore(clock);

  private SessionManager manager(int sessionsPerHour, long bytes) {
    return new SessionManager(
        store, clock, CacheShare.DEFAULT, new OwnerLimits(sessionsPerHour, bytes));
  }

  private static OpenTurn begin(SessionManager manager, Owner owner, String id, String... lines) {
    return manager.beginTurn(
        manager.getOrCreateSession(owner, null, id), messages(lines), HistoryMode.CLIENT);
  }

  private static OwnerLimitException refused(SessionManager manager, Owner owner, String id) {
    return assertThrows(OwnerLimitException.class, () -> begin(manager, owner, id, "user: " + id));
  }

  @Test
  void sessionsAnHour_areHadAtOnce_andComeBackOneByOne() {
    SessionManager manager = manager(4, ANY);
    for (int i = 0; i < 4; i++) {
      begin(manager, ANN, "c" + i, "user: Q");
    }
    assertEquals(Duration.ofMinutes(15), refused(manager, ANN, "c4").retryAfter());
    assertTrue(manager.getOrCreateSession(ANN, null, "c4").status() == SessionStatus.NEW);
    begin(manager, ANN, "c0", "user: Q", "assistant: A", "user: A turn of what is there");
    begin(manager, BOB, "c4", "user: Another owner's");
    clock.move(Duration.ofMinutes(10));
    assertEquals(Duration.ofMinutes(5), refused(manager, ANN, "c4").retryAfter());
    clock.move(Duration.ofMinutes(5));
    begin(manager, ANN, "c4", "user: Q");
    refused(manager, ANN, "c5");
    clock.move(Duration.ofHours(3));
    for (int i = 5; i < 9; i++) {
      begin(manager, ANN, "c" + i, "user: Q");
    }
    refused(manager, ANN, "c9");
  }

  @Test
  void sessionThatIsTakenBack_orBelongsToAnother_countsForNothing() {
    SessionManager manager = manager(1, ANY);
    for (int i = 0; i < 5; i++) {
      assertTrue(manager.withdraw(begin(manager, ANN, "c" + i, "user: Refused")));
    }
    OpenTurn stays = begin(manager, ANN, "c", "user: Q");
    refused(manager, ANN, "d");
    manager.completeTurn(stays, List.of(SessionFixture.answer("Recorded", AnswerStatus.COMPLETED)));
    assertFalse(manager.withdraw(stays));
  }

  @Test
  void ownersManySessions_leaveNoTrace_whenTheHourIsOver() {
    SessionManager manager = manager(2, ANY);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 3000; i++) {
        begin(manager, new Owner("acme", "user " + i), "c" + round, "user: Q");
      }
      clock.move(Duration.ofHours(1));
    }
    begin(manager, new Owner("acme", "user 0"), "d1", "user: Q");
    begin(manager, new Owner("acme", "user 0"), "d2", "user: Q");
    refused(manager, new Owner("acme", "user 0"), "d3");
  }

  @Test
  void ownerWhoHoldsAllItMay_beginsNoTurn_andReadsWhatIsThere() {
    SessionManager manager = manager(Integer.MAX_VALUE, 20_000);
    OpenTurn turn = begin(manager, ANN, "c", "user: " + "x".repeat(9000));
    OpenTurn other = begin(manager, ANN, "d", "user: " + "y".repeat(9000));
    assertNull(refused(manager, ANN, "e").retryAfter());
    assertThrows(
        OwnerLimitException.class,
        () -> begin(manager, ANN, "c", "user: " + "x".repeat(9000), "user: More"));
    begin(manager, BOB, "c", "user: Mine");
    manager.completeTurn(
        turn, List.of(SessionFixture.answer("It is recorded", AnswerStatus.COMPLETED)));
    assertEquals(2, manager.transcript(turn.session().sessionId()).messages().size());
    assertTrue(manager.withdraw(other));
    begin(manager, ANN, "e", "user: There is room again");
  }

  @Test
  void whatIsStored_isCountedAnew() {
    SessionManager before = manager(Integer.MAX_VALUE, ANY);
    OpenTurn turn = begin(before, ANN, "c", "user: " + "x".repeat(50_000));
    SessionManager manager = manager(Integer.MAX_VALUE, 20_000);
    begin(manager, ANN, "d", "user: Not counted yet");
    manager.countOwners(() -> false);
    begin(manager, ANN, "e", "user: Nor now");
    manager.countOwners(() -> true);
    refused(manager, ANN, "f");
    begin(manager, BOB, "c", "user: Mine");
    assertTrue(manager.delete(turn.session().sessionId()));
    refused(manager, ANN, "f");
    manager.countOwners(() -> true);
    assertDoesNotThrow(() -> begin(manager, ANN, "f", "user: Q"));
  }
}
