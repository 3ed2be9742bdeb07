package dev.helix.openai.items;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.items.InputItem.Kind;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonBytes;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonSlice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An item that is put into a conversation. Nobody changes it.
 *
 * @param item what is told of it: all that came, with what every item of its type has; without an
 *     id where none came
 * @param read what of it goes to a backend; null where nothing does
 */
public record AddedItem(Map<String, Object> item, InputItem read) {
  private static final int LONGEST_ID = 512;

  /**
   * Reads the elements of an array.
   *
   * @param place what the array is called
   */
  public static List<AddedItem> read(JsonSlice array, String place, Compactions compactions)
      throws InvalidRequestException {
    return read(array, place, compactions, true);
  }

  /**
   * The same.
   *
   * @param whole whether each must have all that an item of its type always has when it is told
   */
  private static List<AddedItem> read(
      JsonSlice array, String place, Compactions compactions, boolean whole)
      throws InvalidRequestException {
    List<AddedItem> items = new ArrayList<>();
    JsonValues values = new JsonValues();
    array.eachElement(
        place,
        element -> {
          InputItem read = InputReader.one(element, compactions);
          JsonFields fields = element.fields();
          if (read != null && read.kind() == Kind.REFERENCE) {
            throw InvalidField.wrongValue(
                fields.place("type"), "the type of an item itself, not a reference to one");
          }
          if (whole && read != null && read.kind() == Kind.CALL) {
            JsonSlice unused =
                fields.need("custom_tool_call".equals(fields.text("type")) ? "input" : "arguments");
          }
          String id = fields.text("id");
          if (id != null && id.length() > LONGEST_ID) {
            throw new InvalidRequestException(
                "string_above_max_length",
                fields.place("id"),
                "'" + fields.place("id") + "' must have at most " + LONGEST_ID + " characters.");
          }
          @SuppressWarnings("unchecked") // As an object is read.
          Map<String, Object> said = (Map<String, Object>) values.of(element.value());
          items.add(new AddedItem(told(said), read));
        });
    return items;
  }

  /** Those that were kept in a note; of what is sealed in them what can be read. */
  public static List<AddedItem> kept(List<Map<String, Object>> items, Compactions own) {
    try {
      JsonFields body = JsonFields.ofBody(JsonBytes.of(Map.of("items", items)));
      return read(body.get("items"), "items", own, false);
    } catch (InvalidRequestException e) {
      throw new IllegalStateException("items that were read before", e);
    }
  }

  public String id() {
    return item.get("id") instanceof String id && !id.isEmpty() ? id : null;
  }

  public String type() {
    return (String) item.get("type");
  }

  /** This with another id. */
  public AddedItem named(String id) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("id", id);
    item.forEach((name, value) -> all.put(name, name.equals("id") ? id : value));
    return new AddedItem(all, read);
  }

  private static Map<String, Object> told(Map<String, Object> said) {
    Map<String, Object> told = new LinkedHashMap<>();
    if (said.get("id") != null) {
      told.put("id", said.get("id"));
    }
    boolean typed = said.get("type") instanceof String;
    told.put("type", typed ? said.get("type") : "message");
    switch ((String) told.get("type")) {
      case "message", "function_call", "function_call_output" -> told.put("status", "completed");
      default -> {
        // These have no status, unless they bring one.
      }
    }
    said.forEach(
        (name, value) -> {
          if (value != null || !told.containsKey(name)) {
            told.put(name, value);
          }
        });
    if (told.get("type").equals("message")) {
      told.put(
          "content",
          told.get("content") instanceof List<?> parts
              ? parts.stream().map(AddedItem::part).toList()
              : parts(told.get("role"), told.get("content")));
    }
    return told;
  }

  /** A part with what every image has. */
  private static Object part(Object said) {
    if (!(said instanceof Map<?, ?> fields) || !"input_image".equals(fields.get("type"))) {
      return said;
    }
    Map<Object, Object> image = new LinkedHashMap<>(fields);
    image.putIfAbsent("detail", "auto");
    return image;
  }

  private static List<Object> parts(Object role, Object content) {
    boolean answer = "assistant".equals(role);
    if (content instanceof Map) {
      return List.of(content);
    }
    Map<String, Object> part = new LinkedHashMap<>();
    part.put("type", answer ? "output_text" : "input_text");
    part.put("text", content == null ? "" : content);
    if (answer) {
      part.put("annotations", List.of());
    }
    return List.of(part);
  }
}
