package dev.helix.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Headers that kinds of clients send, under one name for the setting of the headers. No state. */
final class HeaderPresets {
  private static final Map<String, List<String>> PRESETS =
      Map.of(
          "agents",
          List.of(
              "X-Session-Id",
              "X-Session-Affinity",
              "X-OpenCode-Session",
              "Session-Id",
              "Thread-Id",
              "X-Claude-Code-Session-Id"),
          "librechat",
          List.of("X-Conversation-ID", "X-LibreChat-Conversation-Id"),
          "n8n",
          List.of("X-Session-Id", "X-N8N-Session-Id"));

  private HeaderPresets() {}

  /** The names with those of each preset in its place; each header once. */
  static List<String> expand(List<String> names) {
    List<String> headers = new ArrayList<>();
    Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (String name : names) {
      for (String header : PRESETS.getOrDefault(name.toLowerCase(Locale.ROOT), List.of(name))) {
        if (known.add(header)) {
          headers.add(header);
        }
      }
    }
    return headers;
  }
}
