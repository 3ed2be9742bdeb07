package dev.helix.openai.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.message.MessageReader;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.RequestJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a chat request's body and refuses what no upstream could make sense of. What some upstream
 * takes is taken: its own error says best what it does not. One for each body; not thread-safe.
 */
final class ChatRequestReader {
  private final byte[] body;
  private final List<Message> messages = new ArrayList<>();
  private boolean stream;
  private int choices = 1;
  private int messagesFrom = -1;
  private int messagesTo;
  private boolean modelKnown;
  private BodyEdit noModel;

  private ChatRequestReader(byte[] body) {
    this.body = body;
  }

  /** Reads a body, which must not be changed afterwards. */
  static ChatRequestReader read(byte[] body) throws InvalidRequestException {
    ChatRequestReader reader = new ChatRequestReader(RequestJson.utf8(body));
    reader.read();
    return reader;
  }

  /** The body without a byte order mark. */
  byte[] body() {
    return body;
  }

  boolean stream() {
    return stream;
  }

  /**
   * How many choices are asked for; 1 where it is not said, or the upstream is to make sense of.
   */
  int choices() {
    return choices;
  }

  List<Message> messages() {
    return messages;
  }

  int messagesFrom() {
    return messagesFrom;
  }

  int messagesTo() {
    return messagesTo;
  }

  /** Where a model's name is to stand, between the first piece and the second; null for nowhere. */
  BodyEdit noModel() {
    return noModel;
  }

  private void read() throws InvalidRequestException {
    int begin = RequestJson.eachField(body, this::readField);
    if (!modelKnown) {
      noModel = new BodyEdit(begin, begin, List.of(ascii("\"model\":"), ascii(",")));
    }
    if (messagesFrom < 0) {
      throw InvalidField.missing("messages");
    }
    if (messages.isEmpty()) {
      throw new InvalidRequestException(
          "empty_array", "messages", "'messages' must have at least one message.");
    }
  }

  private void readField(JsonParser parser) throws IOException, InvalidRequestException {
    String field = parser.currentName();
    JsonToken value = parser.nextToken();
    switch (field) {
      case "messages" -> readMessages(parser, value);
      case "stream" -> stream = RequestJson.flag(parser, "stream");
      case "n" -> choices = RequestFields.count(parser);
      case "model" -> {
        if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL) {
          throw InvalidField.wrongType("model", "a string");
        }
        boolean none = value == JsonToken.VALUE_NULL || parser.getText().isEmpty();
        int from = (int) parser.currentTokenLocation().getByteOffset();
        int to = (int) parser.currentLocation().getByteOffset();
        modelKnown = true;
        noModel = none ? new BodyEdit(from, to, List.of()) : null;
      }
      default -> parser.skipChildren();
    }
  }

  private void readMessages(JsonParser parser, JsonToken value)
      throws IOException, InvalidRequestException {
    if (value != JsonToken.START_ARRAY) {
      throw InvalidField.wrongType("messages", "an array");
    }
    messagesFrom = (int) parser.currentTokenLocation().getByteOffset();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (messages.size() == RequestJson.MAX_MESSAGES) {
        throw new InvalidRequestException(
            "too_many_messages",
            "messages",
            "'messages' must have at most " + RequestJson.MAX_MESSAGES + " messages.");
      }
      String place = "messages[" + messages.size() + "]";
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw InvalidField.wrongType(place, "an object");
      }
      int from = (int) parser.currentTokenLocation().getByteOffset();
      MessageReader read = RequestFields.message(parser, place);
      int to = (int) parser.currentLocation().getByteOffset();
      messages.add(Message.ofRequest(body, from, to - from, read));
    }
    messagesTo = (int) parser.currentLocation().getByteOffset();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
