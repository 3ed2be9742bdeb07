package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a person does on Open WebUI's page, with one header set-up; a test each for what belongs
 * together. Each has chats of its own.
 */
abstract class PersonSuite extends StackSuite implements ChangeCases, ToolCases, ProgramCases {
  private Person ada;

  PersonSuite(HeaderSetup setup) {
    super(setup);
  }

  @BeforeAll
  void sitDown() {
    ada = stack().ada;
  }

  private void photograph(String name) {
    ada.photograph(Stack.make(stack().folder.resolve("photographs")).resolve(name + ".png"));
  }

  // The page is asked to do something while the model is silent, and the connection must go.
  private void stopped(String question, String afterText) {
    ada.ask(question);
    Call call = stack().model.hold();
    ada.stopAfter(afterText);
    call.awaitClosedByPeer(LEAVING);
  }

  @Test
  void turnsRegeneratedEditedAndContinued() {
    try (Scenario talk = scenario("conversation")) {
      ada.newChat("alpha");
      talk.step("first question", ada, 1, () -> ada.ask("Where shall I go in May?"));
      talk.step("second question", ada, 1, () -> ada.ask("Think about the money, too."));
      talk.step("third question", ada, 1, () -> ada.ask("And in winter?"));
      talk.step("regenerate", ada, 1, ada::regenerate);
      photograph("regenerated");
      talk.step("fourth question", ada, 1, () -> ada.ask("Thank you."));
      talk.step("edit the first question", ada, 1, () -> ada.editFirstQuestion("Where in June?"));
      talk.step("continue the answer", ada, 1, atOnce(), ada::continueAnswer);
      talk.step("question after it", ada, 1, later(), () -> ada.ask("What shall I pack?"));
    }
  }

  // Without ids it looks like a further question; the next turn shows what it was.
  @Test
  void suggestedChange() {
    try (Scenario talk = scenario("suggestion")) {
      ada.newChat("alpha");
      talk.step("question", ada, 1, () -> ada.ask("Tell me a story."));
      talk.step(
          "suggest a change",
          ada,
          1,
          told() ? Comparison.EQUAL : Comparison.NONE,
          () -> ada.regenerateWith("make it shorter"));
      talk.step(
          "question after it",
          ada,
          1,
          told() ? Comparison.EQUAL : Comparison.CONTAINED,
          () -> ada.ask("How does it end?"));
    }
  }

  @Test
  void twoModelsSideBySide() {
    try (Scenario talk = scenario("side-by-side")) {
      ada.newChat("alpha", "beta");
      talk.step("two models", ada, 2, () -> ada.ask("Which of you is older?"));
      photograph("side-by-side");
      talk.step("next question", ada, 2, () -> ada.ask("And wiser?"));
    }
    try (Scenario talk = scenario("twins")) {
      ada.newChat("alpha", "alpha");
      talk.step("one model twice", ada, 2, () -> ada.ask("Who are you?"));
    }
  }

  @Test
  void answersThatBreakOff() {
    try (Scenario talk = scenario("broken-off")) {
      ada.newChat("alpha");
      talk.step("stop in mid-answer", ada, 1, () -> stopped("Count to ten.", "three"));
      talk.step("question after it", ada, 1, () -> ada.ask("Go on, please."));
      talk.step("stop before a word", ada, 1, () -> stopped("Say nothing.", ""));
      talk.step("question after it", ada, 1, () -> ada.ask("Are you there?"));
      talk.step("upstream fails", ada, 1, () -> ada.ask("Break, please."));
      talk.step("question after it", ada, 1, () -> ada.ask("Is it well again?"));
      talk.step("regenerate", ada, 1, ada::regenerate);
      talk.step("upstream fails in mid-answer", ada, 1, () -> ada.ask("Break off, please."));
      ada.sees("Half an answer");
      photograph("broken-off");
      ada.seesOnce(Script.ERROR);
      talk.step("question after it", ada, 1, () -> ada.ask("And now?"));
      ada.seesOnce(Script.ERROR);
    }
  }

  @Test
  void temporaryChatAndItsSaving() {
    try (Scenario talk = scenario("temporary")) {
      ada.newChat("alpha");
      ada.beTemporary();
      talk.step("temporary question", ada, 1, () -> ada.ask("Will you forget this?"));
      talk.step("next question", ada, 1, () -> ada.ask("Really?"));
      photograph("temporary");
      ada.saveTemporary();
      ada.chat();
      talk.step("question after saving", ada, 1, () -> ada.ask("Now keep it."));
    }
  }

  @Test
  void cloneGoesOnByItself() {
    try (Scenario talk = scenario("clone")) {
      ada.newChat("alpha");
      talk.step("question", ada, 1, () -> ada.ask("What is a fork?"));
      String chat = ada.chat();
      JsonNode clone =
          stack().openWebUi.post("/api/v1/chats/" + chat + "/clone", ada.token(), Json.object());
      ada.openChat(clone.path("id").asText());
      talk.step("question in the clone", ada, 1, () -> ada.ask("And a spoon?"));
      ada.openChat(chat);
      talk.step("question in the first chat", ada, 1, () -> ada.ask("And a knife?"));
    }
  }

  @Test
  void fileWhoseTextGoesIntoTheQuestion() throws IOException {
    Path file = stack().folder.resolve("note.txt");
    Files.writeString(file, "The meeting is at noon.\n");
    try (Scenario talk = scenario("file")) {
      ada.newChat("alpha");
      ada.attach(file);
      talk.step("question about a file", ada, 1, () -> ada.ask("When is the meeting?"));
      talk.step("next question", ada, 1, () -> ada.ask("Where is it?"));
      talk.step("regenerate", ada, 1, ada::regenerate);
    }
  }

  @Test
  void anotherPerson() {
    Person ben = stack().ben;
    try (Scenario talk = scenario("two-people")) {
      ada.newChat("alpha");
      ben.newChat("alpha");
      talk.step("one", ada, 1, () -> ada.ask("Hello"));
      talk.step("the other, alike", ben, 1, () -> ben.ask("Hello"));
      talk.step("one again", ada, 1, () -> ada.ask("How are you?"));
      talk.step("the other again", ben, 1, () -> ben.ask("How are you?"));
    }
  }
}
