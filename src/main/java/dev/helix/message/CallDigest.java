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
import java.util.Map;
import java.util.TreeMap;

/**
 * What an answer's tool calls ask for: names and arguments, without the ids, which upstreams give
 * anew in each reply. Arguments are compared as JSON where they are, as clients write them again.
 * No state.
 */
final class CallDigest {
  private CallDigest() {}

  /** 64 bits of SHA-256; of a message without calls those of nothing. */
  static long of(Message message) {
    MessageDigest digest = Sha256.begin();
    message.eachField(
        (name, value, start) -> {
          if (name.equals("tool_calls") && value.currentToken() == JsonToken.START_ARRAY) {
            while (value.nextToken() != JsonToken.END_ARRAY) {
              digest.update(Json.utf8(call(value)));
            }
          }
        });
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  private static String call(JsonParser call) throws IOException {
    String function = "";
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

  private static String function(JsonParser function) throws IOException {
    String called = "";
    String arguments = "{}";
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
    return Json.quote(called) + "(" + arguments + ")";
  }

  private static String arguments(String text) {
    if (text.isBlank()) {
      return "{}";
    }
    try (JsonParser parser = Json.FOREIGN.createParser(text)) {
      parser.nextToken();
      String plain = plain(parser);
      return parser.nextToken() == null ? plain : text.strip();
    } catch (IOException e) {
      return text.strip(); // No JSON, which some models write.
    }
  }

  /** The value at which the parser stands, in one way of writing it; null is what is absent. */
  private static String plain(JsonParser value) throws IOException {
    switch (value.currentToken()) {
      case START_OBJECT -> {
        Map<String, String> fields = new TreeMap<>();
        while (value.nextToken() != JsonToken.END_OBJECT) {
          String name = value.currentName();
          if (value.nextToken() != JsonToken.VALUE_NULL) {
            fields.put(Json.quote(name), plain(value));
          }
        }
        return fields.toString();
      }
      case START_ARRAY -> {
        List<String> items = new ArrayList<>();
        while (value.nextToken() != JsonToken.END_ARRAY) {
          items.add(plain(value));
        }
        return items.toString();
      }
      case VALUE_STRING -> {
        return Json.quote(value.getText());
      }
      default -> {
        return value.getText();
      }
    }
  }
}
