package dev.helix.operator;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text from a conversation as it may be shown on a terminal: what would control the terminal, or
 * turn the direction of what is read, is shown as an escape. No state.
 */
final class Printable {
  /** Controls, lone surrogates, the backslash, and what ends lines or turns the direction. */
  private static final Pattern ESCAPED =
      Pattern.compile(
          "[\\p{Cc}\\p{Cs}\\\\\\x{61C}\\x{200E}\\x{200F}\\x{2028}-\\x{202E}\\x{2066}-\\x{2069}]");

  private Printable() {}

  /** The text on one line; line ends are escaped too. */
  static String line(String text) {
    return ESCAPED
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(escape(found.group().codePointAt(0))));
  }

  /** The beginning of the text on one line. */
  static String line(String text, int mostCodePoints) {
    int count = text.codePointCount(0, text.length());
    return count <= mostCodePoints
        ? line(text)
        : line(text.substring(0, text.offsetByCodePoints(0, mostCodePoints))) + "…";
  }

  /** The text on as many lines as it has, all but the first indented. */
  static String lines(String text) {
    return String.join("\n  ", text.lines().map(Printable::line).toList());
  }

  private static String escape(int c) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\\' -> "\\\\";
      default -> String.format(Locale.ROOT, "\\u%04x", c);
    };
  }
}
