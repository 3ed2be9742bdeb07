package dev.helix.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.helix.session.Message;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the first user message in a chat request's body, reading no further than that message. The
 * bytes before it are skipped over, not copied. No state.
 */
final class FirstMessage {
  private static final Logger LOG = System.getLogger(FirstMessage.class.getName());

  // The body's size is limited already, and one image may be most of it.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private FirstMessage() {}

  /** Whether a body of this content type may be a chat request. */
  static boolean isJson(String contentType) {
    if (contentType == null) {
      return false;
    }
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    type = type.strip().toLowerCase(Locale.ROOT);
    return type.equals("application/json")
        || (type.startsWith("application/") && type.endsWith("+json"));
  }

  /**
   * The first user message's text (specification section 1); empty if there is none to be found.
   */
  static Optional<String> find(byte[] body) {
    try (JsonParser parser = JSON.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean messages = parser.currentName().equals("messages");
        JsonToken value = parser.nextToken();
        if (messages) {
          return value == JsonToken.START_ARRAY ? findIn(parser, body) : Optional.empty();
        }
        parser.skipChildren();
      }
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      LOG.log(Level.DEBUG, () -> "a body without a readable first message: " + e.getClass());
      return Optional.empty();
    }
  }

  private static Optional<String> findIn(JsonParser parser, byte[] body) throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      int start = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      int end = (int) parser.currentLocation().getByteOffset();
      // No byte offsets: the text is not UTF-8.
      if (start < 0) {
        return Optional.empty();
      }
      Message message = Message.parse(body, start, end - start);
      if (message.role().equals("user")) {
        return Optional.of(message.firstMessageText());
      }
    }
    return Optional.empty();
  }
}
