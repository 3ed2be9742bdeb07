package dev.helix.transfer.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** Messages as an API gives them, made of what a file says. No state. */
final class Wire {
  private static final int LONGEST = 300;

  /** Where a message says which files belonged to it. */
  static final String ATTACHMENTS = "attachments";

  private Wire() {}

  static ObjectNode message(String role, String content) {
    return Values.MAPPER.createObjectNode().put("role", role).put("content", content);
  }

  static ObjectNode call(ObjectNode message, String id, String name, String arguments) {
    ObjectNode call = message.withArray("/tool_calls").addObject();
    call.put("id", id).put("type", "function");
    call.putObject("function").put("name", name).put("arguments", arguments);
    return message;
  }

  static ObjectNode result(String callId, String content) {
    return Values.MAPPER
        .createObjectNode()
        .put("role", "tool")
        .put("tool_call_id", callId)
        .put("content", content);
  }

  /**
   * The arguments of a call as a JSON object's text, whatever they are in the file.
   *
   * @param value a text or anything else
   */
  static String arguments(JsonNode value) {
    String text = value.isTextual() ? value.textValue() : Values.json(value);
    if (text == null || text.isBlank() || value.isMissingNode() || value.isNull()) {
      return "{}";
    }
    return text.stripLeading().startsWith("{")
        ? text
        : Values.json(Values.MAPPER.createObjectNode().put("input", text));
  }

  /** Puts a placeholder for a file with a message. */
  static void attach(ObjectNode message, String type, String name, String place) {
    ObjectNode file = message.withArray("/" + ATTACHMENTS).addObject();
    file.put("type", cut(type == null ? "file" : type));
    if (name != null) {
      file.put("name", cut(name));
    }
    // The data itself is no address.
    if (place != null && !isData(place)) {
      file.put("url", cut(place));
    }
  }

  /** Adds an image to a message's text, as clients send it. */
  static void image(ObjectNode message, String url) {
    ArrayNode parts;
    if (message.get("content") instanceof ArrayNode there) {
      parts = there;
    } else {
      String text = message.path("content").asText();
      parts = message.putArray("content");
      parts.addObject().put("type", "text").put("text", text);
    }
    parts.addObject().put("type", "image_url").putObject("image_url").put("url", url);
  }

  static boolean isData(String url) {
    return url.regionMatches(true, 0, "data:", 0, 5);
  }

  static boolean isImageData(String url) {
    return url.substring(0, Math.min(url.length(), 11))
        .toLowerCase(Locale.ROOT)
        .equals("data:image/");
  }

  /** As much of a text as a name has. */
  static String cut(String text) {
    if (text.length() <= LONGEST) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return text.substring(0, end);
  }
}
