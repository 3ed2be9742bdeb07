package dev.helix.message;

import java.util.List;

/**
 * Background prompts of Open WebUI without the marks of its other templates: each begins with words
 * of its own, and has others at the beginning of later lines. What stands between an operator may
 * edit. No state.
 */
final class WordedPrompt {
  /** How a prompt begins, and the lines that it has besides, in their order. */
  private record Words(String begin, List<String> lines) {}

  private static final Words MERGE =
      new Words(
          "You have been provided with a set of responses from various models to the latest user",
          List.of("Responses from models: "));

  private static final List<Words> UNSTREAMED =
      List.of(
          new Words(
              "Review the completed conversation turn and decide whether long-term memory should",
              List.of("Existing memories:", "Conversation:")),
          new Words(
              "Your task is to reflect the speaker's likely facial expression through a fitting"
                  + " emoji",
              List.of("Message: ```")),
          MERGE);

  private static final Words TOOLS = new Words("Available Tools: ", List.of("\"tool_calls\": ["));
  private static final List<String> QUERIES = List.of("Query: ", "History:\n");

  private WordedPrompt() {}

  /** Whether a user message's text is such a prompt. */
  static boolean matches(String text) {
    return UNSTREAMED.stream().anyMatch(words -> matches(words, text, 0));
  }

  /** Whether it is the prompt to merge answers, the only one whose answer is streamed. */
  static boolean merges(String text) {
    return matches(MERGE, text, 0);
  }

  /**
   * Whether a system message asks to choose tools for a user message. A model's own system prompt
   * may stand before that.
   */
  static boolean choosesTools(String system, String text) {
    int begin = system.startsWith(TOOLS.begin) ? 0 : system.indexOf("\n" + TOOLS.begin) + 1;
    return (begin > 0 || system.startsWith(TOOLS.begin))
        && matches(TOOLS, system, begin)
        && QUERIES.stream().anyMatch(text::startsWith);
  }

  private static boolean matches(Words words, String text, int from) {
    if (!text.startsWith(words.begin, from)) {
      return false;
    }
    int at = from;
    for (String line : words.lines) {
      at = lineWith(text, line, at);
      if (at < 0) {
        return false;
      }
    }
    return true;
  }

  /** Where a line behind a place begins with these words, but for white space; -1 for none. */
  private static int lineWith(String text, String words, int from) {
    int end = text.indexOf('\n', from);
    while (end >= 0) {
      int at = end + 1;
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
      if (text.startsWith(words, at)) {
        return at;
      }
      end = text.indexOf('\n', at);
    }
    return -1;
  }
}
