package dev.helix.message;

import java.util.List;
import java.util.Optional;

/**
 * What some agents put before a person's first words, alike in all their chats: where they run,
 * which files there are, an example of how to answer. A chat is not known by it. No state.
 */
public final class Preamble {
  /** How such a message begins. */
  private static final List<String> BEGINNINGS =
      List.of(
          // aider: its examples, and the files
          "Change get_factorial() to use math.factorial",
          "Change the greeting to be more casual",
          "Refactor hello() into its own file",
          "I switched to a new code base",
          "Here are summaries of some files",
          "Here are some READ ONLY files",
          "I have *added these files to the chat*",
          "I am not sharing any",
          // Codex
          "# AGENTS.md instructions for");

  /** Qwen Code, Gemini CLI and what was made of them. */
  private static final String SETTING_UP = "We are setting up the context for our chat";

  private static final int FIRST_LINES = 200;

  /** Blocks that are nobody's words where a message has nothing else. */
  private static final List<String> BLOCKS =
      List.of("system-reminder", "environment_context", "user_instructions");

  private Preamble() {}

  /** Whether a user message's text is one of these. */
  public static boolean is(String text) {
    String stripped = text.strip();
    return BEGINNINGS.stream().anyMatch(stripped::startsWith)
        || stripped.substring(0, Math.min(FIRST_LINES, stripped.length())).contains(SETTING_UP)
        || BLOCKS.stream()
            .anyMatch(
                name ->
                    stripped.startsWith("<" + name + ">") && stripped.endsWith("</" + name + ">"));
  }

  /**
   * The first message of a person: of the user messages the first that is no preamble, else the
   * first.
   */
  public static Optional<Message> firstQuestion(List<Message> messages) {
    List<Message> asked =
        messages.stream().filter(message -> message.role().equals("user")).toList();
    Optional<Message> first = asked.stream().filter(message -> !is(message.text())).findFirst();
    return first.isPresent() ? first : asked.stream().findFirst();
  }
}
