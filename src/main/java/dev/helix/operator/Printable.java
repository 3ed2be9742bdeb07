package dev.helix.operator;

import java.util.Locale;

/**
 * Text from a conversation as it may be shown on a terminal: what would control the terminal, or
 * turn the direction of what is read, is shown as an escape. No state.
 */
final class Printable {
  private Printable() {}

  /** The text on one line; line ends are escaped too. */
  static String line(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(out, c));
    return out.toString();
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

  private static void append(StringBuilder out, int c) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (Character.isISOControl(c)
            || turnsDirection(c)
            || Character.getType(c) == Character.SURROGATE) {
          out.append(String.format(Locale.ROOT, "\\u%04x", c));
        } else {
          out.appendCodePoint(c);
        }
      }
    }
  }

  private static boolean turnsDirection(int c) {
    return (c >= 0x2028 && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x200E
        || c == 0x200F
        || c == 0x061C;
  }
}
