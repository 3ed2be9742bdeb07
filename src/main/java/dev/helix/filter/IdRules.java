package dev.helix.filter;

import dev.helix.http.InvalidRequestException;
import dev.helix.http.Placeholder;

/** What a conversation id must be (specification section 1). No state. */
final class IdRules {
  private static final int MOST_CODE_POINTS = 512;
  private static final int MOST_SHOWN = 80;

  /** The template of Open WebUI for a chat's id, which versions before 0.10.0 send as it stands. */
  private static final String OPEN_WEBUI = "{{CHAT_ID}}";

  private static final String OPEN_WEBUI_ADVICE =
      " Open WebUI fills it in from its version 0.10.0 on. With an older one take this header out"
          + " of its connection, and start it with ENABLE_FORWARD_USER_INFO_HEADERS=true.";

  private IdRules() {}

  /** Whether a value could be an id. */
  static boolean isId(String id) {
    return problem(id) == null;
  }

  /**
   * Refuses a value that cannot be a conversation id.
   *
   * @param param what had the value, for the error
   * @param place the same in a sentence: {@code The header X-Conversation-ID}
   */
  static void check(String id, String param, String place) throws InvalidRequestException {
    String problem = problem(id);
    if (problem != null) {
      throw refused(param, place + " " + problem);
    }
  }

  static InvalidRequestException refused(String param, String problem) {
    return new InvalidRequestException("invalid_conversation_id", param, problem);
  }

  private static String problem(String id) {
    if (id.codePointCount(0, id.length()) > MOST_CODE_POINTS) {
      return "is longer than " + MOST_CODE_POINTS + " characters.";
    }
    if (id.chars().anyMatch(Character::isISOControl)) {
      return "has control characters.";
    }
    if (id.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
      return "has half a character: a surrogate of UTF-16 without its other one.";
    }
    if (Placeholder.is(id)) {
      return "names no conversation: '"
          + shown(id)
          + "' is a template that was not filled in, or a program's word for nothing."
          + (id.contains(OPEN_WEBUI) ? OPEN_WEBUI_ADVICE : "");
    }
    return null;
  }

  /** As much of an id as an error shows. */
  static String shown(String id) {
    int most = Math.min(MOST_SHOWN, id.codePointCount(0, id.length()));
    int end = id.offsetByCodePoints(0, most);
    return end == id.length() ? id : id.substring(0, end) + "…";
  }
}
