package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What of a chunk counts, read out of its JSON. Of a name that comes twice the last one holds.
 *
 * @param choices its choices, as {@link UpstreamJson} reads them
 * @param model the model, or null
 * @param error what it has of an error, as {@link UpstreamJson} reads it; null for none
 */
record Chunk(List<?> choices, String model, Object error) {

  /**
   * Reads the data of an event. Lines that lack the blank line between them come as one event with
   * several values.
   *
   * @param into gets each chunk that can be read
   * @return whether all could be read
   */
  static boolean read(byte[] data, int length, List<Chunk> into) {
    try {
      if (parse(UpstreamJson.FACTORY.createParser(data, 0, length), into)) {
        return true;
      }
      if (Json.indexOfNonUtf8(data, 0, length) < 0) {
        return false;
      }
      into.clear();
      String replaced = new String(data, 0, length, StandardCharsets.UTF_8);
      return parse(UpstreamJson.FACTORY.createParser(replaced), into);
    } catch (IOException notText) {
      return false;
    }
  }

  private static boolean parse(JsonParser values, List<Chunk> into) {
    try (JsonParser parser = values) {
      while (parser.nextToken() != null) {
        // Chunks in an array are looked for there too.
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          into.add(chunk(parser));
        }
      }
      return true;
    } catch (IOException notJson) {
      return false;
    }
  }

  private static Chunk chunk(JsonParser parser) throws IOException {
    List<?> choices = List.of();
    String model = null;
    Object error = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "choices" -> {
          Object read = UpstreamJson.value(parser);
          choices = read instanceof List<?> list ? list : read == null ? List.of() : List.of(read);
        }
        case "model" -> model = value == JsonToken.VALUE_STRING ? parser.getText() : model;
        case "error" -> error = UpstreamJson.value(parser);
        default -> {}
      }
      parser.skipChildren();
    }
    return new Chunk(choices, model, isError(error, choices) ? error : null);
  }

  /** Whether it is one: some servers put an empty error beside each answer. */
  private static boolean isError(Object given, List<?> choices) {
    return !UpstreamJson.isEmpty(given)
        && ReplyError.underSuccess(
                UpstreamJson.bytes(
                    Map.of("error", given, "choices", choices.stream().limit(1).toList())))
            != null;
  }
}
