package dev.helix.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.transcript.Answer;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Turns of a conversation of which messages are erased, by this server or another. */
interface ErasedTurnsContract extends StoreUnderTest {
  SessionId CHAT = new SessionId("conv-chat");

  private static OpenTurn begin(SessionManager manager, String question) {
    return manager.beginTurn(
        manager.getOrCreateSession(null, "chat"),
        List.of(Message.of("user", question)),
        HistoryMode.STORED);
  }

  private static List<Answer> answer(String text, AnswerStatus status) {
    return List.of(new Answer(Message.of("assistant", text), "m", "stop", status));
  }

  private static void turn(SessionManager manager, String question) {
    manager.completeTurn(
        begin(manager, question), answer("re " + question, AnswerStatus.COMPLETED));
  }

  private static String id(SessionManager manager, String text) {
    return manager.transcript(CHAT).messages().stream()
        .filter(message -> message.text().equals(text))
        .findFirst()
        .orElseThrow()
        .id();
  }

  private static List<String> path(SessionManager manager) {
    return manager.transcript(CHAT).currentPath().stream().map(Message::text).toList();
  }

  @Test
  default void erasedMessages_areSentByNoServer_alsoWhereTheyWereKnown() {
    try (SessionManager one = new SessionManager(open(), Clock.systemUTC());
        SessionManager two = isShared() ? new SessionManager(open(), Clock.systemUTC()) : one) {
      turn(one, "Q1");
      turn(two, "Q2");
      turn(one, "Q3");
      turn(two, "Q4");
      assertEquals(2, one.erase(CHAT, Set.of(id(one, "Q2"), id(one, "re Q1"))).size());
      for (SessionManager manager : List.of(two, one)) {
        OpenTurn open = begin(manager, "Q5");
        assertEquals(
            List.of("Q1", "re Q2", "Q3", "re Q3", "Q4", "re Q4"),
            open.history().stream().map(Message::text).toList());
      }
      newestAnswerIsErased(one, two);
    }
  }

  private static void newestAnswerIsErased(SessionManager one, SessionManager two) {
    one.erase(CHAT, Set.of(id(one, "re Q4")));
    OpenTurn open = begin(two, "Q6");
    two.completeTurn(open, answer("re Q6", AnswerStatus.COMPLETED));
    assertEquals(List.of("Q1", "re Q2", "Q3", "re Q3", "Q6", "re Q6"), path(one));
  }

  @Test
  default void turnBelowAnErasedMessage_endsWell() {
    try (SessionManager one = new SessionManager(open(), Clock.systemUTC());
        SessionManager two = isShared() ? new SessionManager(open(), Clock.systemUTC()) : one) {
      turn(one, "Q1");
      OpenTurn open = begin(one, "Q2");
      open = one.checkpoint(open, answer("re", AnswerStatus.CANCELLED));
      two.erase(CHAT, Set.of(id(two, "re Q1"), id(two, "Q2")));
      open = one.checkpoint(open, answer("re Q", AnswerStatus.CANCELLED));
      one.completeTurn(open, answer("re Q2", AnswerStatus.COMPLETED));
      assertEquals(List.of("Q1", "re Q2"), path(two));
      Message end = two.transcript(CHAT).currentEnd(false);
      assertTrue(two.transcript(CHAT).get(end.parentId()).isErased(), "it stays where it was");
    }
  }

  @Test
  default void answerThatIsErasedWhileItIsMade_isNotKept() {
    try (SessionManager one = new SessionManager(open(), Clock.systemUTC());
        SessionManager two = isShared() ? new SessionManager(open(), Clock.systemUTC()) : one) {
      turn(one, "Q1");
      OpenTurn open = begin(one, "Q2");
      open = one.checkpoint(open, answer("word", AnswerStatus.CANCELLED));
      two.erase(CHAT, Set.of(id(two, "word")));
      open = one.checkpoint(open, answer("word1", AnswerStatus.CANCELLED));
      one.completeTurn(open, answer("word1 word2", AnswerStatus.COMPLETED));
      assertEquals(List.of("Q1", "re Q1"), path(one));
      turn(two, "Q3");
      assertEquals(List.of("Q1", "re Q1", "Q3", "re Q3"), path(one));
    }
    assertFalse(raw().contains("word"));
  }
}
