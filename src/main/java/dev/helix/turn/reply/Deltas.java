package dev.helix.turn.reply;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How deltas add up: text grows, objects are merged, entries of a list are found by their {@code
 * index}, a number or a flag is replaced. Where one that is a text meets one that is a list, the
 * text becomes a part of the list. Text under way is a StringBuilder, and a list knows where its
 * indexes are, so that a long answer costs what it is long. What is kept is added to a weight. No
 * state.
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
  static void merge(Map<String, Object> whole, Map<?, ?> delta, Weight kept) {
    delta.forEach(
        (key, value) -> {
          String field = (String) key;
          kept.put(whole, field, merged(field, whole.get(field), value, kept));
        });
  }

  /** What one field comes to. */
  static Object merged(String field, Object said, Object delta, Weight kept) {
    if (delta == null || (said != null && isEmptyList(delta))) {
      return said;
    }
    Object before = isEmptyList(said) ? null : said;
    if (delta instanceof String text && isName(field)) {
      return text.isEmpty() && before != null ? before : replaced(before, text, kept);
    }
    if (delta instanceof List<?> || before instanceof List<?>) {
      return list(field, before, delta, kept);
    }
    if (delta instanceof Map<?, ?> fields) {
      return before instanceof StringBuilder text && text.length() > 0
          ? list(field, before, List.of(fields), kept)
          : object(before, fields, kept);
    }
    if (before instanceof Map<?, ?>) {
      return "".equals(delta) ? before : list(field, List.of(before), delta, kept);
    }
    if (delta instanceof String || before instanceof StringBuilder) {
      return delta instanceof Boolean
          ? before
          : appended(text(before, kept), UpstreamJson.text(delta), kept);
    }
    return replaced(before, delta, kept);
  }

  /** A scalar in place of what was there. */
  static Object replaced(Object before, Object now, Weight kept) {
    kept.replace(before, now);
    return now;
  }

  static StringBuilder appended(StringBuilder text, String more, Weight kept) {
    kept.text(more.length());
    return text.append(more);
  }

  private static boolean isEmptyList(Object value) {
    return value instanceof List<?> list && list.isEmpty();
  }

  private static StringBuilder text(Object before, Weight kept) {
    if (before instanceof StringBuilder begun) {
      return begun;
    }
    StringBuilder text =
        new StringBuilder(UpstreamJson.isNumber(before) ? UpstreamJson.text(before) : "");
    kept.replace(null, text);
    return text;
  }

  @SuppressWarnings("unchecked") // The maps and lists below a whole are made here.
  private static Map<String, Object> object(Object before, Map<?, ?> delta, Weight kept) {
    Map<String, Object> object =
        before instanceof Map<?, ?> ? (Map<String, Object>) before : newObject(kept);
    merge(object, delta, kept);
    return object;
  }

  static Map<String, Object> newObject(Weight kept) {
    kept.things(Weight.CONTAINER);
    return new LinkedHashMap<>();
  }

  private static Entries list(String field, Object before, Object delta, Weight kept) {
    Entries list;
    if (before instanceof Entries begun) {
      list = begun;
    } else {
      list = new Entries(kept);
      if (before != null) {
        list.addAll(field, before instanceof List<?> entries ? entries : List.of(before), true);
      }
    }
    boolean entries = delta instanceof List<?>;
    list.addAll(field, entries ? (List<?>) delta : List.of(delta), !entries);
    return list;
  }

  /** A list under way, whose entries go on. */
  private static final class Entries extends AbstractList<Object> {
    private final List<Object> entries = new ArrayList<>();

    /** The newest entry of each index. */
    private final Map<Integer, Map<String, Object>> indexed = new HashMap<>(2);

    private final Weight kept;

    Entries(Weight kept) {
      this.kept = kept;
      kept.things(2 * Weight.CONTAINER);
    }

    @Override
    public Object get(int index) {
      return entries.get(index);
    }

    @Override
    public int size() {
      return entries.size();
    }

    /** Adds entries; those that are no list's own, and all texts of a content, as parts. */
    void addAll(String field, List<?> more, boolean asParts) {
      for (Object entry : more) {
        if (entry instanceof CharSequence text && (asParts || field.equals("content"))) {
          if (text.length() > 0) {
            Map<String, Object> part = new LinkedHashMap<>();
            part.put("type", "text");
            part.put("text", text.toString());
            add(part);
          }
        } else if (entry instanceof Map<?, ?> fields) {
          add(fields);
        } else {
          kept.things(Weight.SLOT + Weight.of(entry));
          entries.add(entry);
        }
      }
    }

    private void add(Map<?, ?> entry) {
      Integer index = UpstreamJson.integer(entry.get("index"));
      Map<String, Object> goesOn = index == null ? textBefore(entry) : indexed.get(index);
      if (goesOn == null || (index != null && beginsAnew(goesOn, entry))) {
        goesOn = newObject(kept);
        kept.things(Weight.SLOT);
        entries.add(goesOn);
        if (index != null && indexed.put(index, goesOn) == null) {
          kept.things(Weight.FIELD);
        }
      }
      merge(goesOn, entry, kept);
    }

    /** The last entry, where this one is more of its text. */
    @SuppressWarnings("unchecked") // As above.
    private Map<String, Object> textBefore(Map<?, ?> entry) {
      Object last = entries.isEmpty() ? null : entries.get(entries.size() - 1);
      return last instanceof Map<?, ?> present
              && isText(present)
              && isText(entry)
              && present.keySet().equals(entry.keySet())
              && present.get("type").equals(entry.get("type"))
          ? (Map<String, Object>) present
          : null;
    }
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

  /** Whether a text begins with what was said. */
  static boolean startsWith(String text, CharSequence said) {
    return text.length() >= said.length() && isAt(said, 0, text, 0, said.length());
  }

  /** Whether so many characters are the same in both. */
  static boolean isAt(CharSequence said, int from, CharSequence text, int begin, int length) {
    for (int i = 0; i < length; i++) {
      if (said.charAt(from + i) != text.charAt(begin + i)) {
        return false;
      }
    }
    return true;
  }
}
