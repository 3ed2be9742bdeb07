package dev.helix.turn.reply;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Adds up the deltas of a streamed message: text grows, objects are merged, entries of a list are
 * found by their {@code index}, all else is replaced. Text under way is a StringBuilder, so that a
 * long answer costs what it is long.
 */
final class JsonDeltas {
  /** Text fields that name something: repeated, they are the same again and not more of it. */
  private static final Set<String> NAMES = Set.of("id", "role", "type", "name", "format", "index");

  private JsonDeltas() {}

  /** Whether a text field is a name: said again, it is the same. */
  static boolean isName(String field) {
    return NAMES.contains(field);
  }

  /** Adds a delta's fields to what has been put together. */
  static void merge(Map<String, Object> whole, Map<?, ?> delta) {
    delta.forEach(
        (key, value) -> {
          String field = (String) key;
          whole.put(field, merged(field, whole.get(field), value));
        });
  }

  @SuppressWarnings("unchecked") // The maps and lists below a whole are made here.
  private static Object merged(String field, Object before, Object delta) {
    if (delta == null) {
      return before;
    }
    if (delta instanceof String text) {
      if (isName(field)) {
        return text.isEmpty() && before != null ? before : text;
      }
      StringBuilder whole = before instanceof StringBuilder begun ? begun : new StringBuilder();
      return whole.append(text);
    }
    if (delta instanceof Map<?, ?> fields) {
      Map<String, Object> object =
          before instanceof Map<?, ?> ? (Map<String, Object>) before : new LinkedHashMap<>();
      merge(object, fields);
      return object;
    }
    if (delta instanceof List<?> entries) {
      List<Object> list = before instanceof List<?> ? (List<Object>) before : new ArrayList<>();
      entries.forEach(entry -> mergeEntry(list, entry));
      return list;
    }
    return delta;
  }

  @SuppressWarnings("unchecked") // As above.
  private static void mergeEntry(List<Object> list, Object entry) {
    if (!(entry instanceof Map<?, ?> fields)) {
      list.add(entry);
      return;
    }
    Object index = fields.get("index");
    if (index != null) {
      for (Object present : list) {
        if (present instanceof Map<?, ?> map && index.equals(map.get("index"))) {
          merge((Map<String, Object>) present, fields);
          return;
        }
      }
    }
    Map<String, Object> added = new LinkedHashMap<>();
    merge(added, fields);
    list.add(added);
  }
}
