package dev.helix.openai.items;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.RequestJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes maps, lists, texts and numbers of what a request says, so many at most, as each takes far
 * more memory than its bytes. One for each request; not thread-safe.
 */
public final class JsonValues {
  /** A thousand tools with two hundred values each. */
  static final int MOST = 200_000;

  private int made;

  /** The value; null where it is absent. */
  public Object of(JsonSlice json) throws InvalidRequestException {
    if (json == null) {
      return null;
    }
    try (JsonParser parser = json.parser()) {
      parser.nextToken();
      return value(parser);
    } catch (IOException e) {
      throw RequestJson.unreadable(e);
    }
  }

  private Object value(JsonParser parser) throws IOException, InvalidRequestException {
    if (++made > MOST) {
      throw new InvalidRequestException(
          "invalid_value", null, "Tools, text and metadata have more than " + MOST + " values.");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, value(parser));
        }
        yield fields;
      }
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield items;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> {
        double number = parser.getDoubleValue();
        yield Double.isInfinite(number) ? (Object) parser.getDecimalValue() : (Object) number;
      }
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }
}
