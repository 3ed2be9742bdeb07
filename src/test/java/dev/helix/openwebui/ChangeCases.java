package dev.helix.openwebui;

import dev.helix.scripted.Call;
import org.junit.jupiter.api.Test;

/** What a person changes in a chat of which Open WebUI sends nothing before the next turn. */
interface ChangeCases extends PersonFixture {

  // Equal questions, so that nothing but the order of the answers tells what is missing.
  @Test
  default void pairDeletedInTheMiddle() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("deleted")) {
      ada.newChat("alpha");
      talk.step("first question", ada, 1, () -> ada.ask("Tell me of a river."));
      talk.step("second question", ada, 1, () -> ada.ask("Go on."));
      talk.step("third question", ada, 1, () -> ada.ask("Go on."));
      talk.step("fourth question", ada, 1, () -> ada.ask("Go on."));
      talk.step(
          "question after the second pair was deleted",
          ada,
          1,
          Comparison.KEPT,
          () -> {
            ada.deleteQuestion(1);
            ada.ask("Go on.");
          });
      talk.step("regenerate", ada, 1, Comparison.KEPT, ada::regenerate);
      talk.step("next question", ada, 1, Comparison.KEPT, () -> ada.ask("Where is it?"));
    }
  }

  @Test
  default void answerAndQuestionChangedInPlace() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("reworded")) {
      ada.newChat("alpha");
      talk.step("first question", ada, 1, () -> ada.ask("Who wrote it?"));
      talk.step("second question", ada, 1, () -> ada.ask("When was that?"));
      talk.step(
          "question after an answer was changed",
          ada,
          1,
          asFarAsTold(),
          () -> {
            ada.rewordAnswer(0, "Nobody knows.");
            ada.ask("Where was it?");
          });
      talk.step(
          "question after a question was changed",
          ada,
          1,
          told() ? Comparison.EQUAL : Comparison.NONE, // It is known by its answer.
          () -> {
            ada.rewordQuestion(1, "In which year?");
            ada.ask("Is it good?");
          });
    }
  }

  @Test
  default void stoppedAndGoneOnAtOnce() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("stop-and-go-on")) {
      ada.newChat("alpha");
      talk.step(
          "stop, and ask at once",
          ada,
          2,
          later(),
          () -> {
            ada.ask("Count to ten.");
            Call call = stack().model.hold();
            ada.stopAfter("three");
            ada.ask("Never mind.");
            call.awaitClosedByPeer(LEAVING);
          });
      talk.step(
          "stop, and continue at once",
          ada,
          2,
          atOnce(),
          () -> {
            ada.ask("List the colours.");
            Call call = stack().model.hold();
            ada.stopAfter("blue");
            ada.continueAnswer();
            call.awaitClosedByPeer(LEAVING);
          });
      talk.step("next question", ada, 1, later(), () -> ada.ask("Thank you."));
    }
  }
}
