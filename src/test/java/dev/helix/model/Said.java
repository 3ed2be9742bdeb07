package dev.helix.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A message as one side of the wire has it. Immutable.
 *
 * @param text the content's text as it is written
 * @param seen what a person sees of the text: a question without its retrieval context where the
 *     context is marked as such, an answer without its reasoning
 * @param thought reasoning that stands in a field of its own, or null
 * @param image whether the content comes in parts, one of which is an image
 * @param calls the ids of the tool calls that this message makes
 * @param result the id of the tool call whose result this is, or null
 */
record Said(
    String role,
    String text,
    String seen,
    String thought,
    boolean image,
    List<String> calls,
    String result) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String IMAGE = "data:image/png;base64,iVBORw0KGgo=";

  static Said user(String text, String seen, boolean image) {
    return new Said("user", text, seen, null, image, List.of(), null);
  }

  static Said answer(String text, String seen, String thought) {
    return new Said("assistant", text, seen, thought, false, List.of(), null);
  }

  static Said system(String text) {
    return new Said("system", text, text, null, false, List.of(), null);
  }

  /** Tool calls, beside which nothing may be said: a null text is a null content. */
  static Said calls(String text, List<String> ids) {
    return new Said("assistant", text, text, null, false, List.copyOf(ids), null);
  }

  static Said result(String call) {
    return new Said("tool", "result of " + call, "", null, false, List.of(), call);
  }

  boolean isUser() {
    return role.equals("user");
  }

  boolean isCalls() {
    return !calls.isEmpty();
  }

  /** Whether this is a reply in words. */
  boolean isAnswer() {
    return role.equals("assistant") && calls.isEmpty();
  }

  /** What is seen, without white space at the ends. */
  String core() {
    return trim(seen == null ? "" : seen);
  }

  /** What is seen, without any white space. */
  String squeezedCore() {
    return squeezed(core());
  }

  static String squeezed(String text) {
    return text.replaceAll("[\\s\\h\\v]+", "");
  }

  Message toMessage() {
    ObjectNode json = MAPPER.createObjectNode().put("role", role);
    if (image) {
      ArrayNode parts = json.putArray("content");
      parts.addObject().put("type", "text").put("text", text);
      parts.addObject().put("type", "image_url").putObject("image_url").put("url", IMAGE);
    } else {
      json.put("content", text);
    }
    if (thought != null) {
      json.put("reasoning_content", thought);
    }
    if (result != null) {
      json.put("tool_call_id", result);
    }
    if (isCalls()) {
      ArrayNode array = json.putArray("tool_calls");
      for (String id : calls) {
        ObjectNode call = array.addObject().put("id", id).put("type", "function");
        call.putObject("function").put("name", "clock").put("arguments", "{}");
      }
    }
    return Message.parse(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** This with the white space taken out of an answer: where one went on, it is anyone's. */
  Said squeezed() {
    return isAnswer() && text != null ? answer(squeezed(text), "", null) : this;
  }

  /** Without white space at the ends, as the page and its server trim: also of no-break spaces. */
  static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isBlank(text.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  /** On one line, for people. */
  @Override
  public String toString() {
    String words = text == null ? "null" : MAPPER.getNodeFactory().textNode(text).toString();
    return role
        + (isCalls() ? " calls " + calls : "")
        + (result != null ? " " + result : "")
        + (image ? " [image]" : "")
        + " "
        + words;
  }
}
