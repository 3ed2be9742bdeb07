package dev.helix.session;

import java.util.regex.Pattern;

/**
 * The shapes of the prompts by which Open WebUI asks for a title, for tags and the like.
 * Specification section 5.
 */
public final class TaskPrompt {
  private static final Pattern JSON_ONLY =
      Pattern.compile("(?s)### Output:.*(\\{.*\\}|JSON)", Pattern.CASE_INSENSITIVE);

  private TaskPrompt() {}

  /** Whether a text is such a prompt. In doubt it is not. */
  public static boolean matches(String text) {
    return text.contains("### Task:")
        && !text.contains("<context>")
        && (text.contains("<chat_history>") || JSON_ONLY.matcher(text).find());
  }
}
