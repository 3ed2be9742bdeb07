package dev.helix.openai.items;

import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.openai.request.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is kept with a message that is made of a conversation's items: these, as they are told. Of
 * one that is told of its message alone only the id is kept. No state.
 */
public final class ItemNote {
  private static final String ITEMS = "items";
  private static final String SHOWN_BY = "shown_by";

  private ItemNote() {}

  /** The note of a message and its items, which have ids. */
  public static String of(List<AddedItem> items, Message message) {
    List<Object> kept = new ArrayList<>();
    for (AddedItem item : items) {
      boolean plain = items.size() == 1 && item.item().equals(withId(told(message), item.id()));
      kept.add(plain ? Map.of("id", item.id()) : item.item());
    }
    return json(ITEMS, kept);
  }

  /** The note of a message that shows what is no text in a tool's output. */
  public static String shownBy(String output) {
    return json(SHOWN_BY, output);
  }

  /** The note that a message has of the items that stay, beside what it has of a response. */
  public static String rest(Message message, List<Map<String, Object>> items) {
    Map<String, Object> note = new LinkedHashMap<>(note(message));
    note.putIfAbsent("id", "");
    note.put(ITEMS, items);
    return new String(JsonBytes.of(note), StandardCharsets.UTF_8);
  }

  private static String json(String name, Object value) {
    Map<String, Object> note = new LinkedHashMap<>();
    note.put("id", ""); // It is no response.
    note.put(name, value);
    return new String(JsonBytes.of(note), StandardCharsets.UTF_8);
  }

  /** The items of a message; null where it has no such note. */
  static List<Map<String, Object>> items(Message message) {
    Map<String, Object> note = note(message);
    if (note.containsKey(SHOWN_BY)) {
      return List.of();
    }
    return note.get(ITEMS) instanceof List<?> kept ? items(kept, message) : null;
  }

  private static List<Map<String, Object>> items(List<?> kept, Message message) {
    List<Map<String, Object>> items = new ArrayList<>();
    for (Object each : kept) {
      @SuppressWarnings("unchecked") // As it was written.
      Map<String, Object> item = (Map<String, Object>) each;
      items.add(item.size() > 1 ? item : withId(told(message), (String) item.get("id")));
    }
    return items;
  }

  /** Whether a message shows what is in this output. */
  public static boolean isShownBy(Message message, String output) {
    return output.equals(note(message).get(SHOWN_BY));
  }

  private static Map<String, Object> note(Message message) {
    String json = message.element().response();
    return json == null ? Map.of() : StoredOutput.json(json.getBytes(StandardCharsets.UTF_8));
  }

  /** What a message alone is told as, in one item. */
  private static Map<String, Object> told(Message message) {
    List<Map<String, Object>> told =
        PathItems.of(List.of(message.as(ElementFields.node("m", null, null)))).items();
    return told.isEmpty() ? Map.of() : told.get(0);
  }

  private static Map<String, Object> withId(Map<String, Object> item, String id) {
    Map<String, Object> named = new LinkedHashMap<>(item);
    named.put("id", id);
    return named;
  }
}
