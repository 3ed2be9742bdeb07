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
  private MessageContent() {}

  /** The string content, or the text parts joined by newlines; "" when there is none. */
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

  /** The text, or the compact JSON of the parts where no part is a text. */
  static String firstMessageText(Message message) {
    String text = text(message);
    if (!text.isEmpty()) {
      return text;
    }
    String[] json = {""};
    message.eachField(
        (name, value, start) -> {
          if (name.equals("content") && value.currentToken() == JsonToken.START_ARRAY) {
            StringWriter out = new StringWriter();
            try (JsonGenerator generator = Json.FACTORY.createGenerator(out)) {
              generator.copyCurrentStructureExact(value);
            }
            json[0] = out.toString();
          }
        });
    return json[0];
  }

  private static String textOf(JsonParser content) throws IOException {
    if (content.currentToken() == JsonToken.VALUE_STRING) {
      return content.getText();
    }
    if (content.currentToken() != JsonToken.START_ARRAY) {
      return "";
    }
    List<String> texts = new ArrayList<>();
    while (content.nextToken() != JsonToken.END_ARRAY) {
      if (content.currentToken() == JsonToken.START_OBJECT) {
        String text = partText(content);
        if (text != null) {
          texts.add(text);
        }
      } else {
        content.skipChildren();
      }
    }
    return String.join("\n", texts);
  }

  /** The text of the part at which the parser stands, or null where it is of another type. */
  private static String partText(JsonParser part) throws IOException {
    String type = null;
    String text = null;
    while (part.nextToken() != JsonToken.END_OBJECT) {
      String name = part.currentName();
      part.nextToken();
      switch (name) {
        case "type" -> type = Json.textOrNull(part);
        case "text" -> text = Json.textOrNull(part);
        default -> {
          // Of no interest here.
        }
      }
      part.skipChildren();
    }
    return "text".equals(type) ? text : null;
  }

  /** The ids of the tools that an answer calls; a call without an id counts as "". */
  public static Set<String> toolCallIds(Message message) {
    Set<String> ids = new LinkedHashSet<>();
    message.eachField(
        (name, value, start) -> {
          if (!name.equals("tool_calls") || value.currentToken() != JsonToken.START_ARRAY) {
            return;
          }
          while (value.nextToken() != JsonToken.END_ARRAY) {
            if (value.currentToken() == JsonToken.START_OBJECT) {
              ids.add(callId(value));
            } else {
              value.skipChildren();
            }
          }
        });
    return ids;
  }

  private static String callId(JsonParser call) throws IOException {
    String id = "";
    while (call.nextToken() != JsonToken.END_OBJECT) {
      String name = call.currentName();
      call.nextToken();
      if (name.equals("id") && call.currentToken() == JsonToken.VALUE_STRING) {
        id = call.getText();
      }
      call.skipChildren();
    }
    return id;
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
