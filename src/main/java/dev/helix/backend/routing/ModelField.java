package dev.helix.backend.routing;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.backend.upstream.SentBody;
import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Where a request's body names its model: in JSON, or in a form. The rest of the body is as it is.
 *
 * @param model the model's name; null where the body names none
 * @param from where its name begins, with the quotes of JSON
 * @param to where it ends
 * @param quoted whether it is JSON
 */
record ModelField(String model, int from, int to, boolean quoted) {
  static final ModelField NONE = new ModelField(null, 0, 0, false);

  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String MODEL = "model";
  private static final int LONGEST = 4096;

  /** The model of a chat, whose body was found valid. */
  static ModelField ofChat(byte[] body) throws InvalidRequestException {
    return inJson(body, true);
  }

  /**
   * The model of any other request.
   *
   * @param type its {@code Content-Type}, or null
   * @throws InvalidRequestException if the body cannot be read, or names several
   */
  static ModelField of(String type, byte[] body) throws InvalidRequestException {
    String media = type == null ? "" : type.strip().toLowerCase(Locale.ROOT);
    if (media.startsWith("multipart/")) {
      return FormReader.model(type, body);
    }
    if (media.startsWith(FORM)) {
      throw new InvalidRequestException(
          new ApiError(
              415,
              "With several upstreams a body of the type " + FORM + " is not taken: send JSON.",
              "invalid_request_error",
              "Content-Type",
              "unsupported_media_type"));
    }
    boolean json = media.startsWith("application/") && media.split(";", 2)[0].contains("json");
    return json || looksLikeJson(body) ? inJson(body, false) : NONE;
  }

  /**
   * Checks how long a model's name is, before it is read.
   *
   * @param length at most so many characters
   */
  static void requireShort(int length) throws InvalidRequestException {
    if (length > LONGEST) {
      throw new InvalidRequestException(
          "invalid_value", MODEL, "'model' is longer than " + LONGEST + " characters.");
    }
  }

  static ModelField named(String model, int from, int to, boolean quoted) {
    return new ModelField(model.isEmpty() ? null : model, from, to, quoted);
  }

  /**
   * Whether a field is the model.
   *
   * @throws InvalidRequestException if it is another that some upstreams take for it
   */
  static boolean isModel(String field) throws InvalidRequestException {
    if (MODEL.equalsIgnoreCase(field) && !MODEL.equals(field)) {
      throw new InvalidRequestException(
          "invalid_value",
          MODEL,
          "The request has a field '" + field + "', which some upstreams take for 'model'.");
    }
    return MODEL.equals(field);
  }

  static InvalidRequestException twice() {
    return new InvalidRequestException(
        "invalid_value", MODEL, "The request names its model twice.");
  }

  /** Some send JSON under another name, and some upstreams take it. */
  private static boolean looksLikeJson(byte[] body) {
    byte[] text = Json.withoutMark(body);
    int at = 0;
    while (at < text.length && text[at] >= 0 && Character.isWhitespace(text[at])) {
      at++;
    }
    return at < text.length && text[at] == '{';
  }

  private static ModelField inJson(byte[] body, boolean valid) throws InvalidRequestException {
    byte[] text = Json.withoutMark(body);
    int mark = body.length - text.length;
    if (Json.isWide(text) || (!valid && Json.indexOfNonUtf8(text, 0, text.length) >= 0)) {
      throw invalid("The request body is not UTF-8.");
    }
    ModelField found = NONE;
    try (JsonParser parser = Json.FOREIGN.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw invalid("The request body must be a JSON object.");
      }
      boolean seen = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean model = isModel(parser.currentName());
        JsonToken value = parser.nextToken();
        if (model && seen) {
          throw twice();
        }
        if (model && value == JsonToken.VALUE_STRING) {
          int from = (int) parser.currentTokenLocation().getByteOffset();
          requireShort(parser.getTextLength());
          String name = parser.getText();
          int to = (int) parser.currentLocation().getByteOffset();
          found = named(name, mark + from, mark + to, true);
        } else if (model && value != JsonToken.VALUE_NULL) {
          throw new InvalidRequestException("invalid_type", MODEL, "'model' must be a string.");
        }
        seen |= model;
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw invalid("There is more in the request body than one JSON object.");
      }
      return found;
    } catch (IOException e) {
      throw invalid("The request body is no valid JSON.");
    }
  }

  private static InvalidRequestException invalid(String message) {
    return new InvalidRequestException("invalid_json", null, message);
  }

  /** The body in which this was found, with another model. */
  SentBody with(String other, byte[] body) {
    byte[] name = quoted ? Json.utf8(Json.quote(other)) : other.getBytes(StandardCharsets.UTF_8);
    return SentBody.of(body, from, to, name);
  }
}
