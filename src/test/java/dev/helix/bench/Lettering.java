package dev.helix.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How much room words take in an image. A JDK alone has no fonts to ask, so it is an estimate, and
 * rather too much.
 */
final class Lettering {
  private static final double WIDTH_OF_ONE = 0.57;

  private Lettering() {}

  /** In pixels, as the size is. */
  static double width(String words, double size) {
    return words.length() * size * WIDTH_OF_ONE;
  }

  /** Broken between words into lines of at most this width; a longer word has its own. */
  static List<String> lines(String words, double size, double width) {
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String word : words.strip().split("\\s+", -1)) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (!line.isEmpty() && width(longer, size) > width) {
        lines.add(line);
        longer = word;
      }
      line = longer;
    }
    lines.add(line);
    return lines;
  }
}
