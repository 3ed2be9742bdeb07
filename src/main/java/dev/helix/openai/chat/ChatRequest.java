package dev.helix.openai.chat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.message.MessageReader;
import dev.helix.session.HistoryMode;
import dev.helix.text.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The body of a chat request, read once and checked. Its messages share the body's bytes; what the
 * endpoint does not know is left as it is for the upstream.
 */
final class ChatRequest {
  /** How deep a body may nest; tool schemas are the deepest that are sent. */
  static final int MAX_DEPTH = 256;

  /** More messages than anybody has said; each costs far more memory than its bytes. */
  static final int MAX_MESSAGES = 20_000;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool", "function");
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final byte[] body;
  private final List<Message> messages = new ArrayList<>();
  private boolean stream;
  private int messagesFrom = -1;
  private int messagesTo;

  private ChatRequest(byte[] body) {
    this.body = body;
  }

  /** Reads a body, which must not be changed afterwards. */
  static ChatRequest parse(byte[] body) throws InvalidRequestException {
    ChatRequest request = new ChatRequest(body);
    request.read();
    return request;
  }

  boolean stream() {
    return stream;
  }

  List<Message> messages() {
    return List.copyOf(messages);
  }

  /** Refuses messages without a question. Tool results are one where the history is stored. */
  void requireQuestion(HistoryMode mode) throws InvalidRequestException {
    Message last = messages.get(messages.size() - 1);
    boolean toolResult = last.role().equals("tool") || last.role().equals("function");
    if (messages.stream().noneMatch(message -> message.role().equals("user"))
        && !(mode == HistoryMode.STORED && toolResult)) {
      throw new InvalidRequestException(
          "no_user_message", "messages", "'messages' has no message of the role 'user'.");
    }
  }

  /**
   * The body with a history, and a system message in place of the caller's or null for none.
   *
   * @param reasoning whether what a model thought is sent with the history
   */
  byte[] bodyWith(List<Message> history, Message stored, boolean reasoning) {
    if (history.isEmpty() && stored == null) {
      return body;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 4096);
    out.write(body, 0, messagesFrom);
    List<byte[]> system = new ArrayList<>();
    List<byte[]> own = new ArrayList<>();
    for (Message message : messages) {
      (message.isSystem() && own.isEmpty() ? system : own).add(message.wireJson());
    }
    if (stored != null) {
      system = List.of(stored.sentJson(reasoning));
    }
    char separator = '[';
    for (byte[] json : system) {
      separator = write(out, separator, json);
    }
    for (Message message : history) {
      separator = write(out, separator, message.sentJson(reasoning));
    }
    for (byte[] json : own) {
      separator = write(out, separator, json);
    }
    out.write(']');
    out.write(body, messagesTo, body.length - messagesTo);
    return out.toByteArray();
  }

  private static char write(ByteArrayOutputStream out, char separator, byte[] json) {
    out.write(separator);
    out.writeBytes(json);
    return ',';
  }

  private void read() throws InvalidRequestException {
    checkEncoding();
    try (JsonParser parser = JSON.createParser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw invalid("The request body is empty; it must be a JSON object.");
      }
      if (first != JsonToken.START_OBJECT) {
        throw invalid("The request body must be a JSON object.");
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
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
      throw missing("messages");
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
      case "stream" -> {
        if (!value.isBoolean() && value != JsonToken.VALUE_NULL) {
          throw wrongType("stream", "true or false");
        }
        stream = value == JsonToken.VALUE_TRUE;
      }
      case "model" -> {
        if (value != JsonToken.VALUE_STRING) {
          throw wrongType("model", "a string");
        }
      }
      default -> parser.skipChildren();
    }
  }

  private void readMessages(JsonParser parser, JsonToken value)
      throws IOException, InvalidRequestException {
    if (value != JsonToken.START_ARRAY) {
      throw wrongType("messages", "an array");
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
        throw wrongType(place, "an object");
      }
      int from = (int) parser.currentTokenLocation().getByteOffset();
      MessageReader read = readMessage(parser, place);
      int to = (int) parser.currentLocation().getByteOffset();
      messages.add(Message.ofRequest(body, from, to - from, read));
    }
    messagesTo = (int) parser.currentLocation().getByteOffset();
  }

  private static MessageReader readMessage(JsonParser parser, String place)
      throws IOException, InvalidRequestException {
    MessageReader read = new MessageReader();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      read.field(field, parser);
      switch (field) {
        case "role" -> {
          if (value != JsonToken.VALUE_STRING) {
            throw wrongType(place + ".role", "a string");
          }
          if (!ROLES.contains(read.role())) {
            throw new InvalidRequestException(
                "invalid_value",
                place + ".role",
                "'"
                    + place
                    + ".role' must be one of system, developer, user, assistant, tool, function.");
          }
        }
        case "content" -> readContent(parser, value, place + ".content");
        case "tool_calls" -> {
          if (value != JsonToken.START_ARRAY && value != JsonToken.VALUE_NULL) {
            throw wrongType(place + ".tool_calls", "an array");
          }
          parser.skipChildren();
        }
        case "name", "tool_call_id" -> {
          if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL) {
            throw wrongType(place + "." + field, "a string");
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (read.role() == null) {
      throw missing(place + ".role");
    }
    return read;
  }

  private static void readContent(JsonParser parser, JsonToken value, String place)
      throws IOException, InvalidRequestException {
    if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NULL) {
      return;
    }
    if (value != JsonToken.START_ARRAY) {
      throw wrongType(place, "a string or an array of parts");
    }
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw wrongType(place + "[" + i + "]", "an object");
      }
      boolean typed = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String field = parser.currentName();
        typed |= field.equals("type");
        JsonToken part = parser.nextToken();
        if ((field.equals("type") || field.equals("text")) && part != JsonToken.VALUE_STRING) {
          throw wrongType(place + "[" + i + "]." + field, "a string");
        }
        parser.skipChildren();
      }
      if (!typed) {
        throw missing(place + "[" + i + "].type");
      }
    }
  }

  /** Refuses what is not UTF-8 (RFC 8259, 8.1), as byte offsets and the store rely on it. */
  private void checkEncoding() throws InvalidRequestException {
    if (body.length > 1 && (body[0] == 0 || body[1] == 0)) {
      throw invalid("The request body is not UTF-8.");
    }
    if (body.length > 2 && Arrays.equals(body, 0, 3, BYTE_ORDER_MARK, 0, 3)) {
      throw invalid(
          "The request body begins with a byte order mark, which JSON must not (RFC 8259, 8.1).");
    }
    int wrong = Json.indexOfNonUtf8(body, 0, body.length);
    if (wrong >= 0) {
      throw invalid("The request body is not valid UTF-8 (byte " + wrong + ").");
    }
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

  private static InvalidRequestException missing(String param) {
    return new InvalidRequestException(
        "missing_required_parameter", param, "Missing required parameter: '" + param + "'.");
  }

  private static InvalidRequestException wrongType(String param, String allowed) {
    return new InvalidRequestException(
        "invalid_type", param, "'" + param + "' must be " + allowed + ".");
  }
}
