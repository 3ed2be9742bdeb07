package dev.helix.turn.reply;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a person reads of an error that is not in OpenAI's form: the words of its JSON, the title of
 * a page, or the text itself. On one line, of any length: who tells it cuts it, behind the masking
 * of secrets, so that no half of one is told.
 */
final class ErrorWords {
  private static final int MOST_CHARACTERS = 2_000;

  /** Where servers put what they have to say, the more telling first. */
  private static final List<String> FIELDS =
      List.of(
          "message",
          "msg",
          "detail",
          "details",
          "error",
          "errors",
          "error_description",
          "description",
          "reason",
          "title");

  private static final int MOST_DEPTH = 6;
  private static final int MOST_ENTRIES = 10;

  /** How much of a page is looked through. */
  private static final int PAGE_CHARACTERS = 8 * 1024;

  private static final Pattern HEADLINE =
      Pattern.compile("(?is)<(title|h1|message)\\b[^>]*>(.*?)</\\1\\s*>");
  private static final Pattern TAG = Pattern.compile("<[^>]*>");
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Cntrl}]+");

  private ErrorWords() {}

  /** The words of JSON; empty where none of its fields has any. */
  static String of(JsonNode json) {
    return in(json, 0);
  }

  private static String in(JsonNode json, int depth) {
    if (json.isTextual()) {
      return onOneLine(json.textValue());
    }
    if (depth == MOST_DEPTH) {
      return "";
    }
    if (json.isArray()) {
      Set<String> each = new LinkedHashSet<>();
      for (JsonNode entry : json) {
        String words = each.size() < MOST_ENTRIES ? in(entry, depth + 1) : "";
        if (!words.isEmpty()) {
          each.add(words);
        }
      }
      return String.join("; ", each);
    }
    if (!json.isObject()) {
      return "";
    }
    for (String field : FIELDS) {
      String words = in(json.path(field), depth + 1);
      if (!words.isEmpty()) {
        return place(json.path("loc")) + words;
      }
    }
    return "";
  }

  /** What a validation error is about, as FastAPI names it: {@code body.messages}. */
  private static String place(JsonNode path) {
    StringBuilder place = new StringBuilder();
    for (JsonNode step : path) {
      place.append(place.length() == 0 ? "" : ".").append(onOneLine(step.asText()));
    }
    return place.length() == 0 ? "" : place + ": ";
  }

  /** The words of plain text, or the headline of a page. */
  static String of(String text) {
    return text.startsWith("<") ? ofPage(text) : onOneLine(text);
  }

  /** The headline of a page; empty where it has none. */
  static String ofPage(String page) {
    Matcher headline =
        HEADLINE.matcher(page.substring(0, Math.min(PAGE_CHARACTERS, page.length())));
    while (headline.find()) {
      String words = onOneLine(unescaped(TAG.matcher(headline.group(2)).replaceAll(" ")));
      if (!words.isEmpty()) {
        return words;
      }
    }
    return "";
  }

  private static String unescaped(String text) {
    return text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
  }

  private static String onOneLine(String text) {
    return BLANKS.matcher(text).replaceAll(" ").strip();
  }

  /** The text, cut where it is too long, but not within a character. */
  static String bounded(String text) {
    if (text.length() <= MOST_CHARACTERS) {
      return text;
    }
    int end = MOST_CHARACTERS - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
