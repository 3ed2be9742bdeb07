package dev.helix.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import dev.helix.text.Times;
import java.io.IOException;
import java.time.Instant;

/** Checks a message's JSON and picks the role and the element's fields out of it. */
final class MessageReader implements Json.FieldReader {
  private String role;
  private String id;
  private boolean parentKnown;
  private String parentId;
  private Instant timestamp;
  private String model;
  private String finishReason;
  private AnswerStatus status;

  private MessageReader() {}

  static MessageReader read(byte[] buffer, int offset, int length) {
    // Decided by the first bytes, so that Jackson never takes them for UTF-16 or a marked UTF-8.
    if (length < 2 || buffer[offset] != '{' || buffer[offset + 1] == 0) {
      throw new IllegalArgumentException("a message must be a JSON object");
    }
    if (Json.indexOfNonUtf8(buffer, offset, offset + length) >= 0) {
      throw new IllegalArgumentException("a message must be valid UTF-8");
    }
    MessageReader reader = new MessageReader();
    try {
      Json.eachField(buffer, offset, length, reader);
    } catch (IOException e) {
      throw new IllegalArgumentException("a message must be valid JSON", e);
    }
    return reader;
  }

  String role() {
    return role;
  }

  ElementFields element() {
    return new ElementFields(id, parentKnown, parentId, timestamp, model, finishReason, status);
  }

  @Override
  public void field(String name, JsonParser value, int start) throws IOException {
    switch (name) {
      case "role" -> role = Json.textOrNull(value);
      case "id" -> id = notEmpty(Json.textOrNull(value));
      case "parent_id" -> {
        parentKnown =
            value.currentToken() == JsonToken.VALUE_NULL
                || value.currentToken() == JsonToken.VALUE_STRING;
        parentId = notEmpty(Json.textOrNull(value));
      }
      case "timestamp" -> timestamp = Times.parse(Json.textOrNull(value));
      case "model" -> model = Json.textOrNull(value);
      case "finish_reason" -> finishReason = Json.textOrNull(value);
      case "status" -> status = AnswerStatus.ofWireName(Json.textOrNull(value)).orElse(null);
      default -> {
        // Kept in the bytes.
      }
    }
  }

  private static String notEmpty(String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
