package dev.helix.session;

import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.MessageIds;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Responses that are looked for in a session that never had them, and what looks take. */
class MissedResponsesTest extends ResponseFixture {
  private static final int KIB = 1024;

  /** More than the part of a log that is looked at first, and last. */
  private static final String LONG = "word ".repeat(1_200_000);

  private CountedReads counted;
  private SessionManager manager;
  private SessionId id;

  @BeforeEach
  void fill() {
    response(1, null, "A1", "user: Q1");
    response(2, node(1), "A2", "user: " + LONG);
    sessions.turn("d", "A", "user: Q");
    sessions.close();
    counted = new CountedReads(FileSessionStore.open(directory));
    // Of the trees only the one used last is kept.
    manager = new SessionManager(counted.store(), new SteppingClock(), 1, new LogMemory());
    id = manager.getOrCreateSession(null, "c").sessionId();
  }

  private void elsewhere() {
    SessionState other = manager.getOrCreateSession(null, "d");
    manager.completeTurn(
        manager.beginTurn(other, messages("user: Q"), HistoryMode.CLIENT), List.of());
    int unused = counted.whole();
  }

  @Test
  void secondOne_isMissedWithoutReadingAllOfTheLog() {
    assertTrue(manager.answer(id, end(77)).isEmpty());
    assertEquals(1, counted.whole());
    for (int i = 100; i < 120; i++) {
      elsewhere();
      assertTrue(manager.answer(id, end(i)).isEmpty());
      assertEquals(0, counted.whole());
    }
    elsewhere();
    assertEquals("A1", manager.answer(id, end(1)).orElseThrow().message().text());
    manager.close();
  }

  @Test
  void oneThatComesLater_isFound_andOneThatIsErasedIsNot() {
    assertTrue(manager.answer(id, end(3)).isEmpty());
    elsewhere();
    OpenTurn turn =
        manager.beginTurn(
            manager.getOrCreateSession(null, "c"),
            new TurnRequest(
                    messages("user: Q3"),
                    HistoryMode.STORED,
                    SentHistory.ALL,
                    new MessageIds(null, node(1), null))
                .responding(new ResponseNote(node(3), note(3), true)));
    elsewhere();
    assertEquals(node(3), manager.answer(id, end(3)).orElseThrow().message().id());
    manager.completeTurn(turn, List.of(SessionFixture.answer("A3", AnswerStatus.COMPLETED)));
    elsewhere();
    assertEquals("A3", manager.answer(id, end(3)).orElseThrow().message().text());
    assertTrue(manager.answer(id, end(4)).isEmpty());
    manager.erase(id, Set.of(node(3)));
    elsewhere();
    assertTrue(manager.answer(id, end(3)).isEmpty());
    assertEquals("A1", manager.answer(id, end(1)).orElseThrow().message().text());
    manager.close();
  }

  @Test
  void look_holdsItsMemory_untilItIsClosed() {
    manager.close();
    LogMemory memory = new LogMemory(32_000 * KIB, Duration.ofMillis(1));
    try (SessionManager small =
            new SessionManager(FileSessionStore.open(directory), new SteppingClock(), 1, memory);
        LogMemory.Part other = memory.part()) {
      try (SessionLook look = small.look(id)) {
        assertEquals(4, look.transcript().messages().size());
        assertEquals(List.of("Q1", "A1"), texts(look.currentPath(false).messages()).subList(0, 2));
        assertThrows(StoreUnavailableException.class, () -> other.accept(31_000 * KIB));
      }
      other.accept(31_000 * KIB);
    }
  }
}
