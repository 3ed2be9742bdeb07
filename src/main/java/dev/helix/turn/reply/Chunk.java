package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of a chunk counts, read out of its JSON. Of a name that comes twice the last one holds.
 *
 * @param choices its choices, as {@link UpstreamJson} reads them
 * @param model the model, or null
 * @param error what it has of an error, as {@link UpstreamJson} reads it; null for none
 * @param isPlain whether that error is one that clients read
 * @param usage how many tokens it tells of; null where it does not
 */
record Chunk(List<?> choices, String model, Object error, boolean isPlain, TokenUsage usage) {
  /** What counts of a choice. */
  private static final Set<String> OF_CHOICES =
      Set.of("index", "delta", "message", "text", "finish_reason", "stop_reason", "error");

  /** A longer name of a model is none. */
  private static final int LONGEST_MODEL = 1_000;

  /**
   * Reads the data of an event. Lines that lack the blank line between them come as one event with
   * several values.
   *
   * @param weight gets what they weigh; what is too much is left out
   * @param into gets each chunk that can be read
   * @return whether all could be read
   */
  static boolean read(byte[] data, int length, Weight weight, List<Chunk> into) {
    try {
      if (parse(UpstreamJson.FACTORY.createParser(data, 0, length), weight, into)) {
        return true;
      }
      if (Json.indexOfNonUtf8(data, 0, length) < 0) {
        return false;
      }
      into.clear();
      weight.clear();
      String replaced = new String(data, 0, length, StandardCharsets.UTF_8);
      return parse(UpstreamJson.FACTORY.createParser(replaced), weight, into);
    } catch (IOException notText) {
      return false;
    }
  }

  private static boolean parse(JsonParser values, Weight weight, List<Chunk> into) {
    try (JsonParser parser = values) {
      while (parser.nextToken() != null) {
        // Chunks in an array are looked for there too.
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          if (weight.things(Weight.CONTAINER)) {
            into.add(chunk(parser, weight));
          } else {
            parser.skipChildren();
          }
        }
      }
      return true;
    } catch (IOException notJson) {
      return false;
    }
  }

  private static Chunk chunk(JsonParser parser, Weight weight) throws IOException {
    List<?> choices = List.of();
    String model = null;
    Object error = null;
    String message = null;
    TokenUsage usage = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "choices" -> choices = choices(parser, weight);
        case "model" -> {
          boolean name = value == JsonToken.VALUE_STRING && parser.getTextLength() <= LONGEST_MODEL;
          model = name ? parser.getText() : model;
        }
        case "error" -> error = UpstreamJson.value(parser, Weight.read(0));
        case "usage" -> usage = TokenUsage.read(parser);
        case "message" -> message = value == JsonToken.VALUE_STRING ? parser.getText() : null;
        default -> {}
      }
      parser.skipChildren();
    }
    if (!ReplyError.isBesideChoices(error)) {
      return new Chunk(choices, model, ReplyError.inChoices(choices), false, usage);
    }
    boolean plain = error instanceof Map<?, ?> map && map.get("message") instanceof String;
    boolean mark = message != null && !(error instanceof Map) && !(error instanceof String);
    return new Chunk(choices, model, mark ? message : error, plain, usage);
  }

  /** The choices of a chunk, or the one that it has; null stands for what is none. */
  private static List<Object> choices(JsonParser parser, Weight weight) throws IOException {
    List<Object> choices = new ArrayList<>(1);
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      choices.add(choice(parser, weight));
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        boolean choice = parser.currentToken() == JsonToken.START_OBJECT;
        if (choices.size() == Weight.MOST_ENTRIES) {
          weight.exceed();
          parser.skipChildren();
        } else if (choice) {
          choices.add(choice(parser, weight));
        } else {
          choices.add(null);
          parser.skipChildren();
        }
      }
    }
    return choices;
  }

  private static Map<String, Object> choice(JsonParser parser, Weight weight) throws IOException {
    weight.things(Weight.CONTAINER);
    Map<String, Object> choice = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      parser.nextToken();
      if (OF_CHOICES.contains(field) && weight.field(field)) {
        choice.put(field, UpstreamJson.value(parser, weight));
      } else {
        parser.skipChildren();
      }
    }
    return choice;
  }
}
