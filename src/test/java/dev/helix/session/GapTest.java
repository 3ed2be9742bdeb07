package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.reliability.CountedTests;
import dev.helix.transcript.MessageIds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories that lack something further on: a gap changes nothing, and what is behind is found. */
@ExtendWith(CountedTests.class)
class GapTest extends GapFixture {
  @Test
  void pairDeletedBetweenEqualQuestions_changesNoAnswer() {
    talk("go on", "go on", "go on");
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: go on",
        "assistant: A1",
        "user: go on",
        "assistant: A3",
        "user: go on");
    assertEquals(List.of("u4 go on < a3", "a4 A4 < u4"), behind("go on", "go on", "go on"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a1", "a2"})
  void pairDeletedBeforeARegeneratedQuestion_changesNoAnswer(String parent) {
    talk("go on", "go on", "go on");
    turn(ids("u3", parent, "a3b"), "A3b", "user: go on", "assistant: A1", "user: go on");
    assertEquals(List.of("a3b A3b < u3"), behind("go on", "go on", "go on"));
  }

  @Test
  void firstPairDeleted_changesNoAnswer() {
    talk("go on", "go on", "go on");
    turn(ids("u2", null, "a2b"), "A2b", "user: go on", "assistant: A2", "user: shorter");
    turn(ids("u3", "a2", "a3b"), "A3b", "user: go on", "assistant: A2", "user: go on");
    assertEquals(List.of("a2b A2b < u2", "a3b A3b < u3"), behind("go on", "go on", "go on"));
  }

  @Test
  void filterThatKeepsTheFirstAndTheLastTurns_changesNoAnswer_andDoublesNothing() {
    talk("go on", "go on", "go on", "go on");
    turn(
        ids("u5", "a4", "a5"),
        "A5",
        "user: go on",
        "assistant: A1",
        "user: go on",
        "assistant: A4",
        "user: go on");
    turn(
        MessageIds.NONE,
        "A6",
        "user: go on",
        "assistant: A1",
        "user: go on",
        "assistant: A5",
        "user: go on");
    assertEquals(
        List.of("u5 go on < a4", "a5 A5 < u5", "* go on < a5", "* A6 < *"),
        behind("go on", "go on", "go on", "go on"));
  }

  @Test
  void withoutIds_whatIsBehindSeveralGaps_isFoundWhereItHangs() {
    talk("Q1", "Q2", "Q3", "Q4", "Q5");
    turn(
        MessageIds.NONE,
        "A6",
        "user: Q1",
        "assistant: A1",
        "user: Q3",
        "assistant: A3",
        "user: Q5",
        "assistant: A5",
        "user: Q6");
    assertEquals(List.of("* Q6 < a5", "* A6 < *"), behind("Q1", "Q2", "Q3", "Q4", "Q5"));
    assertEquals("Q2", path().get(2));
  }

  @Test
  void withoutIds_answerBehindAnEqualQuestionOfAnotherBranch_isNoGap() {
    talk("Q1", "Q2");
    turn(MessageIds.NONE, "B1", "user: Q1");
    turn(
        MessageIds.NONE,
        "B2",
        "user: Q1",
        "assistant: B1",
        "user: Q2",
        "assistant: A2",
        "user: Q3");
    assertEquals(
        List.of("* B1 < u1", "* Q2 < *", "* A2 < *", "* Q3 < *", "* B2 < *"), behind("Q1", "Q2"));
  }

  @Test
  void summaryInPlaceOfTheBeginning_isNobodysWords() {
    talk("Q1", "Q2", "Q3");
    turn(ids("u4", "a3", "a4"), "A4", "user: In short", "assistant: A3", "user: Q4");
    turn(
        ids("u5", "a4", "a5"),
        "A5",
        "user: In short",
        "assistant: I see",
        "user: Q4",
        "assistant: A4",
        "user: Q5");
    assertEquals(
        List.of("u4 Q4 < a3", "a4 A4 < u4", "u5 Q5 < a4", "a5 A5 < u5"), behind("Q1", "Q2", "Q3"));
  }

  @Test
  void answerBehindAGap_goesOnUnderItsId_whereItHangs() {
    talk("Q1", "Q2");
    // The first answer was deleted, and with it the question behind it.
    turn(ids("u1", null, "a2"), " more", "user: Q1", "assistant: A2");
    turn(ids("u3", "a2", "a3"), "A3", "user: Q1", "assistant: A2 more", "user: Q3");
    assertEquals(
        List.of(
            "u1 Q1 < root",
            "a1 A1 < u1",
            "u2 Q2 < a1",
            "a2 A2 more < u2",
            "u3 Q3 < a2",
            "a3 A3 < u3"),
        named());
  }

  @Test
  void hintBehindSavedWords_isNotTakenForTheQuestion() {
    talk("Q1");
    turn(ids("u1", null, "a1b"), "B", "user: Q1 anew", "assistant: by hand", "user: shorter");
    assertEquals("u1 Q1 anew < root", named().get(0));
  }

  @Test
  void changedAnswer_keepsItsStatusModelAndFinishReason() {
    talk("Q1");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: by hand", "user: Q2");
    Message changed = sessions.transcript("c").messages().get(1);
    assertEquals("by hand", changed.text());
    assertEquals(AnswerStatus.COMPLETED, changed.status());
    assertEquals("m", changed.model());
    assertEquals("stop", changed.finishReason());
  }

  @Test
  void answerThatComesAgainInABranch_keepsItsStatusModelAndFinishReason() {
    talk("Q1");
    end(begin("user: Q1", "assistant: A1", "user: Q2"), "part", AnswerStatus.CANCELLED);
    begin("user: Q1", "assistant: by hand", "user: Q2", "assistant: part", "user: Q3");
    List<Message> nodes = sessions.transcript("c").messages();
    assertEquals(null, nodes.get(4).status());
    Message copied = nodes.get(6);
    assertEquals("part", copied.text());
    assertEquals(AnswerStatus.CANCELLED, copied.status());
    assertEquals("m", copied.model());
    assertEquals("stop", copied.finishReason());
  }

  @Test
  void savedQuestion_isANewerVersion_withTheNextTurn() {
    talk("Q1", "Q2");
    turn(
        ids("u3", "a2", "a3"),
        "A3",
        "user: Q1 anew",
        "assistant: A1",
        "user: Q2",
        "assistant: A2",
        "user: Q3");
    assertEquals("u1 Q1 anew < root", named().get(0));
    assertEquals("a2 A2 < u2", named().get(3));
  }

  @Test
  void filterThatRewritesAllQuestionsEachTime_makesNoVersions() {
    talk("Q1", "Q2", "Q3");
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: 12:01 Q1",
        "assistant: A1",
        "user: 12:01 Q2",
        "assistant: A2",
        "user: 12:01 Q3",
        "assistant: A3",
        "user: 12:01 Q4");
    turn(
        ids("u5", "a4", "a5"),
        "A5",
        "user: 12:02 Q3",
        "assistant: A3",
        "user: 12:02 Q4",
        "assistant: A4",
        "user: 12:02 Q5");
    turn(
        ids("u6", "a5", "a6"),
        "A6",
        "user: 12:03 Q1",
        "assistant: A1",
        "user: 12:03 Q4",
        "assistant: A4",
        "user: 12:03 Q5",
        "assistant: A5",
        "user: 12:03 Q6");
    assertEquals(
        List.of(
            "u4 12:01 Q4 < a3",
            "a4 A4 < u4",
            "u5 12:02 Q5 < a4",
            "a5 A5 < u5",
            "u6 12:03 Q6 < a5",
            "a6 A6 < u6"),
        behind("Q1", "Q2", "Q3"));
  }

  @Test
  void questionAndAnswerThatBothDiffer_areNotTheOnesThatAreStored() {
    talk("Q1", "Q2");
    turn(
        ids("u3", "a2", "a3"),
        "A3",
        "user: In short",
        "assistant: I see",
        "user: Q2",
        "assistant: A2",
        "user: Q3");
    assertEquals(List.of("u3 Q3 < a2", "a3 A3 < u3"), behind("Q1", "Q2"));
  }

  private static final String IMAGES =
      "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Here they are.\"},"
          + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,x\"}}]}";

  /** A first turn whose answer follows a tool's round. */
  private void toolTurn(String answer, AnswerStatus status) {
    endWithCall(begin(ids("u1", null, "a1"), "user: Q1"));
    end(begin(ids("u1", null, "a1"), "user: Q1", CALL, RESULT), answer, status);
  }

  @Test
  void hintBehindAQuestionThatWasSaved_isNotTheQuestion_whereThatStandsRightBehindARound() {
    toolTurn("", AnswerStatus.COMPLETED);
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", CALL, RESULT, "user: Q2");
    turn(ids("u2", "a1", "a2b"), "A2b", "user: Q1", CALL, RESULT, "user: Q2 anew", "user: shorter");
    assertEquals(
        List.of("u2 Q2 < a1", "a2 A2 < u2", "a2b A2b < u2"), named().subList(4, named().size()));
  }

  @Test
  void imagesOfATool_areNotTheQuestionThatAFilterLeavesOutBehindThem() {
    toolTurn("A1", AnswerStatus.CANCELLED);
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", CALL, RESULT, IMAGES, "user: Q2");
    turn(
        ids("u3", "a2", "a3"), "A3", "user: Q1", CALL, RESULT, IMAGES, "assistant: A2", "user: Q3");
    assertEquals("u2 Q2 < a1", named().get(4));
  }

  @Test
  void hintThatSaysWhatItsQuestionDoes_makesTheQuestionNoOtherOnes() {
    turn(ids("u1", null, "a1"), "ok", "user: Q1");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: ok", "user: Q2");
    turn(ids("u2", "a1", "a2b"), "A2b", "user: Q2", "assistant: ok", "user: Q2");
    assertEquals("u1 Q1 < root", named().get(0));
    assertEquals("u2 Q2 < a1", named().get(2));
  }

  @Test
  void questionThatIsThere_isNoOtherOne_whereThatStandsBehindAnEqualAnswer() {
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
        ids("u3", "a2", "a3"),
        "more",
        "user: Q1 anew",
        "assistant: ok",
        "user: Q2",
        "assistant: ok by hand",
        "user: Q3",
        "assistant: A3 by hand");
    assertEquals("u3 Q3 < a2", named().get(4));
  }
}
