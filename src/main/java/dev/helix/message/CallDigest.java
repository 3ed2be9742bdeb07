package dev.helix.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import dev.helix.text.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an answer's tool calls ask for: names and arguments, without the ids, which upstreams give
 * anew in each reply. Arguments are compared as JSON where they are, as clients write them again.
 * No state.
 */
final class CallDigest {
  private static final byte[] NOTHING = object(new TreeMap<>());

  private CallDigest() {}

  /** 64 bits of SHA-256; of a message without calls those of nothing. */
  static long of(Message message) {
    MessageDigest digest = Sha256.begin();
    message.eachField(
        (name, value, start) -> {
          if (name.equals("tool_calls") && value.currentToken() == JsonToken.START_ARRAY) {
            while (value.nextToken() != JsonToken.END_ARRAY) {
              digest.update(call(value));
            }
          }
        });
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  private static byte[] call(JsonParser call) throws IOException {
    byte[] function = NOTHING;
    if (call.currentToken() != JsonToken.START_OBJECT) {
      call.skipChildren();
      return function;
    }
    while (call.nextToken() != JsonToken.END_OBJECT) {
      boolean is = call.currentName().equals("function");
      if (call.nextToken() == JsonToken.START_OBJECT && is) {
        function = function(call);
      }
      call.skipChildren();
    }
    return function;
  }

  private static byte[] function(JsonParser function) throws IOException {
    String called = "";
    byte[] arguments = NOTHING;
    while (function.nextToken() != JsonToken.END_OBJECT) {
      String name = function.currentName();
      JsonToken value = function.nextToken();
      if (name.equals("name") && value == JsonToken.VALUE_STRING) {
        called = function.getText();
      } else if (name.equals("arguments")) {
        arguments =
            value == JsonToken.VALUE_STRING ? arguments(function.getText()) : plain(function);
      }
      function.skipChildren();
    }
    return join('f', List.of(text('s', called), arguments));
  }

  private static byte[] arguments(String text) {
    if (text.isBlank()) {
      return NOTHING;
    }
    try (JsonParser parser = Json.FOREIGN.createParser(text)) {
      parser.nextToken();
      byte[] plain = plain(parser);
      return parser.nextToken() == null ? plain : text('t', text.strip());
    } catch (IOException e) {
      return text('t', text.strip()); // No JSON, which some models write.
    }
  }

  /** The digest of the value at which the parser stands, however it is written; null is absent. */
  private static byte[] plain(JsonParser value) throws IOException {
    switch (value.currentToken()) {
      case START_OBJECT -> {
        TreeMap<String, byte[]> fields = new TreeMap<>();
        while (value.nextToken() != JsonToken.END_OBJECT) {
          String name = value.currentName();
          if (value.nextToken() != JsonToken.VALUE_NULL) {
            fields.put(name, plain(value));
          }
        }
        return object(fields);
      }
      case START_ARRAY -> {
        List<byte[]> items = new ArrayList<>();
        while (value.nextToken() != JsonToken.END_ARRAY) {
          items.add(plain(value));
        }
        return join('[', items);
      }
      default -> {
        return text(value.currentToken() == JsonToken.VALUE_STRING ? 's' : 'n', value.getText());
      }
    }
  }

  private static byte[] object(SortedMap<String, byte[]> fields) {
    List<byte[]> digests = new ArrayList<>();
    fields.forEach(
        (name, digest) -> {
          digests.add(text('s', name));
          digests.add(digest);
        });
    return join('{', digests);
  }

  private static byte[] text(char kind, String text) {
    return join(kind, List.of(Json.utf8(text)));
  }

  private static byte[] join(char kind, List<byte[]> parts) {
    MessageDigest digest = Sha256.begin();
    digest.update((byte) kind);
    parts.forEach(digest::update);
    return digest.digest();
  }
}
