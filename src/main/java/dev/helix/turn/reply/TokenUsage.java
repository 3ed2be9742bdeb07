package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;

/**
 * How many tokens a reply took, as its backend counts them; 0 stands for what it does not tell.
 * Immutable.
 *
 * @param input of what was sent
 * @param cached of these, how many it had read before
 * @param output of what was answered
 * @param reasoning of these, how many were only thought
 * @param total of both
 */
public record TokenUsage(long input, long cached, long output, long reasoning, long total) {
  /** Of a reply that tells nothing of it. */
  public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0, 0);

  /**
   * Reads the value of {@code usage} at which the parser stands, and moves it to its end; null
   * where it is no object.
   */
  static TokenUsage read(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return null;
    }
    long input = 0;
    long cached = 0;
    long output = 0;
    long reasoning = 0;
    long total = -1;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "prompt_tokens", "input_tokens" -> input = number(parser);
        case "completion_tokens", "output_tokens" -> output = number(parser);
        case "total_tokens" -> total = number(parser);
        case "prompt_tokens_details", "input_tokens_details" ->
            cached = within(parser, "cached_tokens", cached);
        case "completion_tokens_details", "output_tokens_details" ->
            reasoning = within(parser, "reasoning_tokens", reasoning);
        default -> parser.skipChildren();
      }
    }
    return new TokenUsage(input, cached, output, reasoning, total < 0 ? input + output : total);
  }

  /** The usage in its JSON, as {@link UpstreamJson#raw} gives it; null where it is none. */
  static TokenUsage of(Object raw) {
    if (!(raw instanceof RawValue json)) {
      return null;
    }
    try (JsonParser parser = UpstreamJson.FACTORY.createParser(json.rawValue().toString())) {
      parser.nextToken();
      return read(parser);
    } catch (IOException e) {
      throw new IllegalStateException("it was JSON", e);
    }
  }

  private static long within(JsonParser parser, String name, long before) throws IOException {
    long found = before;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String field = parser.currentName();
        parser.nextToken();
        if (field.equals(name)) {
          found = number(parser);
        } else {
          parser.skipChildren();
        }
      }
    }
    return found;
  }

  /** A number of tokens; 0 for what is none. */
  private static long number(JsonParser parser) throws IOException {
    if (!parser.currentToken().isNumeric() || parser.getTextLength() > 18) {
      parser.skipChildren();
      return 0;
    }
    return Math.max(0, (long) Double.parseDouble(parser.getText()));
  }
}
