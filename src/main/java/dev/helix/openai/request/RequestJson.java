package dev.helix.openai.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.helix.http.InvalidRequestException;
import dev.helix.text.Json;
import java.io.IOException;
import java.util.Locale;

/**
 * How the JSON of a request's body is read: one object in UTF-8, of bounded depth, whose names are
 * bounded and not kept. No state.
 */
public final class RequestJson {
  /** How deep a body may nest; tool schemas are the deepest that are sent. */
  public static final int MAX_DEPTH = 256;

  /** More messages than anybody has said; each costs far more memory than its bytes. */
  public static final int MAX_MESSAGES = 20_000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Json.LONGEST_NAME)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private RequestJson() {}

  /** What is done with each field of a body. */
  @FunctionalInterface
  public interface FieldReader {
    /** The parser stands at the field's name; it is moved to the last token of the value. */
    void field(JsonParser parser) throws IOException, InvalidRequestException;
  }

  /** A body without a byte order mark, where it is UTF-8. */
  public static byte[] utf8(byte[] body) throws InvalidRequestException {
    if (Json.isWide(body)) {
      throw invalid("The request body is not UTF-8.");
    }
    byte[] plain = Json.withoutMark(body);
    // RFC 8259, 8.1. The byte offsets and the store rely on it.
    int wrong = Json.indexOfNonUtf8(plain, 0, plain.length);
    if (wrong >= 0) {
      throw invalid("The request body is not valid UTF-8 (byte " + wrong + ").");
    }
    return plain;
  }

  /**
   * Reads the fields of a body, none of which comes twice.
   *
   * @return where the first field may stand
   */
  public static int eachField(byte[] utf8, FieldReader reader) throws InvalidRequestException {
    try (JsonParser parser = parser(utf8, 0, utf8.length)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw invalid("The request body is empty; it must be a JSON object.");
      }
      if (first != JsonToken.START_OBJECT) {
        throw invalid("The request body must be a JSON object.");
      }
      int begin = (int) parser.currentLocation().getByteOffset();
      FieldNames names = new FieldNames();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        names.add(parser.currentName());
        reader.field(parser);
      }
      if (parser.nextToken() != null) {
        throw invalid("The request body has something behind its JSON object.");
      }
      return begin;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** A parser of a part of a body. */
  public static JsonParser parser(byte[] json, int offset, int length) throws IOException {
    return JSON.createParser(json, offset, length);
  }

  /** What is said of a body that the parser could not read. */
  public static InvalidRequestException unreadable(IOException e) {
    if (e instanceof StreamConstraintsException limit) {
      return invalid("The request body can't be read: " + limit.getOriginalMessage());
    }
    if (e instanceof JsonProcessingException wrong) {
      return invalid(
          "The request body is no valid JSON: "
              + plain(wrong.getOriginalMessage())
              + (wrong.getLocation() == null
                  ? ""
                  : " (byte " + wrong.getLocation().getByteOffset() + ")"));
    }
    return invalid("The request body is no valid JSON: " + e.getMessage());
  }

  /** A flag, also as the numbers 0 and 1 and as a text; absent where it is null. */
  public static boolean flag(JsonParser parser, String field)
      throws IOException, InvalidRequestException {
    JsonToken value = parser.currentToken();
    String text = value.isScalarValue() ? parser.getText().toLowerCase(Locale.ROOT) : "";
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0", "null" -> false;
      default -> throw InvalidField.wrongType(field, "true or false");
    };
  }

  /** The parser's message, as far as it speaks of the JSON and not of the parser's own source. */
  private static String plain(String message) {
    int source = message.indexOf("[Source:");
    int aside = source < 0 ? -1 : message.lastIndexOf('(', source);
    return (aside < 0 ? message : message.substring(0, aside)).strip();
  }

  private static InvalidRequestException invalid(String message) {
    return new InvalidRequestException("invalid_json", null, message);
  }
}
