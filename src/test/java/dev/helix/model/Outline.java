package dev.helix.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A tree as indented text, by which two are compared and shown. Not thread-safe. */
final class Outline {
  private static final String ROOT = "";

  private final Map<String, List<String>> children = new LinkedHashMap<>();
  private final Map<String, String> labels = new LinkedHashMap<>();

  /** A node, whose parent may come later; a null parent is the root. */
  void add(String key, String parent, String label) {
    if (labels.put(key, label) != null) {
      throw new AssertionError("two messages have the key " + key + ": " + label);
    }
    children.computeIfAbsent(parent == null ? ROOT : parent, any -> new ArrayList<>()).add(key);
  }

  /** With children in the order in which they came. */
  String inOrder() {
    StringBuilder text = new StringBuilder();
    int lines = write(text, ROOT, 0);
    if (lines != labels.size()) {
      text.append("and ").append(labels.size() - lines).append(" that hang nowhere\n");
    }
    return text.toString();
  }

  private int write(StringBuilder text, String parent, int depth) {
    int lines = 0;
    for (String key : children.getOrDefault(parent, List.of())) {
      text.append("  ".repeat(depth)).append(labels.get(key)).append('\n');
      lines += 1 + write(text, key, depth + 1);
    }
    return lines;
  }

  /** With children in the order of their texts, so that which came first makes no difference. */
  String sorted() {
    return sorted(ROOT, 0);
  }

  private String sorted(String parent, int depth) {
    List<String> texts = new ArrayList<>();
    for (String key : children.getOrDefault(parent, List.of())) {
      texts.add("  ".repeat(depth) + labels.get(key) + "\n" + sorted(key, depth + 1));
    }
    texts.sort(Comparator.naturalOrder());
    return String.join("", texts);
  }
}
