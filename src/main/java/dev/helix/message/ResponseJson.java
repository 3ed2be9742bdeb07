package dev.helix.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The note that is kept with an answer which is a response: one JSON object, to the byte. It stands
 * in an array that it may share with the answer's element, so that reading a transcript makes no
 * second copy of what may be long. Immutable: nobody may change the array.
 */
public final class ResponseJson {
  private static final String ID = "id";

  private final byte[] array;
  private final int from;
  private final int to;

  /** What stands in a part of an array, which was found to be an object. */
  ResponseJson(byte[] array, int from, int to) {
    this.array = array;
    this.from = from;
    this.to = to;
  }

  /**
   * A note of this JSON.
   *
   * @throws IllegalArgumentException if it is not one JSON object
   */
  public static ResponseJson of(String json) {
    byte[] bytes = Json.utf8(json);
    try {
      Json.eachField(bytes, 0, bytes.length, (name, value, start) -> {});
    } catch (IOException e) {
      throw new IllegalArgumentException("the note of a response must be a JSON object", e);
    }
    return new ResponseJson(bytes, 0, bytes.length);
  }

  /** How many bytes of JSON it has. */
  int length() {
    return to - from;
  }

  /** The JSON. */
  public String json() {
    return new String(array, from, to - from, StandardCharsets.UTF_8);
  }

  /** The response's id, of which no more is read than is needed to find it; "" for none. */
  public String id() {
    try (JsonParser parser = Json.FACTORY.createParser(array, from, to - from)) {
      JsonToken unused = parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean id = parser.currentName().equals(ID);
        JsonToken value = parser.nextToken();
        if (id) {
          return value == JsonToken.VALUE_STRING ? parser.getText() : "";
        }
        parser.skipChildren();
      }
      return "";
    } catch (IOException e) {
      throw new IllegalStateException("the bytes of a note were changed", e);
    }
  }

  /** The same in a copy that begins at a place of the array, if it stands in that one. */
  ResponseJson movedTo(byte[] copy, byte[] original, int offset) {
    return array == original ? new ResponseJson(copy, from - offset, to - offset) : this;
  }
}
