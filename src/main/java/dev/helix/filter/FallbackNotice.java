package dev.helix.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells the operator, once for each kind of client, of agents whose chats are known by nothing but
 * their first message. Thread-safe.
 */
final class FallbackNotice {
  private static final Logger LOG = System.getLogger(ConversationFilter.class.getName());
  private static final int MOST_KINDS = 32;
  private static final int LONGEST_KIND = 40;

  /** How many requests of a kind are looked into, and of how many kinds. */
  private static final int MOST_LOOKS = 20;

  private static final int MOST_LOOKED_AT = 200;

  /** What the products of agents are called, or how they begin. */
  private static final List<String> AGENTS =
      List.of(
          "qwen",
          "aider",
          "opencode",
          "codex",
          "claude",
          "cline",
          "roo",
          "kilo",
          "goose",
          "crush",
          "gemini",
          "continue",
          "openhands");

  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> looks = new ConcurrentHashMap<>();

  /**
   * Takes note of a request whose session came from its first message.
   *
   * @param preamble whether an agent's own words stood before it
   */
  void taken(HttpServletRequest request, byte[] body, boolean preamble) {
    String kind = kind(request.getHeader("User-Agent"));
    if (told.contains(kind) || told.size() >= MOST_KINDS) {
      return;
    }
    String product = kind.toLowerCase(Locale.ROOT);
    boolean agent =
        preamble
            || AGENTS.stream().anyMatch(product::startsWith)
            || (looksInto(kind) && ChatBody.hasTools(body));
    if (agent && told.add(kind)) {
      LOG.log(
          Level.WARNING,
          "{0} looks like an agent and names no conversation, so its chats are told apart by their"
              + " first message only; see docs/clients.md for the ways to name them",
          kind);
    }
  }

  /** Whether a request's body is read once more, which costs as much as it is long. */
  private boolean looksInto(String kind) {
    if (looks.size() >= MOST_LOOKED_AT && !looks.containsKey(kind)) {
      return false;
    }
    return looks.merge(kind, 1, (seen, one) -> Math.min(seen + one, MOST_LOOKS + 1)) <= MOST_LOOKS;
  }

  /** The product of a User-Agent: only what is a token, as it goes into the log. */
  private static String kind(String userAgent) {
    String text = userAgent == null ? "" : userAgent.strip();
    int end = 0;
    while (end < text.length() && end < LONGEST_KIND && isToken(text.charAt(end))) {
      end++;
    }
    return end == 0 ? "a client without a User-Agent" : text.substring(0, end);
  }

  private static boolean isToken(char c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || "-._~!#$&*+^`|'".indexOf(c) >= 0;
  }
}
