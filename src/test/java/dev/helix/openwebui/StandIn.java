package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Words of our own in place of Open WebUI's in a recorded request: prompts keep their marks and
 * what was said in the chat, tools are left out.
 */
final class StandIn {
  private static final String TASK = "### Task:\n";

  private StandIn() {}

  /** The body without Open WebUI's own texts. */
  static ObjectNode body(ObjectNode body) {
    ObjectNode safe = body.deepCopy().without("tools");
    for (JsonNode message : safe.path("messages")) {
      if (message.path("content").isTextual()) {
        ((ObjectNode) message).put("content", text(message.path("content").asText()));
      }
    }
    return safe;
  }

  private static String text(String text) {
    if (!text.startsWith(TASK)) {
      return text;
    }
    int history = text.indexOf("<chat_history>");
    if (history >= 0) {
      String what = "Write what the recording is about.\n### Output:\nJSON format: { }\n";
      return TASK + what + "### Chat History:\n" + text.substring(history);
    }
    int context = text.indexOf("<context>");
    if (context >= 0) {
      return TASK + "Answer from the context.\n\n" + text.substring(context);
    }
    throw new IllegalArgumentException("a prompt without a stand-in: " + text.lines().count());
  }
}
