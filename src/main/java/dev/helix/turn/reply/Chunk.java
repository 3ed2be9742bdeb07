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
 * @param isPlain whether that error is one that clients read
 */
record Chunk(List<?> choices, String model, Object error, boolean isPlain) {

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
    String message = null;
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
        case "message" -> message = value == JsonToken.VALUE_STRING ? parser.getText() : null;
        default -> {}
      }
      parser.skipChildren();
    }
    if (!ReplyError.isBesideChoices(error)) {
      return new Chunk(choices, model, ReplyError.inChoices(choices), false);
    }
    boolean plain = error instanceof Map<?, ?> map && map.get("message") instanceof String;
    boolean mark = message != null && !(error instanceof Map) && !(error instanceof String);
    return new Chunk(choices, model, mark ? message : error, plain);
  }
}
