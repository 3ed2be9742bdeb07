package dev.helix.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of our own with the marks of what agents say first. */
class PreambleTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "This is the Qwen Code. We are setting up the context for our chat.\nToday is Monday.",
        "This is the Gemini CLI. We are setting up the context for our chat.\nToday is Monday.",
        "\n This is a Fork. We are setting up the context for our chat.",
        "Change get_factorial() to use math.factorial",
        "Refactor hello() into its own file.\n",
        "I switched to a new code base. Please don't consider the above files or try to edit them any longer.",
        "Here are summaries of some files present in my git repository.\nfoo.py",
        "I have *added these files to the chat* so you can go ahead and edit them.\n\nfoo.py",
        "<system-reminder>A</system-reminder>\n<system-reminder>B</system-reminder>\n\n<environment_context>C</environment_context>",
        "<system-reminder></system-reminder><user_instructions>B</user_instructions>",
        "# AGENTS.md instructions for /src\n\nBe kind.",
        "<environment_context>\n  <cwd>/src</cwd>\n</environment_context>",
        "<system-reminder>Today is Monday.</system-reminder>\n"
      })
  void whatAgentsSayFirst_isNobodysMessage(String text) {
    assertTrue(Preamble.is(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Hallo",
        "What does 'I switched to a new code base' mean?",
        "<system-reminder>Today is Monday.</system-reminder>\nHow far is it?",
        "<environment_context> what is that?",
        "<system-reminder>A</system-reminder>\nHow far is it?\n<system-reminder>B</system-reminder>",
        "<system-reminder>A</system-reminder>\n<system-reminder>B",
        "<system-reminder>A</environment_context>",
        "<other>A</other>",
        "Change get_factorial() to use math.factorial, please, and explain why.",
        "I switched to a new code base. Where do I begin?",
        "Here are some READ ONLY files: which can I delete?",
        "I am not sharing any of my secrets. How do I store them?",
        "Here are summaries of some files: what is missing?",
        "We set up the context of our chat."
      })
  void whatAPersonSays_isAMessage(String text) {
    assertFalse(Preamble.is(text));
  }

  @Test
  void firstQuestion_isTheFirstOfAPerson_elseTheFirst() {
    Message system = Message.of("system", "S");
    Message example = Message.of("user", "Change get_factorial() to use math.factorial");
    Message answer = Message.of("assistant", "Ok.");
    Message question = Message.of("user", "How far is it?");
    assertEquals(
        question, Preamble.firstQuestion(List.of(system, example, answer, question)).orElseThrow());
    assertEquals(example, Preamble.firstQuestion(List.of(system, example)).orElseThrow());
    assertTrue(Preamble.firstQuestion(List.of(system, answer)).isEmpty());
  }
}
