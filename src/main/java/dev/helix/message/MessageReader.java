package dev.helix.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import dev.helix.text.Times;
import java.io.IOException;
import java.time.Instant;
import java.util.Set;

/**
 * Picks out of a message's fields, as somebody reads them one after the other, what a {@link
 * Message} knows of itself: role, element, and where its text is. One for each message; not
 * thread-safe.
 */
public final class MessageReader {
  /** The fields beside the content that count when messages are compared. */
  private static final Set<String> ALSO_COUNT =
      Set.of("tool_calls", "tool_call_id", "name", "refusal", "function_call", "audio");

  private String role;
  private String id;
  private boolean parentKnown;
  private String parentId;
  private Instant timestamp;
  private String model;
  private String finishReason;
  private AnswerStatus status;
  private boolean aside;
  private Instant began;
  private Long after;
  private boolean checkpoint;
  private boolean added;
  private String author;
  private boolean erased;
  private int textStart = -1;

  /** Where the note of a response stands, which is an object; the end is 0 for none. */
  private int noteStart;

  private int noteEnd;

  /** Whether it says more than a text. */
  private boolean saysMore;

  /** Whether it has fields beside role and content. */
  private boolean hasMore;

  /** What there is to read of a message of this role and a text, which begins there. */
  public static MessageReader ofText(String role, int textStart) {
    MessageReader reader = new MessageReader();
    reader.role = role;
    reader.textStart = textStart;
    return reader;
  }

  /** Checks a message's JSON and reads it. */
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
      Json.eachField(buffer, offset, length, (name, value, start) -> reader.field(name, value));
    } catch (IOException e) {
      throw new IllegalArgumentException("a message must be valid JSON", e);
    }
    return reader;
  }

  /** The role; null where there was none, or no string. */
  public String role() {
    return role;
  }

  /**
   * Where the text of a message begins that says nothing but a string, counted from the first byte
   * that the parser was given; -1 for every other message.
   */
  int textStart() {
    return saysMore ? -1 : textStart;
  }

  /** Whether it is a role and a text and no more. */
  boolean plain() {
    return textStart >= 0 && !saysMore && !hasMore;
  }

  /** Whether it is what stayed of an element, if it has no text; without an id it is none. */
  boolean erased() {
    return erased && id != null;
  }

  /** What it is as an element whose first byte stands there in an array. */
  ElementFields element(byte[] buffer, int offset) {
    ResponseJson note =
        noteEnd == 0 ? null : new ResponseJson(buffer, offset + noteStart, offset + noteEnd);
    ElementFields.Origin origin =
        new ElementFields.Origin(aside, began, after, checkpoint, author, note, added);
    return new ElementFields(
        id, parentKnown, parentId, timestamp, model, finishReason, status, origin);
  }

  /** Takes the next field; the parser stands at its value's first token, and stays there. */
  public void field(String name, JsonParser value) throws IOException {
    hasMore |= !name.equals("role") && !name.equals("content");
    switch (name) {
      case "content" -> {
        saysMore |= value.currentToken() != JsonToken.VALUE_STRING;
        textStart = (int) value.currentTokenLocation().getByteOffset() + 1;
      }
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
      case ElementFields.BEGAN -> began = Times.parse(Json.textOrNull(value));
      case ElementFields.AFTER ->
          after =
              value.currentToken() == JsonToken.VALUE_NUMBER_INT
                      && value.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                  ? (Long) value.getLongValue()
                  : null;
      case ElementFields.RESPONSE -> note(value);
      case ElementFields.AUTHOR -> author = notEmpty(Json.textOrNull(value));
      case ElementFields.CHECKPOINT -> checkpoint = value.currentToken() == JsonToken.VALUE_TRUE;
      case ElementFields.ADDED -> added = value.currentToken() == JsonToken.VALUE_TRUE;
      case ElementFields.ERASED -> erased = value.currentToken() == JsonToken.VALUE_TRUE;
      case "aside" -> aside = value.currentToken() == JsonToken.VALUE_TRUE;
      case "status" -> status = AnswerStatus.ofWireName(Json.textOrNull(value)).orElse(null);
      default ->
          saysMore |= ALSO_COUNT.contains(name) && value.currentToken() != JsonToken.VALUE_NULL;
    }
  }

  private void note(JsonParser value) throws IOException {
    noteEnd = 0;
    if (value.currentToken() == JsonToken.START_OBJECT) {
      noteStart = (int) value.currentTokenLocation().getByteOffset();
      value.skipChildren();
      noteEnd = (int) value.currentLocation().getByteOffset();
    }
  }

  private static String notEmpty(String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
