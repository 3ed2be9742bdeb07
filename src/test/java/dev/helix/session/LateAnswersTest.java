package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.reliability.CountedTests;
import dev.helix.transcript.MessageIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are recorded behind those of later turns: the path follows the order of turns. */
@ExtendWith(CountedTests.class)
class LateAnswersTest {
  @TempDir Path folder;
  private SessionFixture fixture;

  @BeforeEach
  void start() {
    fixture = new SessionFixture(folder);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private OpenTurn begin(String... lines) {
    return fixture.begin("c", HistoryMode.CLIENT, lines);
  }

  private OpenTurn begin(MessageIds ids, String... lines) {
    TurnRequest request = new TurnRequest(messages(lines), HistoryMode.CLIENT, 100, ids);
    return fixture.manager().beginTurn(fixture.session("c"), request);
  }

  private void end(OpenTurn turn, String text, AnswerStatus status) {
    fixture.manager().completeTurn(turn, List.of(answer(text, status)));
  }

  private void end(OpenTurn turn, String text) {
    end(turn, text, AnswerStatus.COMPLETED);
  }

  /** The path of the whole transcript, and what a turn with stored history is sent. */
  private void assertPath(String... path) {
    assertEquals(List.of(path), texts(fixture.transcript("c").currentPath()));
    for (int i = 0; i < 2; i++) {
      OpenTurn next = fixture.begin("c", HistoryMode.STORED, "user: and?");
      assertEquals(List.of(path), texts(next.history()), i == 0 ? "warm" : "read anew");
      fixture.restart();
    }
  }

  private Message find(String text) {
    return fixture.transcript("c").messages().stream()
        .filter(message -> message.text().equals(text))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void answerToAFirstTry_whoseCallerAskedAgain_isBesideTheTalk() {
    OpenTurn first = begin("user: one");
    OpenTurn again = begin("user: one");
    end(again, "1");
    fixture.storedTurn("c", "2", "user: two");
    fixture.storedTurn("c", "3", "user: three");
    end(first, "late");
    assertPath("one", "1", "two", "2", "three", "3");
    assertTrue(fixture.tree("c").contains("late < one"));
  }

  @Test
  void answerToAFirstTry_rightBehindThatOfTheSecond_isNotThePath() {
    OpenTurn first = begin("user: one");
    OpenTurn again = begin("user: one");
    end(again, "1");
    end(first, "late");
    assertPath("one", "1");
  }

  @Test
  void regeneratedAnswer_isThePath_whicheverEndsFirst() {
    fixture.turn("c", "1", "user: one");
    OpenTurn first = begin("user: one");
    OpenTurn second = begin("user: one");
    end(first, "1b");
    end(second, "1c");
    assertPath("one", "1c");
  }

  @Test
  void slowModelBesideAFastOne_doesNotTakeThePath() {
    OpenTurn slow = begin("user: one");
    OpenTurn fast = begin("user: one");
    end(fast, "fast");
    OpenTurn next = begin("user: one", "assistant: fast", "user: two");
    end(slow, "slow");
    end(next, "2");
    assertPath("one", "fast", "two", "2");
  }

  @Test
  void lateAnswerAlone_isThePath_asNoOtherCame() {
    OpenTurn first = begin("user: one");
    OpenTurn second = begin("user: other");
    end(second, "", AnswerStatus.FAILED);
    end(first, "1");
    assertPath("one", "1");
  }

  @Test
  void lateAnswers_ofTurnsThatAreNested_areInTheOrderOfTheirTurns() {
    OpenTurn a = begin("user: a");
    OpenTurn b = begin("user: b");
    OpenTurn c = begin("user: c");
    end(b, "B");
    end(a, "A");
    assertPath("b", "B");
    end(c, "C");
    fixture.turn("c", "D", "user: d");
    assertPath("d", "D");
  }

  @Test
  void stoppedAnswer_recordedBehindTheNextQuestion_isTheOneThatItsClientKept() {
    OpenTurn stopped = begin("user: one");
    OpenTurn next = begin("user: one", "assistant: It is", "user: two");
    end(stopped, "It is so that", AnswerStatus.CANCELLED);
    end(next, "2");
    assertPath("one", "It is so that", "two", "2");
    assertEquals(4, fixture.transcript("c").messages().size() - fixtureQuestions());
    assertEquals(AnswerStatus.CANCELLED, find("It is so that").status());
    fixture.turn(
        "c", "3", "user: one", "assistant: It is", "user: two", "assistant: 2", "user: 3?");
    assertTrue(fixture.tree("c").contains("3? < 2"));
  }

  /** The questions of {@link #assertPath}, which stand there unanswered once each. */
  private int fixtureQuestions() {
    return (int)
        fixture.transcript("c").messages().stream()
            .filter(message -> message.text().equals("and?"))
            .count();
  }

  @Test
  void stoppedAnswer_withAnId_isANewerVersionOfWhatItsClientKept() {
    OpenTurn stopped = begin(new MessageIds("q1", null, "a1"), "user: one");
    OpenTurn next =
        begin(new MessageIds("q2", "a1", "a2"), "user: one", "assistant: It is", "user: two");
    end(stopped, "It is so that", AnswerStatus.CANCELLED);
    end(next, "2");
    assertEquals("a1", find("It is so that").id());
    assertPath("one", "It is so that", "two", "2");
  }

  @Test
  void stoppedAnswer_doesNotGoBeforeItsContinuation() {
    OpenTurn stopped = begin(new MessageIds("q1", null, "a1"), "user: one");
    OpenTurn goesOn = begin(new MessageIds("q1", null, "a1"), "user: one", "assistant: It is");
    end(goesOn, " so that all is well.");
    end(stopped, "It is", AnswerStatus.CANCELLED);
    Message whole = fixture.transcript("c").get("a1");
    assertEquals("It is so that all is well.", whole.text());
    assertEquals(AnswerStatus.COMPLETED, whole.status());
    assertPath("one", "It is so that all is well.");
  }

  @Test
  void stoppedAnswer_thatItsClientHadGoOn_isNotThereTwice_withoutIdsEither() {
    OpenTurn stopped = begin("user: one");
    OpenTurn goesOn = begin("user: one", "assistant: It is");
    end(goesOn, " so.");
    end(stopped, "It is", AnswerStatus.CANCELLED);
    assertEquals(List.of("one < root", "It is so. < one"), fixture.tree("c"));
  }

  @Test
  void stoppedAnswer_thatWasAskedForAgain_isKept_alsoWhereTheOtherBeginsAlike() {
    OpenTurn stopped = begin("user: one");
    OpenTurn again = begin("user: one");
    end(again, "It is so.");
    end(stopped, "It is", AnswerStatus.CANCELLED);
    assertEquals(List.of("one < root", "It is so. < one", "It is < one"), fixture.tree("c"));
    assertPath("one", "It is so.");
  }

  @Test
  void stoppedAnswer_thatSaidOtherThanItsContinuation_isKeptBesideIt() {
    OpenTurn stopped = begin(new MessageIds("q1", null, "a1"), "user: one");
    OpenTurn goesOn = begin(new MessageIds("q1", null, "a1"), "user: one", "assistant: It is");
    end(goesOn, " well.");
    end(stopped, "It is so", AnswerStatus.CANCELLED);
    assertEquals("It is well.", fixture.transcript("c").get("a1").text());
    assertTrue(fixture.tree("c").contains("It is so < one"));
    assertPath("one", "It is well.");
  }

  @Test
  void lateAnswer_ofTheSameId_doesNotGoBeforeThatOfTheLaterTurn() {
    OpenTurn first = begin(new MessageIds("q1", null, "a1"), "user: one");
    OpenTurn second = begin(new MessageIds("q1", null, "a1"), "user: one");
    end(second, "second");
    end(first, "first");
    assertEquals("second", fixture.transcript("c").get("a1").text());
    assertTrue(fixture.tree("c").contains("first < one"));
    assertPath("one", "second");
  }

  @Test
  void answerOfTheSameId_ofTheLaterTurn_isTheNewerVersion() {
    OpenTurn first = begin(new MessageIds("q1", null, "a1"), "user: one");
    OpenTurn second = begin(new MessageIds("q1", null, "a1"), "user: one");
    end(first, "first");
    end(second, "second");
    assertEquals("second", fixture.transcript("c").get("a1").text());
    assertFalse(fixture.tree("c").contains("first < one"));
  }

  @Test
  void lateAnswer_ofASessionThatWasForgotten_isPlacedAsOneThatWasNot() {
    OpenTurn first = begin("user: one");
    OpenTurn again = begin("user: one");
    end(again, "1");
    fixture.restart();
    end(first, "late");
    assertPath("one", "1");
  }

  @Test
  void element_saysWhenItsTurnBegan_andBehindWhatIfItIsLate() throws Exception {
    OpenTurn first = begin("user: one");
    fixture.turn("c", "2", "user: two");
    end(first, "late");
    String log = Files.readString(folder.resolve("conv-c").resolve("context/messages.json"));
    String late = log.lines().filter(line -> line.contains("late")).findFirst().orElseThrow();
    String other = log.lines().filter(line -> line.contains("\"2\"")).findFirst().orElseThrow();
    assertTrue(late.contains("\"began_after\":1"), late);
    assertTrue(late.contains("\"began_at\":\""), late);
    assertTrue(other.contains("\"began_at\":\""), other);
    assertFalse(other.contains("began_after"), other);
    assertEquals(1, log.lines().filter(line -> line.contains("began_after")).count());
  }
}
