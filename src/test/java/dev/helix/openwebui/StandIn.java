package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Words of our own in place of Open WebUI's in a recorded request: prompts keep their marks and
 * what was said in the chat, tools are left out.
 */
final class StandIn {
  private static final String TASK = "### Task:\n";

  /**
   * A prompt that is known by its words: how much of its beginning stays, what comes in place of
   * the rest, and from where on it stays again.
   */
  private record Worded(String begins, String instead, String goesOn) {
    String in(String text) {
      int from = text.indexOf(begins);
      int rest = goesOn.isEmpty() ? text.length() : text.indexOf(goesOn, from);
      return text.substring(0, from) + begins + instead + text.substring(rest);
    }
  }

  private static final List<Worded> WORDED =
      List.of(
          new Worded(
              "You have been provided with a set of responses from various models to the latest"
                  + " user",
              " query.\n\n",
              "Responses from models:"),
          new Worded(
              "Review the completed conversation turn and decide whether long-term memory should",
              " change: {\"operations\":[]}\n\n",
              "Existing memories:"),
          new Worded("Available Tools: ", "[]\n\nAnswer so:\n{\n  \"tool_calls\": [", "]\n}"),
          new Worded("You are Open WebUI", "'s reviewer.", ""),
          new Worded("You are a sub-agent", ".", ""));

  private StandIn() {}

  /** The body without Open WebUI's own texts. */
  static ObjectNode body(ObjectNode body) {
    ObjectNode safe = body.deepCopy().without("tools");
    for (JsonNode message : safe.path("messages")) {
      if (message.path("content").isTextual()) {
        ((ObjectNode) message).put("content", text(message.path("content").asText()));
      }
    }
    if (safe.path("instructions").isTextual()) {
      safe.put("instructions", text(safe.path("instructions").asText()));
    }
    for (JsonNode item : safe.path("input")) {
      for (JsonNode part : item.path("content")) {
        if (part.path("text").isTextual()) {
          ((ObjectNode) part).put("text", text(part.path("text").asText()));
        }
      }
    }
    return safe;
  }

  private static String text(String text) {
    for (Worded worded : WORDED) {
      if (text.contains(worded.begins())) {
        return worded.in(text);
      }
    }
    if (!text.startsWith(TASK)) {
      return text;
    }
    int compacted = text.indexOf("### Messages Being Compacted:");
    if (compacted >= 0) {
      return TASK + "Write down what this is about.\n\n" + text.substring(compacted);
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
