package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Responses that their client calls by the name of one message: it goes on, with or without tools.
 */
class ResponsesOfOneMessageTest extends ResponseFixture {
  private static final List<String> GOES_ON = List.of("Q1 < root", "It is so. < Q1");

  private void first() {
    complete(1, respond(1, null, ids("u1", null, "a1"), "user: Q1"), "It is");
  }

  private OpenTurn goOn(int number) {
    return respond(number, null, ids("u1", null, "a1"), "user: Q1", "assistant: It is");
  }

  @Test
  void answerThatGoesOnUnderItsName_isOneMessage_andTheLaterResponse() {
    first();
    OpenTurn turn = goOn(2);
    assertEquals("a1", stored(2).message().id());
    assertEquals("It is", stored(2).message().text());
    assertEquals(AnswerStatus.COMPLETED, stored(2).message().status());
    assertEquals(note(2), stored(2).message().element().response());
    complete(2, turn, " so.");
    assertEquals(GOES_ON, tree());
    assertEquals("a1", stored(2).message().id());
    assertEquals(ended(2, "completed"), stored(2).message().element().response());
    assertEquals(Optional.empty(), found(1));
    assertEquals(List.of("Q1", "It is so."), path());
  }

  @Test
  void answerThatGoesOnUnderItsName_isOneMessage_whereItIsNotStored() {
    complete(2, goOn(2), " so.");
    assertEquals(GOES_ON, tree());
    assertEquals("It is so.", stored(2).message().text());
  }

  @Test
  void answerThatDoesNotGoOn_saysWhatItSaid_andHowItsResponseEnded() {
    first();
    endAs(goOn(2), answer("", AnswerStatus.FAILED).withNote(ended(2, "failed")));
    assertEquals("It is", stored(2).message().text());
    assertEquals(ended(2, "failed"), stored(2).message().element().response());
    assertEquals(List.of("Q1", "It is"), path());
  }

  @Test
  void whatHasComeOfAnAnswerThatGoesOn_isKept() {
    first();
    OpenTurn turn = goOn(2);
    turn = sessions.manager().checkpoint(turn, List.of(answer(" s", AnswerStatus.CANCELLED)));
    assertEquals("It is s", stored(2).message().text());
    complete(2, turn, " so.");
    assertEquals(GOES_ON, tree());
    assertEquals(ended(2, "completed"), stored(2).message().element().response());
  }

  @Test
  void answerThatWasStopped_andWentOnBeforeThatWasNoticed_isOneMessage() {
    OpenTurn stopped = respond(1, null, ids("u1", null, "a1"), "user: Q1");
    OpenTurn turn = goOn(2);
    complete(2, turn, " so.");
    endAs(stopped, answer("It is", AnswerStatus.CANCELLED).withNote(ended(1, "cancelled")));
    assertEquals(GOES_ON, tree());
    assertEquals("It is so.", stored(2).message().text());
  }

  @Test
  void roundsOfTools_leaveNoMessageBesideTheAnswer() {
    OpenTurn call = respond(1, null, ids("u1", null, "a1"), "user: Q1");
    endAs(call, new Answer(messages(CALL).get(0), "m", null, AnswerStatus.COMPLETED));
    OpenTurn round = respond(2, null, ids("u1", null, "a1"), "user: Q1", CALL, RESULT);
    assertEquals("a1", stored(2).message().id());
    assertEquals(node(1), stored(1).message().id());
    complete(2, round, "end");
    assertEquals(List.of("Q1", "looking", "R", "end"), path());
    assertEquals(4, tree().size());
    assertEquals("looking", stored(1).message().text());
    assertEquals("end", stored(2).message().text());
  }

  @Test
  void answerThatGoesOnWithATool_movesBehindItsRound() {
    first();
    OpenTurn call = goOn(2);
    endAs(
        call,
        new Answer(messages(CALL).get(0), "m", null, AnswerStatus.COMPLETED)
            .withNote(ended(2, "completed")));
    assertEquals(node(2), stored(2).message().id());
    assertEquals("It islooking", stored(2).message().text());
    OpenTurn round =
        respond(3, null, ids("u1", null, "a1"), "user: Q1", "assistant: It is", CALL, RESULT);
    complete(3, round, "end");
    assertEquals("a1", stored(3).message().id());
    assertEquals(List.of("Q1", "It islooking", "R", "end"), path());
    assertEquals(4, tree().size());
  }

  @Test
  void answerAskedForAgainUnderItsName_isAnotherMessage() {
    first();
    complete(2, respond(2, null, ids("u1", null, "a1"), "user: Q1"), "else");
    assertEquals("It is", stored(1).message().text());
    assertEquals(node(2), stored(2).message().id());
    assertFalse(found(1).isEmpty());
  }
}
