package dev.helix.openai.responses;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.items.JsonValues;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The form that a request wants its text in. Immutable.
 *
 * @param responseFormat what chat completions call it; null for plain text
 * @param verbosity as it came; null where it is not said
 * @param echo the response's {@code text}
 */
record TextFormat(JsonRope responseFormat, JsonSlice verbosity, Map<String, Object> echo) {

  /** Reads {@code text}; null where it is absent. */
  static TextFormat read(JsonFields text, JsonValues values) throws InvalidRequestException {
    Map<String, Object> echo = new LinkedHashMap<>();
    JsonFields format = text == null ? null : text.fields("format");
    JsonSlice verbosity = text == null ? null : text.string("verbosity");
    echo.put("format", format == null ? Map.of("type", "text") : values.of(text.get("format")));
    if (verbosity != null) {
      echo.put("verbosity", verbosity.text());
    }
    return new TextFormat(format == null ? null : responseFormat(format), verbosity, echo);
  }

  private static JsonRope responseFormat(JsonFields format) throws InvalidRequestException {
    switch (format.needText("type")) {
      case "text" -> {
        return null;
      }
      case "json_object" -> {
        return new JsonRope().ascii("{\"type\":\"json_object\"}");
      }
      case "json_schema" -> {
        JsonRope schema =
            new JsonRope()
                .ascii("{\"type\":\"json_schema\",\"json_schema\":{\"name\":")
                .add(format.needString("name"));
        format.need("schema");
        schema.ascii(",\"schema\":").add(format.object("schema"));
        if (format.get("strict") != null) {
          schema.ascii(",\"strict\":" + format.flag("strict", false));
        }
        JsonSlice description = format.string("description");
        if (description != null) {
          schema.ascii(",\"description\":").add(description);
        }
        return schema.ascii("}}");
      }
      default ->
          throw InvalidField.wrongValue(
              format.place("type"), "'text', 'json_object' or 'json_schema'");
    }
  }
}
