package dev.helix.openwebui;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** What the Responses API has a form of its own for. */
interface ResponsesCases extends PersonFixture {

  @Test
  default void questionWithAnImage() throws IOException {
    Person ada = stack().ada;
    File image = stack().folder.resolve("dot.png").toFile();
    if (!ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", image)) {
      throw new AssertionError("no PNG can be written");
    }
    try (Scenario talk = scenario("image")) {
      ada.newChat("alpha");
      ada.attachImage(image.toPath());
      talk.step("question about an image", ada, 1, () -> ada.ask("What is it?"));
      talk.step("next question", ada, 1, () -> ada.ask("Which colour has it?"));
      talk.step("regenerate", ada, 1, ada::regenerate);
    }
  }

  // Open WebUI does not read the event that says so.
  @Test
  default void answerThatIsCutOff() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("cut-off")) {
      ada.newChat("alpha");
      talk.step("answer that is too long", ada, 1, () -> ada.ask("Be cut off, please."));
      talk.step("continue the answer", ada, 1, atOnce(), ada::continueAnswer);
      talk.step("next question", ada, 1, later(), () -> ada.ask("Thank you."));
    }
  }

  @Test
  default void restartBetweenTurns() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("restart")) {
      ada.newChat(Stack.TOOL_MODEL);
      talk.step("answer by a tool", ada, 2, () -> ada.ask("What is the weather in Rome?"));
      stack().restartServer();
      talk.step("next question", ada, 1, () -> ada.ask("Thank you."));
      talk.step("regenerate", ada, 1, ada::regenerate);
    }
  }
}
