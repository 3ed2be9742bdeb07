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
import java.util.Set;

/** What a message says, read out of its JSON. */
public final class MessageContent {
  /** The types of an answer's parts that its author only thought. */
  static final Set<String> THOUGHTS = Set.of("thinking", "redacted_thinking", "reasoning");

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
          if (name.equals("content") && value.currentToken().isStructStart()) {
            json.getBuffer().setLength(0);
            try (JsonGenerator generator = Json.FACTORY.createGenerator(json)) {
              generator.copyCurrentStructureExact(value);
            }
          }
        });
    return json.toString();
  }

  private static String textOf(JsonParser content) throws IOException {
    if (content.currentToken() == JsonToken.START_ARRAY) {
      List<String> texts = new ArrayList<>();
      while (content.nextToken() != JsonToken.END_ARRAY) {
        String text = partText(content);
        if (text != null) {
          texts.add(text);
        }
      }
      return String.join("\n", texts);
    }
    if (content.currentToken().isNumeric() || content.currentToken().isBoolean()) {
      return content.getText(); // A tool's result.
    }
    String text = partText(content);
    return text == null ? "" : text;
  }

  /** The text of a part, which may be without a type, or a string; null where it has none. */
  private static String partText(JsonParser part) throws IOException {
    if (part.currentToken() != JsonToken.START_OBJECT) {
      String text = Json.textOrNull(part);
      part.skipChildren();
      return text;
    }
    boolean isText = true;
    String text = null;
    while (part.nextToken() != JsonToken.END_OBJECT) {
      String name = part.currentName();
      JsonToken value = part.nextToken();
      if (name.equals("type")) {
        isText = value == JsonToken.VALUE_NULL || "text".equals(Json.textOrNull(part));
      } else if (name.equals("text")) {
        text = Json.textOrNull(part);
      }
      part.skipChildren();
    }
    return isText ? text : null;
  }

  /**
   * What a scalar in a field says of each object in the array at which the parser stands, or null.
   */
  private static List<String> texts(JsonParser array, String field) throws IOException {
    List<String> texts = new ArrayList<>();
    while (array.nextToken() != JsonToken.END_ARRAY) {
      if (array.currentToken() != JsonToken.START_OBJECT) {
        array.skipChildren();
        continue;
      }
      String text = null;
      while (array.nextToken() != JsonToken.END_OBJECT) {
        String name = array.currentName();
        array.nextToken();
        text = name.equals(field) ? Json.scalarOrNull(array) : text;
        array.skipChildren();
      }
      texts.add(text);
    }
    return texts;
  }

  /** The ids of the tools that an answer calls; a call without an id counts as "". */
  public static Set<String> toolCallIds(Message message) {
    Set<String> ids = new LinkedHashSet<>();
    message.eachField(
        (name, value, start) -> {
          if (name.equals("tool_calls") && value.currentToken() == JsonToken.START_ARRAY) {
            for (String callId : texts(value, "id")) {
              ids.add(callId == null ? "" : callId);
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
          if (name.equals("tool_call_id")) {
            String said = Json.scalarOrNull(value);
            id[0] = said == null ? "" : said;
          }
        });
    return id[0];
  }
}
