package dev.helix.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.helix.message.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is whole in the bytes of a {@code messages.json}. Elements that are no messages are passed
 * over and left where they are.
 *
 * @param messages the whole elements, oldest first; they share the bytes
 * @param isArray whether an array begins at all
 * @param isEmpty whether it has no element, of whatever kind, that is whole
 * @param end where the last whole element ends, or, without one, the opening bracket
 * @param isClosed whether the closing bracket follows there, with only white space around it
 * @param closedAt behind the closing bracket where there is one after the last whole element,
 *     whatever comes then; else -1
 */
public record ArrayScan(
    List<Message> messages,
    boolean isArray,
    boolean isEmpty,
    int end,
    boolean isClosed,
    int closedAt) {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(1 << 30)
                  .maxNestingDepth(1002)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /** The scan of a file that does not exist. */
  public static final ArrayScan NOTHING = new ArrayScan(List.of(), false, true, 0, false, -1);

  public static ArrayScan of(byte[] bytes) {
    int start = startsWithMark(bytes) ? 3 : 0;
    while (start < bytes.length && isSpace(bytes[start])) {
      start++;
    }
    // Decided by the first bytes, so that the parser never takes them for another encoding.
    if (start == bytes.length
        || bytes[start] != '['
        || (start + 1 < bytes.length && bytes[start + 1] == 0)) {
      return NOTHING;
    }
    List<Message> messages = new ArrayList<>();
    boolean empty = true;
    int end = start + 1;
    int closedAt = -1;
    try (JsonParser parser = FACTORY.createParser(bytes, start, bytes.length - start)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        int from = start + (int) parser.currentTokenLocation().getByteOffset();
        boolean object = parser.currentToken() == JsonToken.START_OBJECT;
        parser.skipChildren();
        parser.finishToken();
        int to = start + (int) parser.currentLocation().getByteOffset();
        if (object) {
          addMessage(messages, bytes, from, to);
        }
        empty = false;
        end = to;
      }
      closedAt = start + (int) parser.currentLocation().getByteOffset();
    } catch (IOException e) {
      // The array breaks off here: what was whole before counts, the rest the caller cuts off.
      closedAt = -1;
    }
    boolean closed = closedAt >= 0 && isBlank(bytes, closedAt, bytes.length);
    return new ArrayScan(messages, true, empty, end, closed, closedAt);
  }

  private static void addMessage(List<Message> messages, byte[] bytes, int from, int to) {
    try {
      messages.add(Message.parse(bytes, from, to - from));
    } catch (IllegalArgumentException e) {
      // Another program's element. It is no message, and not ours to remove.
      return;
    }
  }

  private static boolean startsWithMark(byte[] bytes) {
    return bytes.length >= 3
        && bytes[0] == (byte) 0xEF
        && bytes[1] == (byte) 0xBB
        && bytes[2] == (byte) 0xBF;
  }

  public static boolean isBlank(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!isSpace(bytes[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }
}
