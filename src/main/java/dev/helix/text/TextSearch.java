package dev.helix.text;

/** Finding one text in another, in time that grows with the two lengths and not with both. */
public final class TextSearch {
  private TextSearch() {}

  /** Whether a text holds another, which every text does that is empty. */
  public static boolean contains(String text, String part) {
    if (part.isEmpty()) {
      return true;
    }
    int[] borders = borders(part);
    int matched = 0;
    for (int i = 0; i < text.length(); i++) {
      matched = next(part, borders, matched, text.charAt(i));
      if (matched == part.length()) {
        return true;
      }
    }
    return false;
  }

  /** For each beginning how much of it, but not all, is also its end. */
  private static int[] borders(String part) {
    int[] borders = new int[part.length() + 1];
    int matched = 0;
    for (int i = 1; i < part.length(); i++) {
      matched = next(part, borders, matched, part.charAt(i));
      borders[i + 1] = matched;
    }
    return borders;
  }

  private static int next(String part, int[] borders, int matched, char c) {
    int at = matched;
    while (at > 0 && part.charAt(at) != c) {
      at = borders[at];
    }
    return part.charAt(at) == c ? at + 1 : 0;
  }
}
