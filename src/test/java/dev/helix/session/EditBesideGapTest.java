package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.reliability.CountedTests;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a person changed in place beside a gap, where that can be told, and nothing else. */
@ExtendWith(CountedTests.class)
class EditBesideGapTest extends GapFixture {
  @Test
  void editJustBeforeAGap_isANewerVersion_whereQuestionsDiffer() {
    talk("Q1", "Q2", "Q3", "Q4");
    turn(
        ids("u5", "a4", "a5"),
        "A5",
        "user: Q1",
        "assistant: A1",
        "user: Q2",
        "assistant: A2 by hand",
        "user: Q4",
        "assistant: A4",
        "user: Q5");
    assertEquals(
        List.of("a2 A2 by hand < u2", "u5 Q5 < a4", "a5 A5 < u5"),
        List.of(named().get(3), named().get(8), named().get(9)));
    assertEquals("a3 A3 < u3", named().get(5));
  }

  @Test
  void editRightBehindAGap_isNotTheAnswerBeforeIt_whereAFilterKeepsTheFirstMessage() {
    talk("Q1", "go on", "go on", "go on", "go on");
    turn(
        ids("u6", "a5", "a6"),
        "A6",
        "user: Q1",
        "assistant: A4 by hand",
        "user: go on",
        "assistant: A5",
        "user: go on");
    assertEquals(
        List.of("u6 go on < a5", "a6 A6 < u6"), behind("Q1", "go on", "go on", "go on", "go on"));
  }

  @Test
  void editRightBehindAGap_isNotTheAnswerBeforeIt_alsoWhereQuestionsDiffer() {
    talk("Q1", "Q2", "Q3");
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: Q1",
        "assistant: A2 by hand",
        "user: Q3",
        "assistant: A3",
        "user: Q4");
    assertEquals(List.of("u4 Q4 < a3", "a4 A4 < u4"), behind("Q1", "Q2", "Q3"));
  }

  @Test
  void editRightBehindAGap_isNotTheAnswerBeforeIt_whereFurtherQuestionsAreAlike() {
    talk("Q1", "Q2", "go on", "go on", "go on");
    turn(
        ids("u6", "a5", "a6"),
        "A6",
        "user: Q1",
        "assistant: A1",
        "user: Q2",
        "assistant: A4 by hand",
        "user: go on",
        "assistant: A5",
        "user: Q6");
    assertEquals(
        List.of("u6 Q6 < a5", "a6 A6 < u6"), behind("Q1", "Q2", "go on", "go on", "go on"));
  }

  @Test
  void firstPairDeleted_answerBeforeAHint_isNotTheOneThatWasDeleted() {
    talk("go on", "go on");
    turn(ids("u2", null, "a2b"), "A2b", "user: go on", "assistant: by hand", "user: go on");
    assertEquals(List.of("a2b A2b < u2"), behind("go on", "go on"));
  }

  @Test
  void questionSavedJustBeforeAGap_isNotTheOneInIt_whereAnswersAreAlike() {
    turn(ids("u1", null, "a1"), "ok", "user: Q1");
    turn(ids("u2", "a1", "a2"), "ok", "user: Q1", "assistant: ok", "user: Q2");
    turn(
        ids("u3", "a2", "a3"),
        "A3",
        "user: Q1",
        "assistant: ok",
        "user: Q2",
        "assistant: ok",
        "user: Q3");
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: Q1",
        "assistant: ok",
        "user: Q2 anew",
        "assistant: A3",
        "user: Q4");
    assertEquals(List.of("u2 Q2 < a1", "u3 Q3 < a2"), List.of(named().get(2), named().get(4)));
  }

  @Test
  void editJustBehindAGap_isANewerVersion_whereQuestionsDiffer() {
    talk("Q1", "Q2", "Q3");
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: Q1",
        "assistant: A1",
        "user: Q3",
        "assistant: A3 by hand",
        "user: Q4");
    assertEquals(
        List.of("a1 A1 < u1", "a2 A2 < u2", "a3 A3 by hand < u3"),
        List.of(named().get(1), named().get(3), named().get(5)));
  }

  @Test
  void questionSavedBesideAGap_isANewerVersion_whereItsNeighboursAreThere() {
    talk("Q1", "Q2", "Q3", "Q4");
    turn(
        ids("u5", "a4", "a5"),
        "A5",
        "user: Q1",
        "assistant: A1",
        "user: Q3",
        "assistant: A3",
        "user: Q4 anew",
        "assistant: A4",
        "user: Q5");
    assertEquals("u4 Q4 anew < a3", named().get(6));
  }

  @Test
  void editBesideAGap_betweenEqualQuestions_changesNothing() {
    talk("go on", "go on", "go on");
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: go on",
        "assistant: by hand",
        "user: go on",
        "assistant: A3",
        "user: Q4");
    assertEquals(List.of("u4 Q4 < a3", "a4 A4 < u4"), behind("go on", "go on", "go on"));
  }

  private static final String ABOUT = "user: We know that. Now: ";

  /**
   * A third question with a context that nothing marks, whose answer is changed before the next.
   */
  private void contextAndEdit(String second, String third, String edited) {
    talk("Q1", second);
    turn(
        ids("u3", "a2", "a3"),
        "A3",
        "user: Q1",
        "assistant: A1",
        "user: " + second,
        "assistant: A2",
        ABOUT + third);
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: Q1",
        "assistant: A1",
        "user: " + second,
        "assistant: A2",
        "user: " + third,
        "assistant: " + edited,
        "user: Q4");
    assertEquals(List.of("u4 Q4 < a3", "a4 A4 < u4"), named().subList(6, 8));
  }

  @Test
  void answerToAQuestionWhoseContextIsGone_isNotThatToAnEqualOneWhichWasDeletedBeforeIt() {
    contextAndEdit("Hello", "Hello", "by hand");
    turn(
        ids("u5", "a4", "a5"),
        "A5",
        "user: Q1",
        "assistant: A1",
        "user: Hello",
        "assistant: by hand",
        "user: Q4",
        "assistant: A4",
        "user: Q5");
    assertEquals(
        List.of("a1 A1 < u1", "a2 A2 < u2", "a3 A3 < u3"),
        List.of(named().get(1), named().get(3), named().get(5)));
  }

  @Test
  void answerToAQuestionWhoseContextIsGone_isNotThatToAnEqualOneWhichWasDeletedBehindIt() {
    turn(ids("u1", null, "a1"), "A1", ABOUT + "Hello");
    turn(ids("u2", "a1", "a2"), "A2", "user: Hello", "assistant: by hand", "user: Hello");
    turn(
        ids("u3", "a2", "a3"),
        "A3",
        "user: Hello",
        "assistant: by hand",
        "user: Hello",
        "assistant: A2",
        "user: Q3");
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: Hello",
        "assistant: by hand",
        "user: Q3",
        "assistant: A3",
        "user: Q4");
    assertEquals(List.of("a1 A1 < u1", "a2 A2 < u2"), List.of(named().get(1), named().get(3)));
  }

  @Test
  void questionWhoseContextIsGone_isNotTheDeletedOne_whereItsAnswerNowSaysTheSame() {
    contextAndEdit("Q2", "Hello", "A1");
    turn(
        ids("u5", "a4", "a5"),
        "A5",
        "user: Hello",
        "assistant: A1",
        "user: Q4",
        "assistant: A4",
        "user: Q5");
    assertEquals(List.of("u1 Q1 < root", "u2 Q2 < a1"), List.of(named().get(0), named().get(2)));
  }

  @Test
  void questionBehindAGap_whoseContextIsGone_isNotTheEqualOneInTheGap() {
    contextAndEdit("Hello", "Hello", "by hand");
    turn(
        ids("u5", "a4", "a5"),
        "A5",
        "user: Q1",
        "assistant: A2 by hand",
        "user: Hello",
        "assistant: by hand",
        "user: Q4",
        "assistant: A4",
        "user: Q5");
    assertEquals(List.of("a1 A1 < u1", "a2 A2 < u2"), List.of(named().get(1), named().get(3)));
  }

  @Test
  void questionBeforeTheBeginningOfABrokenAnswer_isNotThatOfAWholeOneInTheGap() {
    talk("Q1");
    turn(ids("u2", "a1", "a2"), "Hello", "user: Q1", "assistant: A1", "user: Q2");
    end(
        begin(
            ids("u3", "a2", "a3"),
            "user: Q1",
            "assistant: A1",
            "user: Q2",
            "assistant: Hello",
            "user: Q3"),
        "Hello world",
        AnswerStatus.CANCELLED);
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: Q1",
        "assistant: A1",
        "user: Q3 anew",
        "assistant: Hello",
        "user: Q4");
    assertEquals(List.of("u2 Q2 < a1", "u3 Q3 < a2"), List.of(named().get(2), named().get(4)));
  }

  @Test
  void shortQuestionThatOthersHold_isKnownBetweenItsNeighbours() {
    talk("Why is that so?", "so?", "Q3");
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: so?",
        "assistant: A2",
        "user: Q3",
        "assistant: A3 by hand",
        "user: Q4");
    turn(
        ids("u5", "a4", "a5"),
        "A5",
        "user: Why is that so?",
        "assistant: A1",
        "user: so?",
        "assistant: A2 by hand",
        "user: Q4",
        "assistant: A4",
        "user: Q5");
    assertEquals(
        List.of("a2 A2 by hand < u2", "a3 A3 by hand < u3"),
        List.of(named().get(3), named().get(5)));
  }
}
