package dev.helix.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds settings that nobody reads and the key that was probably meant. No state. */
final class Spelling {
  private static final String PREFIX = "helix.";

  private Spelling() {}

  static Stream<String> unknown(Source source, Collection<String> knownKeys) {
    String prefix = source.spelling().apply(PREFIX);
    Set<String> known =
        knownKeys.stream().map(source.spelling()).collect(Collectors.toUnmodifiableSet());
    return source.names().get().stream()
        .filter(name -> name.startsWith(prefix) && !known.contains(name))
        .sorted()
        .map(name -> name + " (" + source.name() + ") is no known setting" + nearest(name, known));
  }

  private static String nearest(String name, Set<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String key) -> distance(name, key)).thenComparing(key -> key))
        .map(key -> "; the nearest is " + key)
        .orElse("");
  }

  /** Levenshtein's distance: the insertions, deletions and replacements from one to the other. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
