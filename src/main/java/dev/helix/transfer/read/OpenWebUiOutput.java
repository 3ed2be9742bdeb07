package dev.helix.transfer.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in an answer of Open WebUI: the items of its {@code output}, or, where it has none,
 * blocks of HTML in its text. No state.
 */
final class OpenWebUiOutput {
  private static final String OPEN = "<details";
  private static final String CLOSE = "</details>";
  private static final int MOST_LOOKS = 8;

  /** Names of a few letters and values without the mark that ends them: no step back is tried. */
  private static final Pattern ATTRIBUTE =
      Pattern.compile("([a-z_]{1,20})=(?:\"([^\"]*+)\"|'([^']*+)')");

  private static final Pattern SUMMARY = Pattern.compile("<summary>[^<]*+</summary>");

  private OpenWebUiOutput() {}

  /** Adds the items to an answer; false where there are none that say something. */
  static boolean of(JsonNode output, Rounds rounds) {
    for (JsonNode item : output) {
      String type = Values.or(Values.text(item, "type"), "");
      switch (type) {
        case "message" -> rounds.text(texts(item.path("content")));
        case "reasoning" -> {
          JsonNode summary = item.path("summary");
          rounds.thought(texts(summary.size() > 0 ? summary : item.path("content")));
        }
        case "function_call" ->
            rounds.call(callId(item), Values.text(item, "name"), item.path("arguments"));
        case "function_call_output" -> rounds.result(callId(item), result(item.path("output")));
        case "open_webui:code_interpreter" -> code(item, rounds);
        default -> {
          // Of no use to others.
        }
      }
    }
    return output.size() > 0 && !rounds.isSilent();
  }

  private static String callId(JsonNode item) {
    return Values.or(Values.or(Values.text(item, "call_id"), Values.text(item, "id")), "");
  }

  private static String texts(JsonNode parts) {
    if (parts.isTextual()) {
      return parts.textValue();
    }
    StringBuilder texts = new StringBuilder();
    for (JsonNode part : parts) {
      texts.append(Values.or(Values.text(part, "text"), ""));
    }
    return texts.toString();
  }

  private static String result(JsonNode output) {
    return output.isArray() || output.isTextual()
        ? texts(output)
        : output.isMissingNode() ? "" : Values.or(Values.json(output), "");
  }

  private static void code(JsonNode item, Rounds rounds) {
    String code = Values.text(item, "code");
    if (code != null) {
      rounds.text("<code_interpreter>\n" + code + "\n</code_interpreter>");
    }
    JsonNode output = item.path("output");
    String printed =
        output.isTextual()
            ? output.textValue()
            : Values.or(Values.text(output, "stdout"), Values.text(output, "result"));
    if (printed != null && !printed.isEmpty()) {
      rounds.text("<code_interpreter_output>\n" + printed + "\n</code_interpreter_output>");
    }
  }

  /** Adds a text in which reasoning and calls of tools are blocks of HTML. */
  static void ofText(String content, Rounds rounds) {
    StringBuilder said = new StringBuilder();
    int at = 0;
    int number = 0;
    long looked = 0;
    for (int open = content.indexOf(OPEN); open >= 0; open = content.indexOf(OPEN, at)) {
      int begun = endOfTag(content, open);
      int close = begun < 0 ? -1 : content.indexOf(CLOSE, begun);
      looked += close - open;
      String type = close < 0 ? null : attribute(content.substring(open, begun), "type");
      boolean ours = "reasoning".equals(type) || "tool_calls".equals(type);
      if (close < 0 || looked > MOST_LOOKS * (long) content.length()) {
        break; // Tags that only look like blocks would be looked through again and again.
      }
      int end = ours ? close + CLOSE.length() : open + OPEN.length();
      said.append(content, at, ours ? open : end);
      at = end;
      if (ours) {
        String tag = content.substring(open, begun);
        String inside = SUMMARY.matcher(content.substring(begun, close)).replaceFirst("");
        block(type, tag, unescaped(inside).strip(), said, "call-" + number++, rounds);
      }
    }
    said.append(content, at, content.length());
    rounds.text(at == 0 ? content : said.toString().strip());
  }

  private static void block(
      String type, String tag, String inside, StringBuilder said, String otherId, Rounds rounds) {
    if (type.equals("reasoning")) {
      rounds.thought(inside.replaceAll("(?m)^> ?", ""));
      return;
    }
    if (!said.toString().isBlank()) {
      rounds.text(said.toString().strip());
    }
    said.setLength(0);
    String id = Values.or(attribute(tag, "id"), otherId);
    String arguments = unquoted(Values.or(attribute(tag, "arguments"), ""));
    rounds.call(id, attribute(tag, "name"), TextNode.valueOf(arguments));
    String result = attribute(tag, "result");
    if (!"false".equals(attribute(tag, "done"))) {
      rounds.result(id, unquoted(result == null ? inside : result));
    }
  }

  /** Behind the mark that ends a tag; -1 where it has no end. Marks in quotes end none. */
  private static int endOfTag(String content, int open) {
    char quote = 0;
    for (int i = open; i < content.length(); i++) {
      char c = content.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        return i + 1;
      }
    }
    return -1;
  }

  private static String attribute(String tag, String name) {
    Matcher attributes = ATTRIBUTE.matcher(tag);
    while (attributes.find()) {
      if (attributes.group(1).toLowerCase(Locale.ROOT).equals(name)) {
        String value = Values.or(attributes.group(2), attributes.group(3));
        return value.isEmpty() ? null : unescaped(value);
      }
    }
    return null;
  }

  /** A text that was written as JSON's, as it was; anything else as it is. */
  private static String unquoted(String text) {
    if (text.startsWith("\"")) {
      try {
        JsonNode value = Values.MAPPER.readTree(text);
        return value.isTextual() ? value.textValue() : text;
      } catch (IOException e) {
        return text; // It only looks like JSON.
      }
    }
    return text;
  }

  private static String unescaped(String html) {
    return html.indexOf('&') < 0
        ? html
        : html.replace("&quot;", "\"")
            .replace("&#x27;", "'")
            .replace("&#39;", "'")
            .replace("&apos;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
  }
}
