package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is sent before the caller's own messages in stored mode, and where these are placed. */
class StoredHistoryTest {
  private static final String CALL =
      "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
          + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}";
  private static final String RESULT =
      "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"R\"}";

  @TempDir Path directory;
  private SessionFixture sessions;

  @BeforeEach
  void open() {
    sessions = new SessionFixture(directory);
  }

  @AfterEach
  void close() {
    sessions.close();
  }

  private OpenTurn begin(String... lines) {
    return sessions.begin("c", HistoryMode.STORED, lines);
  }

  private void end(OpenTurn turn, String text, AnswerStatus status) {
    sessions.manager().completeTurn(turn, List.of(answer(text, status)));
  }

  private void answerWithCall(OpenTurn turn) {
    Message call = SessionFixture.messages(CALL).get(0);
    sessions
        .manager()
        .completeTurn(turn, List.of(new Answer(call, "m", "tool_calls", AnswerStatus.COMPLETED)));
  }

  @Test
  void eachTurn_getsThePathSoFar_alsoAfterARestart() {
    assertEquals(List.of(), sessions.storedTurn("c", "A1", "user: Q1").history());
    assertEquals(List.of("Q1", "A1"), texts(sessions.storedTurn("c", "A2", "user: Q2").history()));
    sessions.restart();
    OpenTurn third = sessions.storedTurn("c", "A3", "user: Q3");
    assertEquals(List.of("Q1", "A1", "Q2", "A2"), texts(third.history()));
    assertEquals(
        List.of("Q1 < root", "A1 < Q1", "Q2 < A1", "A2 < Q2", "Q3 < A2", "A3 < Q3"),
        sessions.tree("c"));
  }

  @Test
  void sameTextAgain_isANewQuestionOnceItWasAnswered() {
    sessions.storedTurn("c", "A1", "user: yes");
    sessions.storedTurn("c", "A2", "user: yes");
    assertEquals(List.of("yes < root", "A1 < yes", "yes < A1", "A2 < yes"), sessions.tree("c"));
  }

  @Test
  void unansweredQuestion_isNotSentAgain_andNotDoubled() {
    sessions.storedTurn("c", "A1", "user: Q1");
    begin("user: Q2");
    OpenTurn again = begin("user: Q2");
    assertEquals(List.of("Q1", "A1"), texts(again.history()));
    OpenTurn other = begin("user: Q3");
    assertEquals(List.of("Q1", "A1"), texts(other.history()));
    assertEquals(List.of("Q1 < root", "A1 < Q1", "Q2 < A1", "Q3 < A1"), sessions.tree("c"));
  }

  @Test
  void firstQuestionThatFailed_isFoundAgain() {
    end(begin("user: Q1"), "half an ans", AnswerStatus.FAILED);
    OpenTurn again = begin("user: Q1");
    assertEquals(List.of(), again.history());
    end(again, "A1", AnswerStatus.COMPLETED);
    assertEquals(List.of("Q1 < root", "half an ans < Q1", "A1 < Q1"), sessions.tree("c"));
    assertEquals(List.of("Q1", "A1"), texts(begin("user: Q2").history()));
  }

  @Test
  void cancelledAnswer_isSentAgainIfItHasText() {
    sessions.storedTurn("c", "A1", "user: Q1");
    end(begin("user: Q2"), "", AnswerStatus.CANCELLED);
    assertEquals(List.of("Q1", "A1"), texts(begin("user: Q3").history()));
    end(begin("user: Q3"), "half", AnswerStatus.CANCELLED);
    assertEquals(List.of("Q1", "A1", "Q3", "half"), texts(begin("user: Q4").history()));
  }

  @Test
  void cancelledAnswerWithoutText_isNotSentAgain_thoughTheNextQuestionFollowsIt() {
    OpenTurn turn = asked(new MessageIds("u1", null, "a1"), "user: Q1");
    end(turn, "", AnswerStatus.CANCELLED);
    OpenTurn next = asked(new MessageIds("u2", "a1", "a2"), "user: Q2");
    assertEquals(List.of("Q1"), texts(next.history()));
    end(next, "A2", AnswerStatus.COMPLETED);
    assertEquals(List.of("Q1", "Q2", "A2"), texts(begin("user: Q3").history()));
  }

  private OpenTurn asked(MessageIds ids, String... messages) {
    return sessions
        .manager()
        .beginTurn(
            sessions.session("c"),
            new TurnRequest(
                SessionFixture.messages(messages), HistoryMode.STORED, SentHistory.ALL, ids));
  }

  @Test
  void storedSystemMessage_isSent_unlessTheCallerHasItsOwn() {
    OpenTurn first = sessions.storedTurn("c", "A1", "system: S", "user: Q1");
    assertNull(first.system());
    OpenTurn second = sessions.storedTurn("c", "A2", "user: Q2");
    assertEquals("S", second.system().text());
    assertEquals(List.of("Q1", "A1"), texts(second.history()));
    OpenTurn third = sessions.storedTurn("c", "A3", "developer: S2", "user: Q3");
    assertNull(third.system());
    assertEquals(List.of("Q1", "A1", "Q2", "A2"), texts(third.history()));
    OpenTurn fourth = sessions.storedTurn("c", "A4", "user: Q4");
    assertEquals("S2", fourth.system().text());
    assertEquals("developer", fourth.system().role());
  }

  @Test
  void requestThatResends_isHandledAsClient() {
    sessions.storedTurn("c", "A1", "system: S", "user: Q1");
    OpenTurn turn = begin("user: Q1", "assistant: A1", "user: Q2");
    assertEquals(List.of(), turn.history());
    assertNull(turn.system());
    assertEquals(List.of("Q1 < root", "A1 < Q1", "Q2 < A1"), sessions.tree("c"));
  }

  @Test
  void toolResults_followTheirCall() {
    answerWithCall(begin("user: Q1"));
    OpenTurn results = begin(RESULT);
    assertEquals(
        List.of("user", "assistant"), results.history().stream().map(Message::role).toList());
    end(results, "A1", AnswerStatus.COMPLETED);
    assertEquals(
        List.of("user", "assistant", "tool", "assistant"),
        begin("user: Q2").history().stream().map(Message::role).toList());
    assertEquals(List.of("Q1 < root", " < Q1", "R < ", "A1 < R", "Q2 < A1"), sessions.tree("c"));
  }

  @Test
  void callsWhoseIdsAreNumbers_areSentWithTheirResults() {
    sessions.turn(
        "c", "A1", "user: Q1", CALL.replace("\"c1\"", "7"), RESULT.replace("\"c1\"", "7"));
    assertEquals(
        List.of("user", "assistant", "tool", "assistant"),
        begin("user: Q2").history().stream().map(Message::role).toList());
    sessions.turn("d", "A1", "user: Q1", CALL.replace("\"c1\"", "7"), RESULT.replace("c1", "7"));
    assertEquals(
        4, sessions.begin("d", HistoryMode.STORED, "user: Q2").history().size(), "7 is \"7\"");
  }

  @Test
  void toolCallsWithoutResults_areKeptAndNotSentAgain() {
    sessions.storedTurn("c", "A1", "user: Q1");
    answerWithCall(begin("user: Q2"));
    OpenTurn next = begin("user: Q3");
    assertEquals(List.of("Q1", "A1"), texts(next.history()));
    assertEquals(List.of("Q1", "A1"), texts(sessions.transcript("c").currentPath()));
    assertEquals(5, sessions.transcript("c").messages().size());
  }

  @Test
  void toolCallsThatTheCallerLeftOpenInTheMiddle_areLeftOut() {
    sessions.turn("c", "A2", "user: Q1", CALL, "user: Q2");
    assertEquals(List.of("Q1", "Q2", "A2"), texts(begin("user: Q3").history()));
  }

  @Test
  void historyIsTheMessagesAsTheApiGaveThem() {
    sessions.storedTurn("c", "A1", "{\"role\":\"user\",\"content\":\"Q1\",\"x\":[1]}");
    List<String> wire =
        begin("user: Q2").history().stream().map(m -> new String(m.wireJson(), UTF_8)).toList();
    assertEquals(
        List.of(
            "{\"role\":\"user\",\"content\":\"Q1\",\"x\":[1]}",
            "{\"role\":\"assistant\",\"content\":\"A1\"}"),
        wire);
  }
}
