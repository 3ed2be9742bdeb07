package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.message.AnswerStatus;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that follow others: which they follow, what they are sent, and that none waits. */
class ResponseForksTest extends ResponseFixture {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void forks_areBranches_andEachIsWhole(boolean sameQuestion) {
    response(1, null, "A1", "user: Q1");
    response(2, node(1), "A2", "user: Q2");
    OpenTurn[] turns = new OpenTurn[16];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = respond(10 + i, node(1), sameQuestion ? "user: Q" : "user: Q" + i + "?");
      assertEquals(List.of("Q1", "A1"), texts(turns[i].history()));
    }
    for (int i = turns.length - 1; i >= 0; i--) {
      complete(10 + i, turns[i], "A" + (10 + i));
    }
    for (int i = 0; i < turns.length; i++) {
      String question = sameQuestion ? "Q" : "Q" + i + "?";
      assertEquals(List.of("Q1", "A1", question, "A" + (10 + i)), pathTo(node(10 + i)));
      StoredAnswer there = found(10 + i).orElseThrow();
      assertEquals(List.of(question), texts(there.asked()));
      assertEquals(ended(10 + i, "completed"), there.message().element().response());
    }
    sessions.restart();
    assertEquals(List.of("Q1", "A1", "Q2", "A2"), pathTo(node(2)));
    assertEquals(4 + 16 + (sameQuestion ? 1 : 16), tree().size());
    assertEquals("A25", path().get(3));
  }

  @Test
  void fork_followsTheNamedAnswer_alsoWhereItsInputRepeatsAnAnswer() {
    response(1, null, "OK", "user: Q1");
    response(2, node(1), "A2", "user: Q2");
    OpenTurn turn = respond(3, node(1), "user: more", "assistant: OK", "user: Q3");
    assertEquals(List.of("Q1", "OK"), texts(turn.history()));
    complete(3, turn, "A3");
    assertEquals(List.of("Q1", "OK", "more", "OK", "Q3", "A3"), pathTo(node(3)));
    assertEquals(List.of("more", "OK", "Q3"), texts(stored(3).asked()));
  }

  @Test
  void forkOfWhatIsNotThere_isRefused_andNothingIsStored() {
    assertThrows(AnswerGoneException.class, () -> respond(1, node(9), "user: Q1"));
    assertEquals(Optional.empty(), sessions.manager().find(new SessionId("conv-c")));
    response(1, null, "A1", "user: Q1");
    for (int i = 0; i < 2; i++) {
      assertThrows(AnswerGoneException.class, () -> respond(2, node(9), "user: Q2"));
      assertEquals(List.of("Q1 < root", "A1 < Q1"), tree());
      sessions.restart();
    }
  }

  @Test
  void forkOfAnAnswerOfAnotherServer_findsIt() {
    MemoryOfTwo two = new MemoryOfTwo();
    two.respond(two.one, 1, null, "A1", "user: Q1");
    two.respond(two.other, 2, node(1), "A2", "user: Q2");
    assertEquals(List.of("Q1", "A1", "Q2"), two.respond(two.one, 3, node(2), "A3", "user: Q3"));
  }

  /** Two servers on one store, each with what it keeps in memory. */
  private static final class MemoryOfTwo {
    private final SessionStore store = new MemorySessionStore();
    final SessionManager one = new SessionManager(store, new SteppingClock());
    final SessionManager other = new SessionManager(store, new SteppingClock());

    /** What it was sent but for the last message. */
    List<String> respond(
        SessionManager manager, int number, String parent, String text, String... lines) {
      TurnRequest request =
          new TurnRequest(
                  messages(lines),
                  HistoryMode.STORED,
                  SentHistory.ALL,
                  new MessageIds(null, parent, null))
              .responding(new ResponseNote(node(number), note(number), parent != null));
      OpenTurn turn = manager.beginTurn(manager.getOrCreateSession(null, "c"), request);
      manager.completeTurn(turn, List.of(answer(text, AnswerStatus.COMPLETED)));
      List<String> sent = texts(turn.history());
      return parent == null ? sent : sent.subList(0, sent.size() - 1);
    }
  }

  @Test
  void answerThatCallsTools_isFollowedByItsResults() {
    OpenTurn turn = respond(1, null, "user: Q1");
    endAs(
        turn,
        new Answer(messages(CALL).get(0), "m", "tool_calls", AnswerStatus.COMPLETED)
            .withNote(ended(1, "completed")));
    assertEquals("looking", stored(1).message().text());
    OpenTurn next = respond(2, node(1), RESULT);
    assertEquals(List.of("Q1", "looking"), texts(next.history()));
    complete(2, next, "end");
    assertEquals(List.of("Q1", "looking", "R", "end"), pathTo(node(2)));
    assertEquals(List.of("R"), texts(stored(2).asked()));
    assertEquals(List.of("Q1", "looking", "R", "end"), path());
  }

  @Test
  void systemMessageOfTheInput_isAnItem_andEachBranchHasItsOwn() {
    response(1, null, "A1", "developer: D1", "user: Q1");
    response(2, node(1), "A2", "developer: D2", "user: Q2");
    OpenTurn turn = respond(3, node(1), "user: Q3");
    assertEquals(List.of("D1", "Q1", "A1"), texts(turn.history()));
    assertEquals(null, turn.system());
    assertEquals(List.of("D1", "Q1", "A1", "D2", "Q2", "A2"), pathTo(node(2)));
    assertEquals(List.of("D2", "Q2"), texts(stored(2).asked()));
  }

  @Test
  void inputWithoutAMessage_isAnAnswerBehindTheAnswer() {
    response(1, null, "A1", "user: Q1");
    response(2, node(1), "A2");
    assertEquals(List.of("Q1", "A1", "A2"), pathTo(node(2)));
    assertEquals(List.of(), stored(2).asked());
  }

  @Test
  void retry_isAnotherAnswerToTheSameQuestion() {
    response(1, null, "A1", "user: more");
    OpenTurn first = respond(2, node(1), "user: more");
    TurnRequest again =
        new TurnRequest(
                messages("user: more"),
                HistoryMode.STORED,
                SentHistory.ALL,
                new MessageIds(null, node(1), null))
            .asRetry(true)
            .responding(new ResponseNote(node(3), note(3), true));
    OpenTurn second = sessions.manager().beginTurn(sessions.session("c"), again);
    endAs(first, answer("", AnswerStatus.CANCELLED));
    complete(3, second, "A3");
    assertEquals(List.of("more", "A1", "more", "A3"), pathTo(node(3)));
    assertEquals(List.of("more < root", "A1 < more", "more < A1", " < more", "A3 < more"), tree());
  }
}
