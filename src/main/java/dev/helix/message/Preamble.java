package dev.helix.message;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What some agents put before a person's first words, alike in all their chats: where they run,
 * which files there are, an example of how to answer. A chat is not known by it. No state.
 */
public final class Preamble {
  /** Such messages as a whole: aider's examples, and what it says of the files. */
  private static final Set<String> WHOLE =
      Set.of(
          "Change get_factorial() to use math.factorial",
          "Change the greeting to be more casual",
          "Refactor hello() into its own file.",
          "I switched to a new code base. Please don't consider the above files or try to edit them"
              + " any longer.",
          "I am not sharing any files that you can edit yet.",
          "I am not sharing the full contents of any files with you yet.");

  /** How such a message begins. */
  private static final List<String> BEGINNINGS =
      List.of(
          // aider: files behind it
          "Here are summaries of some files present in my git repo",
          "I am working with you on code in a git repository.\nHere are summaries of some files",
          "Don't try and edit any existing code without asking me to add the files to the chat!",
          "Here are some READ ONLY files, provided for your reference.",
          "I have *added these files to the chat* so you can go ahead and edit them.",
          "I have *added these files to the chat* so you see all of their contents.",
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
    return WHOLE.contains(stripped)
        || BEGINNINGS.stream().anyMatch(stripped::startsWith)
        || stripped.substring(0, Math.min(FIRST_LINES, stripped.length())).contains(SETTING_UP)
        || isBlocks(stripped);
  }

  /** Whether the text is whole blocks, one or more, and nothing else. */
  private static boolean isBlocks(String stripped) {
    int at = 0;
    while (at < stripped.length()) {
      int end = blockEnd(stripped, at);
      if (end < 0) {
        return false;
      }
      at = end;
      while (at < stripped.length() && Character.isWhitespace(stripped.charAt(at))) {
        at++;
      }
    }
    return at > 0;
  }

  /** Where the block ends that begins here; -1 where none does. */
  private static int blockEnd(String text, int start) {
    for (String name : BLOCKS) {
      if (text.startsWith("<" + name + ">", start)) {
        String tag = "</" + name + ">";
        int end = text.indexOf(tag, start);
        return end < 0 ? -1 : end + tag.length();
      }
    }
    return -1;
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
