package dev.helix.openai.chat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.message.MessageReader;
import dev.helix.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a chat request's body and refuses what no upstream could make sense of. What some upstream
 * takes is taken: its own error says best what it does not. One for each body; not thread-safe.
 */
final class ChatRequestReader {
  /** How deep a body may nest; tool schemas are the deepest that are sent. */
  static final int MAX_DEPTH = 256;

  /** More messages than anybody has said; each costs far more memory than its bytes. */
  static final int MAX_MESSAGES = 20_000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Json.LONGEST_NAME)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private final byte[] body;
  private final List<Message> messages = new ArrayList<>();
  private boolean stream;
  private int choices = 1;
  private int messagesFrom = -1;
  private int messagesTo;
  private BodyEdit noModel;

  private ChatRequestReader(byte[] body) {
    this.body = body;
  }

  /** Reads a body, which must not be changed afterwards. */
  static ChatRequestReader read(byte[] body) throws InvalidRequestException {
    if (Json.isWide(body)) {
      throw invalid("The request body is not UTF-8.");
    }
    ChatRequestReader reader = new ChatRequestReader(Json.withoutMark(body));
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
    // RFC 8259, 8.1. The byte offsets and the store rely on it.
    int wrong = Json.indexOfNonUtf8(body, 0, body.length);
    if (wrong >= 0) {
      throw invalid("The request body is not valid UTF-8 (byte " + wrong + ").");
    }
    try (JsonParser parser = JSON.createParser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw invalid("The request body is empty; it must be a JSON object.");
      }
      if (first != JsonToken.START_OBJECT) {
        throw invalid("The request body must be a JSON object.");
      }
      int begin = (int) parser.currentLocation().getByteOffset();
      noModel = new BodyEdit(begin, begin, List.of(ascii("\"model\":"), ascii(",")));
      FieldNames names = new FieldNames();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        names.add(parser.currentName());
        readField(parser);
      }
      if (parser.nextToken() != null) {
        throw invalid("The request body has something behind its JSON object.");
      }
    } catch (StreamConstraintsException e) {
      throw invalid("The request body can't be read: " + e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      throw invalid(
          "The request body is no valid JSON: "
              + plain(e.getOriginalMessage())
              + (e.getLocation() == null ? "" : " (byte " + e.getLocation().getByteOffset() + ")"));
    } catch (IOException e) {
      throw invalid("The request body is no valid JSON: " + e.getMessage());
    }
    if (messagesFrom < 0) {
      throw RequestFields.missing("messages");
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
      case "stream" -> stream = RequestFields.flag(parser, "stream");
      case "n" -> choices = RequestFields.count(parser);
      case "model" -> {
        if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL) {
          throw RequestFields.wrongType("model", "a string");
        }
        boolean none = value == JsonToken.VALUE_NULL || parser.getText().isEmpty();
        int from = (int) parser.currentTokenLocation().getByteOffset();
        int to = (int) parser.currentLocation().getByteOffset();
        noModel = none ? new BodyEdit(from, to, List.of()) : null;
      }
      default -> parser.skipChildren();
    }
  }

  private void readMessages(JsonParser parser, JsonToken value)
      throws IOException, InvalidRequestException {
    if (value != JsonToken.START_ARRAY) {
      throw RequestFields.wrongType("messages", "an array");
    }
    messagesFrom = (int) parser.currentTokenLocation().getByteOffset();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (messages.size() == MAX_MESSAGES) {
        throw new InvalidRequestException(
            "too_many_messages",
            "messages",
            "'messages' must have at most " + MAX_MESSAGES + " messages.");
      }
      String place = "messages[" + messages.size() + "]";
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw RequestFields.wrongType(place, "an object");
      }
      int from = (int) parser.currentTokenLocation().getByteOffset();
      MessageReader read = RequestFields.message(parser, place);
      int to = (int) parser.currentLocation().getByteOffset();
      messages.add(Message.ofRequest(body, from, to - from, read));
    }
    messagesTo = (int) parser.currentLocation().getByteOffset();
  }

  /** The parser's message, as far as it speaks of the JSON and not of the parser's own source. */
  private static String plain(String message) {
    int source = message.indexOf("[Source:");
    int aside = source < 0 ? -1 : message.lastIndexOf('(', source);
    return (aside < 0 ? message : message.substring(0, aside)).strip();
  }

  private static InvalidRequestException invalid(String message) {
    return new InvalidRequestException("invalid_json", null, message);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
