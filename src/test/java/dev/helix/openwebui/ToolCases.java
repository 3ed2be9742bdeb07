package dev.helix.openwebui;

import org.junit.jupiter.api.Test;

/** Tools that Open WebUI runs; the ids of all calls are alike. */
interface ToolCases extends PersonFixture {

  @Test
  default void toolThatOpenWebUiRuns() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("tool")) {
      ada.newChat(Stack.TOOL_MODEL);
      talk.step("answer by a tool", ada, 2, () -> ada.ask("What is the weather in Rome?"));
      talk.step("next question", ada, 1, () -> ada.ask("Thank you."));
      talk.step("tool again", ada, 2, () -> ada.ask("And now the weather?"));
      talk.step("regenerate it", ada, 2, ada::regenerate);
      talk.step("next question", ada, 1, () -> ada.ask("Good."));
    }
  }

  @Test
  default void twoModelsWithTools() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("two-tools")) {
      ada.newChatWith(Stack.TOOL, Stack.TOOL_MODEL, Stack.OTHER_TOOL_MODEL);
      talk.step("two models with tools", ada, 4, () -> ada.ask("What is the weather in Rome?"));
      talk.step("next question", ada, 2, () -> ada.ask("Thank you."));
      talk.step("tools again", ada, 4, () -> ada.ask("And now the weather?"));
      talk.step("next question", ada, 2, () -> ada.ask("Good."));
    }
  }

  @Test
  default void answerThatGoesOnWithATool() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("goes-on-with-a-tool")) {
      ada.newChat(Stack.TOOL_MODEL);
      talk.step("question", ada, 1, () -> ada.ask("Shall I go out?"));
      talk.step("continue with a tool", ada, 2, atOnce(), ada::continueAnswer);
      talk.step("next question", ada, 1, atOnce(), () -> ada.ask("Thank you."));
      talk.step("another question", ada, 1, atOnce(), () -> ada.ask("Good."));
    }
  }

  // Nothing tells of the stop itself: until the next turn there is a call without a result.
  @Test
  default void toolThatIsStopped() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("stopped-tool")) {
      ada.newChat(Stack.TOOL_MODEL);
      talk.step("stop a tool", ada, 1, Comparison.NONE, () -> stopped("Any weather in Nowhere?"));
      talk.step("next question", ada, 1, () -> ada.ask("Never mind."));
      talk.step("stop it again", ada, 1, Comparison.NONE, () -> stopped("No weather in Nowhere?"));
      talk.step("continue the answer", ada, 1, atOnce(), ada::continueAnswer);
      talk.step("next question", ada, 1, later(), () -> ada.ask("Thank you."));
    }
  }

  private void stopped(String question) {
    long before = streamsEnded();
    stack().ada.ask(question);
    stack().tap.await("the call of a tool", LEAVING, events -> streamsEnded() > before);
    stack().ada.stopAfter("I look it up.");
  }
}
