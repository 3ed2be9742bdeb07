package dev.helix.message;

import static dev.helix.session.ProcessorTime.assertAtMost;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of our own with the marks of Open WebUI's templates. */
class BackgroundPromptTest {
  private static final String HISTORY =
      "<chat_history>\nUSER: Where do foxes sleep?\nASSISTANT: In dens.\n</chat_history>";

  @Test
  void taskWithTheChatHistory_isATask() {
    assertTrue(
        BackgroundPrompt.matches("### Task:\nName this talk.\n### Chat History:\n" + HISTORY));
  }

  @Test
  void taskThatContinuesATextBehindTheHistory_isATask() {
    assertTrue(
        BackgroundPrompt.matches(
            "### Task:\nGo on writing.\n---\n" + HISTORY + "\n<text>I wo</text>\n#### Output:\n"));
  }

  @Test
  void marksBehindAnOperatorsOwnWords_areSeenInAnyLine() {
    assertTrue(
        BackgroundPrompt.matches("Answer in Dutch.\r\n\r\n  ### Task:\r\nName it.\r\n" + HISTORY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "### Task:\nName it.\n### Output:\nJSON format: { \"name\": \"…\" }",
        "### Task:\nName it.\n\n### Output:\n\nStrictly return in JSON format: \n{\n  \"name\": 1\n}",
        "### Task:\nName it.\n### **Output Rules**:\n- Respond only in JSON: `{ \"name\": \"\" }`",
        "### Output:\nOnly JSON such as {\"a\":1}\n### Task:\nName it."
      })
  void taskThatWantsOnlyJson_isATask(String text) {
    assertTrue(BackgroundPrompt.matches(text));
  }

  @Test
  void taskOnTheWords_ofAPersonWhoSpeaksOfContextTags_isStillATask() {
    assertTrue(
        BackgroundPrompt.matches(
            "### Task:\nName this talk.\n<chat_history>\nUSER: What does <context> mean, and"
                + " what </chat_history>?\nASSISTANT: …\n</chat_history>"));
  }

  @Test
  void taskToContinueATextThatSpeaksOfContextTags_isATask() {
    assertTrue(
        BackgroundPrompt.matches(
            "### Task:\nGo on.\n" + HISTORY + "\n<text>What is <context>?</text>"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "### Task:\nAnswer by what was found.\n<context>\n<source id=\"1\">Dens.</source>\n"
            + "</context>\n\nWhere do foxes sleep?",
        "### Task:\nAnswer by what was found.\n### Output:\nA JSON such as {}\n<context>\nx\n</context>",
        "### Task:\nAnswer.\n<context>\n<chat_history>\nUSER: x\n</chat_history>\n</context>\nAnd?"
      })
  void whatCarriesRetrievedText_isATurn(String text) {
    assertFalse(BackgroundPrompt.matches(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Hello",
        "### Task:",
        "### Task:\nWrite a poem.",
        "### Task:\nWrite a poem.\n### Output:\nFour lines.",
        "### Task:\nWrite a parser.\n### Output:\nSomething that reads JSON, in Java.",
        "### Task:\nWrite a parser for this JSON: {\"a\":1}\n### Output:\nJava",
        "### Task:\nWrite.\n### Output:\nJava\n### Input:\nJSON {}",
        "My ### Task: is to read\n<chat_history>\nUSER: x\n</chat_history>",
        "### Task:\nExplain the tag <chat_history>.",
        "### Task:\nExplain </chat_history><chat_history>.",
        "### Task:\nExplain a heading such as\n### Messages Being Compacted: of Open WebUI.",
        "### Task:\nAnswer.\n<context>\n### Messages Being Compacted:\nx\n</context>\nAnd?",
        "Responses from models: a\nYou have been provided with a set of responses from various"
            + " models to the latest user query",
        "You have been provided with a set of responses from various models to the latest user"
            + " query. What does that mean? Responses from models: none.",
        "Your task is to reflect the speaker's likely facial expression through a fitting emoji",
        "Review the completed conversation turn and decide whether long-term memory should change."
            + "\nConversation:\nExisting memories:\n",
        "Look:\n<chat_history>\n### Task:\nName it.\n</chat_history>\nWhat is this?"
      })
  void inDoubt_itIsATurn(String text) {
    assertFalse(BackgroundPrompt.matches(text));
  }

  @Test
  void megabytesOfMarks_costNoMoreThanReadingThem() {
    String many = "### Task:\n### Output:\nJSON\n <context <chat_history>\n".repeat(200_000);
    assertAtMost(Duration.ofSeconds(30), () -> assertFalse(BackgroundPrompt.matches(many)));
  }

  @Test
  void manyBeginningsOfALaterLine_areReadInNoTime() {
    String many =
        "You have been provided with a set of responses from various models to the latest user "
            + "Responses from models: ".repeat(500_000)
            + "\n"
            + " ".repeat(10_000_000);
    assertAtMost(Duration.ofSeconds(30), () -> assertFalse(BackgroundPrompt.matches(many)));
  }

  @Test
  void millionsOfHeadings_areReadInNoTime() {
    String headings = "### Task:\n" + "#\n".repeat(10_000_000);
    assertAtMost(Duration.ofSeconds(30), () -> assertFalse(BackgroundPrompt.matches(headings)));
  }
}
