package dev.helix.openai.items;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.message.Message;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A stored message in the place of an item that refers to it, as items again. No state. */
public final class StoredItem {
  private StoredItem() {}

  /** The items of a message; those of an answer are its text and its calls. */
  public static List<InputItem> of(String id, Message message) {
    Map<String, JsonSlice> fields = new LinkedHashMap<>();
    List<InputItem> calls = new ArrayList<>();
    byte[] json = message.wireJson();
    try {
      Json.eachField(
          json,
          0,
          json.length,
          (name, value, start) -> {
            if (name.equals("tool_calls") && value.currentToken() == JsonToken.START_ARRAY) {
              while (value.nextToken() != JsonToken.END_ARRAY) {
                calls.add(call(JsonSlice.read(value, json, 0)));
              }
            } else {
              fields.put(name, JsonSlice.read(value, json, 0));
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("a message that was read before", e);
    }
    JsonSlice content = fields.get("content");
    boolean says = content != null && content.token() != JsonToken.VALUE_NULL;
    if (message.role().equals("tool")) {
      JsonSlice call = fields.get("tool_call_id");
      JsonRope result = says ? JsonRope.of(content) : JsonRope.quoted("");
      return List.of(InputItem.output(id, call == null ? "" : call.text(), result, null));
    }
    List<InputItem> items = new ArrayList<>();
    if (says || calls.isEmpty()) {
      JsonRope said = says ? JsonRope.of(content) : JsonRope.quoted("");
      JsonSlice sealed = fields.get(Compactions.TYPE);
      JsonRope kept =
          sealed == null ? null : new JsonRope().quote(Compactions.TYPE).ascii(":").add(sealed);
      items.add(InputItem.message(id, message.role(), said, kept));
    }
    items.addAll(calls);
    return items;
  }

  private static InputItem call(JsonSlice call) throws IOException {
    String id = "";
    try (JsonParser parser = Json.FACTORY.createParser(call.bytes(), call.from(), call.length())) {
      boolean object = parser.nextToken() == JsonToken.START_OBJECT;
      while (object && parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        String text = name.equals("id") ? Json.scalarOrNull(parser) : null;
        id = text == null ? id : text;
        parser.skipChildren();
      }
    }
    return InputItem.call(null, id, JsonRope.of(call));
  }
}
