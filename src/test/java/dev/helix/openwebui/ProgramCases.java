package dev.helix.openwebui;

import dev.helix.scripted.Request;
import dev.helix.scripted.Tap;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Open WebUI asks the model by itself, beside titles, tags and follow-up questions. */
interface ProgramCases extends PersonFixture {
  Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  default void mergedAnswers() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("merged")) {
      ada.newChat("alpha", "beta");
      talk.step("two models", ada, 2, () -> ada.ask("Which of you is taller?"));
      talk.step(
          "merge the answers",
          ada,
          0,
          () -> {
            long before = streamsEnded();
            ada.mergeAnswers();
            stack().tap.await("merged answers", PATIENCE, events -> streamsEnded() > before);
            if (!setup().responses) { // Open WebUI reads no events of responses there.
              ada.sees("Both of them say it.");
            }
          });
      talk.step("next question", ada, 2, () -> ada.ask("And heavier?"));
    }
  }

  // The model has a system prompt, which Open WebUI puts before its own.
  @Test
  default void toolsChosenByAPrompt() {
    Person ada = stack().ada;
    try (Scenario talk = scenario("legacy-tool")) {
      ada.newChat(Stack.LEGACY_TOOL_MODEL);
      talk.step("tool before a turn", ada, 1, () -> ada.ask("What is the weather in Rome?"));
      talk.step("tool before the next turn", ada, 1, () -> ada.ask("And tomorrow?"));
    }
  }

  @Test
  default void memoryThatIsReviewed() {
    Person ada = stack().ada;
    stack().openWebUi.remember(ada.token(), true);
    try (Scenario talk = scenario("memory")) {
      ada.newChat("alpha");
      talk.step("first question", ada, 1, () -> reviewed(() -> ada.ask("I live by the sea.")));
      talk.step("second question", ada, 1, () -> reviewed(() -> ada.ask("I have a boat.")));
    } finally {
      stack().openWebUi.remember(ada.token(), false);
    }
  }

  // It begins some time after the turn's end, and nothing on the page tells.
  private void reviewed(Runnable action) {
    long before = reviews();
    action.run();
    stack().tap.await("a review of the memory", PATIENCE, events -> reviews() > before);
  }

  private long reviews() {
    return stack().tap.events().stream()
        .filter(event -> event.moment() == Tap.Moment.BEGUN)
        .map(event -> stack().tap.request(event.exchange()))
        .filter(request -> request.method().equals("POST") && isReview(request))
        .count();
  }

  private static boolean isReview(Request request) {
    return request.json().toString().contains("decide whether long-term memory");
  }

  @Test
  default void longChatThatIsCompacted() {
    Person ada = stack().ada;
    String config = "/api/v1/chats/config";
    try (Scenario talk = scenario("compacted")) {
      ada.newChat("alpha");
      talk.step("first question", ada, 1, () -> ada.ask("Which rivers run to the east?"));
      talk.step("second question", ada, 1, () -> ada.ask("Which of them is the longest?"));
      stack()
          .openWebUi
          .set(
              config,
              ada.token(),
              Map.of(
                  "ENABLE_CONTEXT_COMPACTION", true,
                  "CONTEXT_COMPACTION_TOKEN_THRESHOLD", 1,
                  "CONTEXT_COMPACTION_TOKEN_CAP", 1));
      talk.step("question that is too much", ada, 1, () -> ada.ask("And which the shortest?"));
      talk.step("next question", ada, 1, () -> ada.ask("Is it deep?"));
      // A single question without an answer may be anywhere.
      talk.step("regenerate", ada, 1, told() ? Comparison.EQUAL : Comparison.NONE, ada::regenerate);
    } finally {
      stack().openWebUi.set(config, ada.token(), Map.of("ENABLE_CONTEXT_COMPACTION", false));
    }
  }

  @Test
  default void subAgent() {
    Person ada = stack().ada;
    String config = "/api/v1/configs/subagents";
    stack().openWebUi.set(config, ada.token(), Map.of("ENABLE_SUBAGENTS", true));
    try (Scenario talk = scenario("sub-agent")) {
      ada.newChat("alpha");
      talk.step("answer by a sub-agent", ada, 3, () -> ada.ask("Delegate it, please."));
      talk.step("next question", ada, 1, () -> ada.ask("Thank you."));
    } finally {
      stack().openWebUi.set(config, ada.token(), Map.of("ENABLE_SUBAGENTS", false));
    }
  }
}
