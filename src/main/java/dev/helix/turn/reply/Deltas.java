package dev.helix.turn.reply;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How deltas add up: text grows, objects are merged, entries of a list are found by their {@code
 * index}, a number or a flag is replaced. Where one that is a text meets one that is a list, the
 * text becomes a part of the list. Text under way is a StringBuilder, so that a long answer costs
 * what it is long. No state.
 */
final class Deltas {
  /** Text fields that name something: repeated, they are the same again and not more of it. */
  private static final Set<String> NAMES = Set.of("id", "role", "type", "name", "format", "index");

  /** What a part may have that is text and nothing else, so that it grows by the next one. */
  private static final Set<String> PART_OF_TEXT =
      Set.of("type", "text", "thinking", "reasoning", "refusal");

  private Deltas() {}

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

  /** What one field comes to. */
  static Object merged(String field, Object said, Object delta) {
    if (delta == null || (said != null && isEmptyList(delta))) {
      return said;
    }
    Object before = isEmptyList(said) ? null : said;
    if (delta instanceof String text && isName(field)) {
      return text.isEmpty() && before != null ? before : text;
    }
    if (delta instanceof List<?> || before instanceof List<?>) {
      return list(field, before, delta);
    }
    if (delta instanceof Map<?, ?> fields) {
      return before instanceof StringBuilder text && text.length() > 0
          ? list(field, before, List.of(fields))
          : object(before, fields);
    }
    if (before instanceof Map<?, ?>) {
      return "".equals(delta) ? before : list(field, List.of(before), delta);
    }
    if (delta instanceof String || before instanceof StringBuilder) {
      return delta instanceof Boolean ? before : text(before).append(UpstreamJson.text(delta));
    }
    return delta;
  }

  private static boolean isEmptyList(Object value) {
    return value instanceof List<?> list && list.isEmpty();
  }

  private static StringBuilder text(Object before) {
    return before instanceof StringBuilder begun
        ? begun
        : new StringBuilder(UpstreamJson.isNumber(before) ? UpstreamJson.text(before) : "");
  }

  @SuppressWarnings("unchecked") // The maps and lists below a whole are made here.
  private static Map<String, Object> object(Object before, Map<?, ?> delta) {
    Map<String, Object> object =
        before instanceof Map<?, ?> ? (Map<String, Object>) before : new LinkedHashMap<>();
    merge(object, delta);
    return object;
  }

  @SuppressWarnings("unchecked") // As above.
  private static List<Object> list(String field, Object before, Object delta) {
    List<Object> list;
    if (before instanceof ArrayList<?> begun) {
      list = (List<Object>) begun;
    } else {
      list = new ArrayList<>();
      if (before != null) {
        list(field, list, before instanceof List<?> entries ? entries : List.of(before), true);
      }
    }
    boolean entries = delta instanceof List<?>;
    list(field, list, entries ? (List<?>) delta : List.of(delta), !entries);
    return list;
  }

  /** Adds entries to a list; those that are no list's own, and all texts of a content, as parts. */
  private static void list(String field, List<Object> list, List<?> entries, boolean asParts) {
    for (Object entry : entries) {
      if (entry instanceof CharSequence text && (asParts || field.equals("content"))) {
        if (text.length() > 0) {
          Map<String, Object> part = new LinkedHashMap<>();
          part.put("type", "text");
          part.put("text", text.toString());
          add(list, part);
        }
      } else if (entry instanceof Map<?, ?> fields) {
        add(list, fields);
      } else {
        list.add(entry);
      }
    }
  }

  private static void add(List<Object> list, Map<?, ?> entry) {
    Map<String, Object> goesOn = goesOn(list, entry);
    if (goesOn != null) {
      merge(goesOn, entry);
    } else {
      Map<String, Object> added = new LinkedHashMap<>();
      merge(added, entry);
      list.add(added);
    }
  }

  /** The entry of the list that this one goes on with; null where it is another. */
  @SuppressWarnings("unchecked") // As above.
  private static Map<String, Object> goesOn(List<Object> list, Map<?, ?> entry) {
    Integer index = UpstreamJson.integer(entry.get("index"));
    if (index != null) {
      for (int i = list.size() - 1; i >= 0; i--) {
        if (list.get(i) instanceof Map<?, ?> present
            && index.equals(UpstreamJson.integer(present.get("index")))) {
          return beginsAnew(present, entry) ? null : (Map<String, Object>) present;
        }
      }
      return null;
    }
    Object last = list.isEmpty() ? null : list.get(list.size() - 1);
    return last instanceof Map<?, ?> present
            && isText(present)
            && isText(entry)
            && present.keySet().equals(entry.keySet())
            && present.get("type").equals(entry.get("type"))
        ? (Map<String, Object>) present
        : null;
  }

  /** Whether the entry has an address that is whole by itself: it is another image. */
  private static boolean beginsAnew(Map<?, ?> present, Map<?, ?> entry) {
    return present.get("image_url") instanceof Map<?, ?> before
        && entry.get("image_url") instanceof Map<?, ?> now
        && before.get("url") instanceof StringBuilder url
        && url.length() > 0
        && now.get("url") instanceof String address
        && (address.startsWith("data:") || address.startsWith("http"));
  }

  /** The texts of a content's parts, one behind the other; "" where there are none. */
  static String textOfParts(Object content) {
    StringBuilder text = new StringBuilder();
    if (content instanceof List<?> parts) {
      for (Object part : parts) {
        if (part instanceof Map<?, ?> fields && fields.get("text") instanceof String one) {
          text.append(one);
        }
      }
    }
    return text.toString();
  }

  private static boolean isText(Map<?, ?> part) {
    return part.get("type") instanceof String && PART_OF_TEXT.containsAll(part.keySet());
  }
}
