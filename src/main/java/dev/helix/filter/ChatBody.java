package dev.helix.filter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.message.BackgroundPrompt;
import dev.helix.message.Message;
import dev.helix.text.Json;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * What the filter needs to know of a chat request's body, read no further than it takes. The bytes
 * before a message are skipped over, not copied; a body that cannot be read has nothing to be
 * found. No state.
 */
final class ChatBody {
  private static final Logger LOG = System.getLogger(ChatBody.class.getName());

  /** What is read out of a body. The parser stands before the first token. */
  private interface Reading<T> {
    T read(JsonParser parser, byte[] body) throws IOException;
  }

  private ChatBody() {}

  /** The first user message's text; empty where none is found. Specification section 1. */
  static Optional<String> firstMessage(byte[] body) {
    return read(body, Optional.empty(), ChatBody::firstMessage);
  }

  /**
   * Whether this is a background prompt by its shape (specification section 5): a single message,
   * of a user and with such a prompt, whose answer is not to be streamed. Of a conversation only
   * the first message is looked at.
   */
  static boolean isBackgroundPrompt(byte[] body) {
    return read(body, false, ChatBody::isBackgroundPrompt);
  }

  private static <T> T read(byte[] body, T nothing, Reading<T> reading) {
    byte[] text = Json.withoutMark(body);
    try (JsonParser parser = Json.FACTORY.createParser(text)) {
      return reading.read(parser, text);
    } catch (IOException | IllegalArgumentException e) {
      LOG.log(Level.DEBUG, () -> "a body that is no readable chat request: " + e.getClass());
      return nothing;
    }
  }

  private static Optional<String> firstMessage(JsonParser parser, byte[] body) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return Optional.empty();
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean messages = parser.currentName().equals("messages");
      JsonToken value = parser.nextToken();
      if (messages) {
        return value == JsonToken.START_ARRAY ? firstUserMessage(parser, body) : Optional.empty();
      }
      parser.skipChildren();
    }
    return Optional.empty();
  }

  private static Optional<String> firstUserMessage(JsonParser parser, byte[] body)
      throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      Message message = skipMessage(parser).messageIn(body);
      if (message.role().equals("user")) {
        return Optional.of(message.firstMessageText());
      }
    }
    return Optional.empty();
  }

  private static boolean isBackgroundPrompt(JsonParser parser, byte[] body) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    boolean asked = false;
    JsonToken token = parser.nextToken();
    for (; token == JsonToken.FIELD_NAME; token = parser.nextToken()) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("messages")) {
        if (asked || value != JsonToken.START_ARRAY || !isLonePrompt(parser, body)) {
          return false;
        }
        asked = true;
      } else if (field.equals("stream") && isTrue(parser)) {
        return false;
      } else {
        parser.skipChildren();
      }
    }
    return asked && token == JsonToken.END_OBJECT;
  }

  /** Whether a flag is set, be it as a number or a text. */
  private static boolean isTrue(JsonParser value) throws IOException {
    String text = value.currentToken().isScalarValue() ? value.getText() : "";
    return text.equalsIgnoreCase("true") || text.equals("1");
  }

  private static boolean isLonePrompt(JsonParser parser, byte[] body) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    Span span = skipMessage(parser);
    if (parser.nextToken() != JsonToken.END_ARRAY) {
      return false;
    }
    Message only = span.messageIn(body);
    return only.role().equals("user") && BackgroundPrompt.matches(only.text());
  }

  private static Span skipMessage(JsonParser parser) throws IOException {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    if (start < 0) {
      throw new IOException("no byte offsets: the text is not UTF-8");
    }
    return new Span(start, (int) parser.currentLocation().getByteOffset());
  }

  private record Span(int start, int end) {
    Message messageIn(byte[] body) {
      return Message.parse(body, start, end - start);
    }
  }
}
