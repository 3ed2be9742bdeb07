package dev.helix.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a message says, read out of its JSON. */
public final class MessageContent {
  private MessageContent() {}

  static String text(Message message) {
    String[] text = {""};
    message.eachField(
        (name, value, start) -> {
          if (name.equals("content")) {
            text[0] = textOf(value);
          }
        });
    return text[0];
  }

  static String firstMessageText(Message message) {
    String text = text(message);
    if (!text.isEmpty()) {
      return text;
    }
    StringWriter json = new StringWriter();
    message.eachField(
        (name, value, start) -> {
          if (name.equals("content") && value.currentToken() == JsonToken.START_ARRAY) {
            json.getBuffer().setLength(0);
            try (JsonGenerator generator = Json.FACTORY.createGenerator(json)) {
              generator.copyCurrentStructureExact(value);
            }
          }
        });
    return json.toString();
  }

  private static String textOf(JsonParser content) throws IOException {
    if (content.currentToken() != JsonToken.START_ARRAY) {
      String text = Json.textOrNull(content);
      return text == null ? "" : text;
    }
    List<String> texts = new ArrayList<>();
    for (Map<String, String> part : objects(content, "type", "text")) {
      if ("text".equals(part.get("type")) && part.get("text") != null) {
        texts.add(part.get("text"));
      }
    }
    return String.join("\n", texts);
  }

  /** The texts in two fields of each object in the array at which the parser stands. */
  private static List<Map<String, String>> objects(JsonParser array, String one, String other)
      throws IOException {
    List<Map<String, String>> objects = new ArrayList<>();
    while (array.nextToken() != JsonToken.END_ARRAY) {
      if (array.currentToken() != JsonToken.START_OBJECT) {
        array.skipChildren();
        continue;
      }
      Map<String, String> texts = new TreeMap<>();
      while (array.nextToken() != JsonToken.END_OBJECT) {
        String name = array.currentName();
        array.nextToken();
        if (name.equals(one) || name.equals(other)) {
          texts.put(name, Json.textOrNull(array));
        }
        array.skipChildren();
      }
      objects.add(texts);
    }
    return objects;
  }

  /** The ids of the tools that an answer calls; a call without an id counts as "". */
  public static Set<String> toolCallIds(Message message) {
    Set<String> ids = new LinkedHashSet<>();
    message.eachField(
        (name, value, start) -> {
          if (name.equals("tool_calls") && value.currentToken() == JsonToken.START_ARRAY) {
            for (Map<String, String> call : objects(value, "id", "id")) {
              ids.add(call.get("id") == null ? "" : call.get("id"));
            }
          }
        });
    return ids;
  }

  /** The call whose result a tool's message is, or "". */
  public static String toolCallId(Message message) {
    String[] id = {""};
    message.eachField(
        (name, value, start) -> {
          if (name.equals("tool_call_id") && value.currentToken() == JsonToken.VALUE_STRING) {
            id[0] = value.getText();
          }
        });
    return id[0];
  }
}
