package dev.helix.filter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.message.BackgroundPrompt;
import dev.helix.message.Message;
import dev.helix.message.Preamble;
import dev.helix.text.Json;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the filter needs to know of a chat request's body, read no further than it takes. The bytes
 * before a message are skipped over, not copied; a body that cannot be read has nothing to be
 * found. No state.
 */
final class ChatBody {
  private static final Logger LOG = System.getLogger(ChatBody.class.getName());

  /** What is read out of a body. The parser stands before the first token. */
  interface Reading<T> {
    T read(JsonParser parser, byte[] body) throws IOException;
  }

  /**
   * A text that a chat is known by.
   *
   * @param preamble whether an agent's own words stand before it
   */
  record First(String text, boolean preamble) {}

  /** What a request's shape says of it. */
  enum Shape {
    /** A turn. */
    TURN,
    /** A background prompt, unless a person begins a conversation with it. */
    DOUBTFUL,
    /** A background prompt. */
    PROMPT
  }

  /** A background prompt has no more messages, and all but the last are the system's. */
  static final int MOST_OF_A_PROMPT = 3;

  private static final Set<String> TOOLS = Set.of("tools", "functions");
  private static final String METADATA = "metadata";

  private ChatBody() {}

  /**
   * The text of a person's first message, past what {@linkplain Preamble agents} say before it,
   * else of the first user message; empty where none is found. Specification section 1.
   */
  static Optional<First> firstMessage(byte[] body) {
    return read(body, Optional.empty(), ChatBody::firstMessage);
  }

  /** Whether the request brings tools along, as agents do. All of the body may be read. */
  static boolean hasTools(byte[] body) {
    return read(body, false, (parser, text) -> hasTools(parser));
  }

  /**
   * The texts and numbers in fields of the body, and behind {@code metadata.} of its metadata. All
   * of the body is read.
   */
  static Map<String, String> values(byte[] body, List<String> names) {
    return read(
        body,
        Map.of(),
        (parser, text) -> {
          Map<String, String> values = new HashMap<>();
          if (parser.nextToken() == JsonToken.START_OBJECT) {
            readValues(parser, "", names, values);
          }
          return values;
        });
  }

  /**
   * Whether this is a background prompt by its shape (specification section 5): a single message,
   * of a user and with such a prompt, behind none but a system's, whose answer is not to be
   * streamed, unless it is to be merged of others. Of a conversation only the first messages are
   * looked at.
   *
   * @param named whether the request names a conversation, as one for merged answers does not
   */
  static Shape shape(byte[] body, boolean named) {
    return read(body, Shape.TURN, (parser, text) -> shape(parser, text, named));
  }

  /** What is read out of a body, or nothing where it cannot be read. */
  static <T> T read(byte[] body, T nothing, Reading<T> reading) {
    byte[] text = Json.withoutMark(body);
    try (JsonParser parser = Json.FOREIGN.createParser(text)) {
      return reading.read(parser, text);
    } catch (IOException | IllegalArgumentException e) {
      LOG.log(Level.DEBUG, () -> "a body that is no readable chat request: " + e.getClass());
      return nothing;
    }
  }

  private static void readValues(
      JsonParser parser, String prefix, List<String> names, Map<String, String> values)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = prefix + parser.currentName();
      // A name with a point at the top is none in the metadata.
      boolean named =
          names.contains(name) && !(prefix.isEmpty() && name.startsWith(METADATA + "."));
      JsonToken value = parser.nextToken();
      if (prefix.isEmpty() && name.equals(METADATA) && value == JsonToken.START_OBJECT) {
        readValues(parser, METADATA + ".", names, values);
      } else if (named && (value == JsonToken.VALUE_STRING || value.isNumeric())) {
        values.put(name, parser.getText());
      } else {
        parser.skipChildren();
      }
    }
  }

  private static boolean hasTools(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean tools = TOOLS.contains(parser.currentName());
      if (parser.nextToken() == JsonToken.START_ARRAY && tools) {
        return parser.nextToken() != JsonToken.END_ARRAY;
      }
      parser.skipChildren();
    }
    return false;
  }

  private static Optional<First> firstMessage(JsonParser parser, byte[] body) throws IOException {
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

  private static Optional<First> firstUserMessage(JsonParser parser, byte[] body)
      throws IOException {
    String preamble = null;
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      Message message = skipMessage(parser).messageIn(body);
      if (message.role().equals("user")) {
        String text = message.firstMessageText();
        if (!Preamble.is(text)) {
          return Optional.of(new First(text, preamble != null));
        }
        preamble = preamble == null ? text : preamble;
      }
    }
    return Optional.ofNullable(preamble).map(text -> new First(text, true));
  }

  private static Shape shape(JsonParser parser, byte[] body, boolean named) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return Shape.TURN;
    }
    List<Message> prompt = null;
    boolean streamed = false;
    JsonToken token = parser.nextToken();
    for (; token == JsonToken.FIELD_NAME; token = parser.nextToken()) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("messages")) {
        boolean again = prompt != null;
        prompt = value == JsonToken.START_ARRAY ? prompt(parser, body) : List.of();
        if (again || prompt.isEmpty()) {
          return Shape.TURN;
        }
      } else if (field.equals("stream") && isTrue(parser)) {
        if (named) {
          return Shape.TURN;
        }
        streamed = true;
      } else {
        parser.skipChildren();
      }
    }
    return prompt == null || token != JsonToken.END_OBJECT ? Shape.TURN : shape(prompt, streamed);
  }

  /** Whether a flag is set, be it as a number or a text. */
  static boolean isTrue(JsonParser value) throws IOException {
    String text = value.currentToken().isScalarValue() ? value.getText() : "";
    return text.equalsIgnoreCase("true") || text.equals("1");
  }

  /** A user message, and before it none but the system's; empty where there are others. */
  private static List<Message> prompt(JsonParser parser, byte[] body) throws IOException {
    List<Span> spans = new ArrayList<>();
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      if (spans.size() == MOST_OF_A_PROMPT) {
        return List.of();
      }
      spans.add(skipMessage(parser));
    }
    if (spans.isEmpty() || parser.currentToken() != JsonToken.END_ARRAY) {
      return List.of();
    }
    List<Message> messages = spans.stream().map(span -> span.messageIn(body)).toList();
    return isPrompt(messages) ? messages : List.of();
  }

  /** Whether the last of these is a user's, and all before it are the system's. */
  static boolean isPrompt(List<Message> messages) {
    int last = messages.size() - 1;
    return last >= 0
        && messages.get(last).role().equals("user")
        && messages.subList(0, last).stream().allMatch(Message::isSystem);
  }

  /** What a prompt is by what it says. */
  static Shape shape(List<Message> prompt, boolean streamed) {
    String text = prompt.get(prompt.size() - 1).text();
    if (streamed) {
      return BackgroundPrompt.merges(text) ? Shape.PROMPT : Shape.TURN;
    }
    if (prompt.size() > 1 && BackgroundPrompt.choosesTools(prompt.get(0).text(), text)) {
      return Shape.PROMPT;
    }
    if (!BackgroundPrompt.matches(text)) {
      return Shape.TURN;
    }
    return BackgroundPrompt.quotesChat(text) ? Shape.PROMPT : Shape.DOUBTFUL;
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
