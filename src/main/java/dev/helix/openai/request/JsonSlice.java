package dev.helix.openai.request;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.InvalidRequestException;
import dev.helix.text.ByteSearch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A JSON value where it stands among others, whose bytes it shares and which must not be changed.
 * Immutable.
 *
 * @param from where it begins
 * @param to where it ends
 * @param token its first
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record JsonSlice(byte[] bytes, int from, int to, JsonToken token) {

  /**
   * An element of an array.
   *
   * @param fields those of an object; null for anything else
   */
  public record Element(String array, int index, JsonSlice value, JsonFields fields) {
    /** Its name, such as {@code input[0]}. */
    public String place() {
      return array + "[" + index + "]";
    }
  }

  /** What is done with each element of an array. */
  @FunctionalInterface
  public interface ElementReader {
    /** Takes the next element. */
    void element(Element next) throws InvalidRequestException;
  }

  /**
   * The value at whose first token the parser stands, which is moved to its last.
   *
   * @param base where in the bytes those of the parser begin
   */
  public static JsonSlice read(JsonParser parser, byte[] bytes, int base) throws IOException {
    JsonToken token = parser.currentToken();
    int from = base + (int) parser.currentTokenLocation().getByteOffset();
    int end = token == JsonToken.VALUE_STRING ? stringEnd(bytes, from) : -1;
    if (end < 0) {
      parser.skipChildren();
      parser.finishToken();
      end = base + (int) parser.currentLocation().getByteOffset();
    }
    return new JsonSlice(bytes, from, end, token);
  }

  /** Where a string ends, which the parser would decode to tell; -1 where it has no end. */
  private static int stringEnd(byte[] json, int from) {
    int at = ByteSearch.indexOf((byte) '"', (byte) '\\', json, from + 1, json.length);
    while (at < json.length && json[at] != '"') {
      at = ByteSearch.indexOf((byte) '"', (byte) '\\', json, at + 2, json.length);
    }
    return at < json.length ? at + 1 : -1;
  }

  /** Reads the elements of this array one after the other. */
  public void eachElement(String place, ElementReader reader) throws InvalidRequestException {
    if (token != JsonToken.START_ARRAY) {
      throw InvalidField.wrongType(place, "an array");
    }
    try (JsonParser parser = parser()) {
      parser.nextToken();
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          reader.element(new Element(place, i, read(parser, bytes, from), null));
          continue;
        }
        int start = from + (int) parser.currentTokenLocation().getByteOffset();
        JsonFields fields = JsonFields.read(parser, bytes, from, place, i);
        int end = from + (int) parser.currentLocation().getByteOffset();
        JsonSlice value = new JsonSlice(bytes, start, end, JsonToken.START_OBJECT);
        reader.element(new Element(place, i, value, fields));
      }
    } catch (IOException e) {
      throw RequestJson.unreadable(e);
    }
  }

  /** A parser of this value alone. */
  public JsonParser parser() throws IOException {
    return RequestJson.parser(bytes, from, to - from);
  }

  public int length() {
    return to - from;
  }

  public boolean isString() {
    return token == JsonToken.VALUE_STRING;
  }

  public boolean isArray() {
    return token == JsonToken.START_ARRAY;
  }

  public boolean isObject() {
    return token == JsonToken.START_OBJECT;
  }

  /** What a scalar says. */
  public String text() {
    if (isString() && ByteSearch.indexOf((byte) '\\', (byte) '\\', bytes, from, to) == to) {
      return new String(bytes, from + 1, to - from - 2, StandardCharsets.UTF_8);
    }
    try (JsonParser parser = parser()) {
      parser.nextToken();
      return parser.getText();
    } catch (IOException e) {
      throw new UncheckedIOException("a body that was read before", e);
    }
  }

  /** The JSON as it stands there. */
  public String json() {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Kind and size; never the content. */
  @Override
  public String toString() {
    return "JsonSlice[" + token + ", bytes=" + length() + "]";
  }
}
