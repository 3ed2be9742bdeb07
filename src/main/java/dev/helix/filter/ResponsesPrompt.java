package dev.helix.filter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.filter.ChatBody.Shape;
import dev.helix.message.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether the body of a request for a response is a background prompt, as {@link ChatBody#shape} is
 * for chats: its instructions are a system's message. One for each body.
 */
final class ResponsesPrompt {
  private static final Set<String> TEXTS = Set.of("input_text", "text");

  private final JsonParser parser;

  /** What is asked; null where that is no prompt. */
  private List<Message> input = List.of();

  private String instructions;
  private boolean streamed;

  private ResponsesPrompt(JsonParser parser) {
    this.parser = parser;
  }

  /**
   * What the request is by its shape.
   *
   * @param named whether it names a conversation, as one for merged answers does not
   */
  static Shape shape(byte[] body, boolean named) {
    return ChatBody.read(
        body, Shape.TURN, (parser, text) -> new ResponsesPrompt(parser).shape(named));
  }

  private Shape shape(boolean named) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return Shape.TURN;
    }
    JsonToken token = parser.nextToken();
    for (; token == JsonToken.FIELD_NAME; token = parser.nextToken()) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "input" -> input = input == null || !input.isEmpty() ? null : input(value);
        case "instructions" -> instructions = value.isScalarValue() ? parser.getText() : null;
        case "stream" -> streamed = ChatBody.isTrue(parser);
        default -> {}
      }
      if (input == null || (streamed && named)) {
        return Shape.TURN;
      }
      parser.skipChildren();
    }
    List<Message> prompt = new ArrayList<>();
    if (instructions != null) {
      prompt.add(Message.of("system", instructions));
    }
    prompt.addAll(input);
    return token == JsonToken.END_OBJECT && ChatBody.isPrompt(prompt)
        ? ChatBody.shape(prompt, streamed)
        : Shape.TURN;
  }

  /** The input as messages; null where there are others in it than a prompt has. */
  private List<Message> input(JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      return List.of(Message.of("user", parser.getText()));
    }
    if (value != JsonToken.START_ARRAY) {
      return null;
    }
    List<Message> messages = new ArrayList<>();
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      boolean open =
          messages.size() < ChatBody.MOST_OF_A_PROMPT
              && messages.stream().allMatch(Message::isSystem);
      Message message = open ? message() : null;
      if (message == null) {
        return null;
      }
      messages.add(message);
    }
    return parser.hasToken(JsonToken.END_ARRAY) && ChatBody.isPrompt(messages) ? messages : null;
  }

  /** The item that begins here; null where it is no message. */
  private Message message() throws IOException {
    String type = "message";
    String role = "";
    String text = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "type" -> type = value == JsonToken.VALUE_NULL ? type : parser.getText();
        case "role" -> role = parser.getText();
        case "content" -> text = value == JsonToken.START_ARRAY ? parts() : scalar(value);
        default -> {}
      }
      parser.skipChildren();
    }
    return type.equals("message") ? Message.of(role, text) : null;
  }

  private String scalar(JsonToken value) throws IOException {
    return value == JsonToken.VALUE_STRING ? parser.getText() : "";
  }

  /** The texts of a list of parts. */
  private String parts() throws IOException {
    List<String> texts = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String type = "text";
      String text = null;
      boolean part = parser.hasToken(JsonToken.START_OBJECT);
      while (part && parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean says = parser.currentName().equals("text");
        boolean tells = parser.currentName().equals("type");
        JsonToken value = parser.nextToken();
        if (value == JsonToken.VALUE_STRING) {
          text = says ? parser.getText() : text;
          type = tells ? parser.getText() : type;
        }
        parser.skipChildren();
      }
      if (text != null && TEXTS.contains(type)) {
        texts.add(text);
      }
      parser.skipChildren();
    }
    return String.join("\n", texts);
  }
}
