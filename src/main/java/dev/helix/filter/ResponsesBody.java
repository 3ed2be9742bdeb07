package dev.helix.filter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What the body of a request for a response says of its session. Immutable.
 *
 * @param previous the response that it follows, null for none
 * @param conversation the conversation that it is a turn of, null for none
 * @param kept whether the response is to be kept
 * @param clear false where one of these has a value of a wrong type or stands there twice, or where
 *     both of the first two are given: then the others mean nothing
 */
record ResponsesBody(String previous, String conversation, boolean kept, boolean clear) {
  static final String PREVIOUS = "previous_response_id";
  static final String CONVERSATION = "conversation";
  private static final String STORE = "store";

  /** What a body says; empty where it is no JSON object. All of it is read. */
  static Optional<ResponsesBody> read(byte[] body) {
    return ChatBody.read(body, Optional.empty(), (parser, text) -> new Reader(parser).read());
  }

  private static final class Reader {
    private final JsonParser parser;
    private final Set<String> seen = new HashSet<>();
    private String previous;
    private String conversation;
    private boolean kept = true;
    private boolean clear = true;

    Reader(JsonParser parser) {
      this.parser = parser;
    }

    Optional<ResponsesBody> read() throws IOException {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      JsonToken token = parser.nextToken();
      for (; token == JsonToken.FIELD_NAME; token = parser.nextToken()) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case PREVIOUS -> {
            once(PREVIOUS);
            previous = text();
          }
          case CONVERSATION -> {
            once(CONVERSATION);
            conversation = parser.hasToken(JsonToken.START_OBJECT) ? idOfObject() : text();
          }
          case STORE -> {
            once(STORE);
            kept = flag();
          }
          default -> parser.skipChildren();
        }
      }
      if (token != JsonToken.END_OBJECT || parser.nextToken() != null) {
        return Optional.empty();
      }
      boolean both = previous != null && conversation != null;
      return Optional.of(new ResponsesBody(previous, conversation, kept, clear && !both));
    }

    private void once(String field) {
      clear &= seen.add(field);
    }

    /** A text, or null where there is none; an empty one is none. */
    private String text() throws IOException {
      if (parser.hasToken(JsonToken.VALUE_STRING)) {
        return parser.getText().isEmpty() ? null : parser.getText();
      }
      clear &= parser.hasToken(JsonToken.VALUE_NULL);
      parser.skipChildren();
      return null;
    }

    private String idOfObject() throws IOException {
      String id = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isId = parser.currentName().equals("id");
        parser.nextToken();
        if (isId) {
          clear &= id == null;
          id = text();
        } else {
          parser.skipChildren();
        }
      }
      clear &= id != null;
      return id;
    }

    /** A flag as it is in a chat request, true where it is null. */
    private boolean flag() throws IOException {
      boolean scalar = parser.currentToken().isScalarValue();
      String value = scalar ? parser.getText().toLowerCase(Locale.ROOT) : "";
      parser.skipChildren();
      boolean on = value.equals("true") || value.equals("1") || value.equals("null");
      clear &= on || value.equals("false") || value.equals("0");
      return on;
    }
  }
}
