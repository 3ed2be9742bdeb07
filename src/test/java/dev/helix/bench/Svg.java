package dev.helix.bench;

import java.util.Locale;

/**
 * An image in SVG as it is written, one element after the other. It stands on a ground of its own,
 * so that it reads the same on a light page and on a dark one. Lengths are pixels. Not thread-safe.
 */
final class Svg {
  static final String GROUND = "#fdfdfe";
  private static final String STYLE = "text { font-family: system-ui, sans-serif; fill: #1f2328 }";

  private final StringBuilder xml = new StringBuilder();

  /**
   * Begins one.
   *
   * @param style rules for the classes of its words
   */
  Svg(double width, double height, String title, String style) {
    String box = "0 0 " + number(width) + " " + number(height);
    String namespace = "http://www.w3.org/2000/svg";
    open("svg", "xmlns", namespace, "width", width, "height", height, "viewBox", box);
    xml.append('\n');
    words("title", title);
    words("style", STYLE + "\n" + style);
    open("g", "stroke", "#d0d7de");
    rect(0.5, 0.5, width - 1, height - 1, "fill", GROUND, "rx", 8);
    close("g");
  }

  /** Begins an element that holds others; attributes are names and values in turn. */
  void open(String name, Object... attributes) {
    start(name, attributes);
    xml.append('>');
  }

  void close(String name) {
    xml.append("</").append(name).append(">\n");
  }

  /** An element that holds words. */
  void words(String name, String words, Object... attributes) {
    open(name, attributes);
    xml.append(escape(words));
    close(name);
  }

  /**
   * A line of words.
   *
   * @param style the class that says how they look
   * @param anchor which part of them is at x: {@code start}, {@code middle} or {@code end}
   */
  void text(String style, String anchor, double x, double y, String words) {
    words("text", words, "class", style, "text-anchor", anchor, "x", x, "y", y);
  }

  void line(double x1, double y1, double x2, double y2, String colour, double width) {
    start("line", "x1", x1, "y1", y1, "x2", x2, "y2", y2, "stroke", colour, "stroke-width", width);
    xml.append("/>\n");
  }

  void rect(double x, double y, double width, double height, Object... attributes) {
    start("rect", "x", x, "y", y, "width", width, "height", height);
    attributes(attributes);
    xml.append("/>\n");
  }

  void path(String d, String fill, String stroke, double width) {
    start("path", "d", d, "fill", fill, "stroke", stroke, "stroke-width", width);
    xml.append("/>\n");
  }

  /** The whole image. */
  String end() {
    return xml + "</svg>\n";
  }

  private void start(String name, Object... attributes) {
    xml.append('<').append(name);
    attributes(attributes);
  }

  private void attributes(Object... attributes) {
    for (int i = 0; i < attributes.length; i += 2) {
      Object value = attributes[i + 1];
      String words = value instanceof Number n ? number(n.doubleValue()) : value.toString();
      xml.append(' ').append(attributes[i]).append("=\"").append(escape(words)).append('"');
    }
  }

  /** A point of a path, behind the letter of what leads there. */
  static String place(double x, double y, String command) {
    return command + number(x) + " " + number(y);
  }

  /** A length with one digit after the point at most. */
  static String number(double value) {
    String words = String.format(Locale.ROOT, "%.1f", value);
    return words.endsWith(".0") ? words.substring(0, words.length() - 2) : words;
  }

  /** As text and in an attribute; what XML has no way to write becomes U+FFFD. */
  static String escape(String words) {
    StringBuilder escaped = new StringBuilder();
    words.codePoints().forEach(c -> escape(c, escaped));
    return escaped.toString();
  }

  private static void escape(int c, StringBuilder escaped) {
    switch (c) {
      case '&' -> escaped.append("&amp;");
      case '<' -> escaped.append("&lt;");
      case '>' -> escaped.append("&gt;");
      case '"' -> escaped.append("&quot;");
      default -> escaped.appendCodePoint(isXml(c) ? c : 0xFFFD);
    }
  }

  private static boolean isXml(int c) {
    boolean control = c < ' ' && c != '\t' && c != '\n' && c != '\r';
    boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    return !control && !half && c != 0xFFFE && c != 0xFFFF;
  }
}
