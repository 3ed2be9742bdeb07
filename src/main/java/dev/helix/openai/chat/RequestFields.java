package dev.helix.openai.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.MessageReader;
import dev.helix.openai.request.FieldNames;
import dev.helix.openai.request.InvalidField;
import java.io.IOException;

/**
 * What the fields of a chat request may be: what OpenAI's own clients send, and what others do that
 * some upstream takes. No state.
 */
final class RequestFields {
  private static final int LONGEST_COUNT = 100;

  private RequestFields() {}

  /** Reads a message; the parser stands at its first brace, and then at its last. */
  static MessageReader message(JsonParser parser, String place)
      throws IOException, InvalidRequestException {
    MessageReader read = new MessageReader();
    FieldNames names = new FieldNames();
    InvalidRequestException unlessResult = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      names.add(field);
      JsonToken value = parser.nextToken();
      read.field(field, parser);
      switch (field) {
        case "role" -> {
          if (value != JsonToken.VALUE_STRING) {
            throw InvalidField.wrongType(place + ".role", "a string");
          }
          if (read.role().isBlank()) {
            throw new InvalidRequestException(
                "invalid_value", place + ".role", "'" + place + ".role' must not be empty.");
          }
        }
        case "content" -> unlessResult = content(parser, value, place + ".content");
        case "tool_calls" -> {
          if (value != JsonToken.START_ARRAY && value != JsonToken.VALUE_NULL) {
            throw InvalidField.wrongType(place + ".tool_calls", "an array");
          }
          parser.skipChildren();
        }
        case "name", "tool_call_id" -> {
          if (value.isStructStart() || value.isBoolean()) {
            throw InvalidField.wrongType(place + "." + field, "a string");
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (read.role() == null) {
      throw InvalidField.missing(place + ".role");
    }
    if (unlessResult != null && !read.role().equals("tool") && !read.role().equals("function")) {
      throw unlessResult;
    }
    return read;
  }

  /**
   * Reads a content: a text, parts, or one part as it would be among several.
   *
   * @return what is wrong with it unless it is a tool's result, which may be anything; null where
   *     nothing is
   */
  private static InvalidRequestException content(JsonParser parser, JsonToken value, String place)
      throws IOException, InvalidRequestException {
    if (value == JsonToken.START_OBJECT) {
      parser.skipChildren();
      return null;
    }
    if (value != JsonToken.START_ARRAY) {
      return value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NULL
          ? null
          : InvalidField.wrongType(place, "a string, an array of parts or one part");
    }
    InvalidRequestException wrong = null;
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      JsonToken element = parser.currentToken();
      if (element == JsonToken.START_OBJECT) {
        part(parser, place + "[" + i + "]");
      } else if (element != JsonToken.VALUE_STRING && element != JsonToken.VALUE_NULL) {
        parser.skipChildren();
        wrong = InvalidField.wrongType(place + "[" + i + "]", "an object or a string");
      }
    }
    return wrong;
  }

  private static void part(JsonParser parser, String place)
      throws IOException, InvalidRequestException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      boolean text = value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NULL;
      if ((field.equals("type") || field.equals("text")) && !text) {
        throw InvalidField.wrongType(place + "." + field, "a string");
      }
      parser.skipChildren();
    }
  }

  /** How many, also as a text; 1 where that is for the upstream to make sense of. */
  static int count(JsonParser parser) throws IOException {
    JsonToken value = parser.currentToken();
    if (!value.isNumeric() && value != JsonToken.VALUE_STRING) {
      parser.skipChildren();
      return 1;
    }
    String text = parser.getText();
    try {
      return text.length() > LONGEST_COUNT ? 1 : Math.max(1, (int) Double.parseDouble(text));
    } catch (NumberFormatException none) {
      return 1;
    }
  }
}
