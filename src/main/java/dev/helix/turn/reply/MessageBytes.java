package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.message.Message;
import dev.helix.text.ByteSearch;
import dev.helix.text.DataUrlCut;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the messages of a completion lie in its body, so that they are kept as they came. Written
 * anew, with all their values, are only those that cannot be kept so: without a role, not quite
 * JSON, with escapes in place of text, or with arguments of tools that are no text.
 */
final class MessageBytes {
  private final byte[] body;

  /** Where each choice's message begins and ends; null where it is unknown. */
  private final List<int[]> places;

  private MessageBytes(byte[] body, List<int[]> places) {
    this.body = body;
    this.places = places;
  }

  /** Looks for the messages in a body that was read before. */
  static MessageBytes of(byte[] body) {
    List<int[]> places = new ArrayList<>();
    try (JsonParser parser = UpstreamJson.FACTORY.createParser(body)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("choices")) {
          places.clear();
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (places.size() < Weight.MOST_ENTRIES) {
              places.add(placeInChoice(parser));
            } else {
              parser.skipChildren();
            }
          }
        }
        parser.skipChildren();
      }
    } catch (IOException e) {
      throw new IllegalStateException("the bytes of a reply were changed", e);
    }
    return new MessageBytes(body, places);
  }

  private static int[] placeInChoice(JsonParser parser) throws IOException {
    int[] place = null;
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return place;
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      boolean message = parser.currentName().equals("message");
      boolean object = parser.nextToken() == JsonToken.START_OBJECT;
      int from = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      if (message) {
        int end = (int) parser.currentLocation().getByteOffset();
        place = object ? new int[] {from, end} : null;
      }
    }
    return place;
  }

  /** The message of a choice, which says this, without the data of longer data URLs. */
  Message message(int choice, Map<String, Object> said, long longestData) {
    int[] place = places.get(choice);
    Map<String, Object> written = withTextArguments(said);
    if (place != null && written == said && !hasEscapes(place[0], place[1])) {
      try {
        byte[] bytes = Arrays.copyOfRange(body, place[0], place[1]);
        return Message.parse(DataUrlCut.of(bytes, longestData));
      } catch (IllegalArgumentException e) {
        // Without a role, or not quite JSON.
      }
    }
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("role", "assistant");
    named.putAll(written);
    if (!(named.get("role") instanceof String)) {
      named.put("role", "assistant");
    }
    return Message.parse(DataUrlCut.of(UpstreamJson.bytes(named), longestData));
  }

  /** Whether a character may be written as an escape where it could be itself. */
  private boolean hasEscapes(int from, int end) {
    int at = ByteSearch.indexOf((byte) '\\', (byte) '\\', body, from, end);
    while (at + 1 < end && body[at + 1] != 'u') {
      at = ByteSearch.indexOf((byte) '\\', (byte) '\\', body, at + 2, end);
    }
    return at + 1 < end;
  }

  /** The message with the arguments of its calls as texts; itself where they are. */
  private static Map<String, Object> withTextArguments(Map<String, Object> message) {
    if (!(message.get("tool_calls") instanceof List<?> calls)
        || calls.stream().allMatch(MessageBytes::hasTextArguments)) {
      return message;
    }
    Map<String, Object> changed = new LinkedHashMap<>(message);
    List<Object> changedCalls = new ArrayList<>();
    for (Object call : calls) {
      if (hasTextArguments(call)) {
        changedCalls.add(call);
      } else {
        Map<Object, Object> fields = new LinkedHashMap<>((Map<?, ?>) call);
        fields.put("function", function((Map<?, ?>) fields.get("function")));
        changedCalls.add(fields);
      }
    }
    changed.put("tool_calls", changedCalls);
    return changed;
  }

  private static Map<String, Object> function(Map<?, ?> function) {
    return ToolCallDeltas.function(null, function, Weight.kept(Long.MAX_VALUE));
  }

  private static boolean hasTextArguments(Object call) {
    return !(call instanceof Map<?, ?> fields)
        || !(fields.get("function") instanceof Map<?, ?> function)
        || function.get("arguments") == null
        || function.get("arguments") instanceof String;
  }
}
