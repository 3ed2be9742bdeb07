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
 * over and left where they are. Damage hides the elements that it is in: those behind it count that
 * are lines of their own, as {@link MessageArray} writes them, with an id.
 *
 * @param messages the whole elements, oldest first; they share the bytes
 * @param isArray whether an array begins at all
 * @param isDamaged whether something before the last whole element is none
 * @param isEmpty whether it has no element, of whatever kind, that is whole
 * @param end where the last whole element ends, or, without one, the opening bracket
 * @param isClosed whether the closing bracket follows there, with only white space around it
 * @param closedAt behind the closing bracket where there is one after the last whole element,
 *     whatever comes then; else -1
 */
public record ArrayScan(
    List<Message> messages,
    boolean isArray,
    boolean isDamaged,
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

  /** What is done with each element of an array, whatever it is. */
  public interface EachElement {
    void element(JsonToken first, int from, int to);
  }

  /** The scan of a file that does not exist. */
  public static final ArrayScan NOTHING =
      new ArrayScan(List.of(), false, false, true, 0, false, -1);

  public static ArrayScan of(byte[] bytes) {
    int start = startsWithMark(bytes) ? 3 : 0;
    while (start < bytes.length && isSpace(bytes[start])) {
      start++;
    }
    // Decided by the first bytes, so that the parser never takes them for another encoding.
    if (start == bytes.length
        || bytes[start] != '['
        || (start + 1 < bytes.length && bytes[start + 1] == 0)) {
      List<Message> lines = new ArrayList<>();
      int found = addLines(lines, bytes, 0);
      return found < 0 ? NOTHING : behindDamage(lines, bytes, found);
    }
    List<Message> messages = new ArrayList<>();
    int[] end = {start + 1};
    int closedAt;
    try {
      closedAt =
          each(
              bytes,
              start,
              (first, from, to) -> {
                if (first == JsonToken.START_OBJECT) {
                  addMessage(messages, bytes, from, to);
                }
                end[0] = to;
              });
    } catch (IOException e) {
      // The array breaks off here: what was whole before counts.
      closedAt = -1;
    }
    boolean closed = closedAt >= 0 && isBlank(bytes, closedAt, bytes.length);
    int found = closed ? -1 : addLines(messages, bytes, end[0]);
    return found < 0
        ? new ArrayScan(messages, true, false, end[0] == start + 1, end[0], closed, closedAt)
        : behindDamage(messages, bytes, found);
  }

  /**
   * Walks the elements of an array up to its end, and says where that is.
   *
   * @throws IOException if it is none, or breaks off
   */
  public static int each(byte[] bytes, int start, EachElement action) throws IOException {
    try (JsonParser parser = FACTORY.createParser(bytes, start, bytes.length - start)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new IOException("not an array");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        JsonToken first = parser.currentToken();
        int from = start + (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        action.element(first, from, start + (int) parser.currentLocation().getByteOffset());
      }
      return start + (int) parser.currentLocation().getByteOffset();
    }
  }

  private static ArrayScan behindDamage(List<Message> messages, byte[] bytes, int end) {
    int bracket = end;
    while (bracket < bytes.length && isSpace(bytes[bracket])) {
      bracket++;
    }
    boolean bracketFollows = bracket < bytes.length && bytes[bracket] == ']';
    boolean closed = bracketFollows && isBlank(bytes, bracket + 1, bytes.length);
    int closedAt = bracketFollows ? bracket + 1 : -1;
    return new ArrayScan(messages, true, true, false, end, closed, closedAt);
  }

  /**
   * Adds the elements that fill a line, between the commas.
   *
   * @return where the last one ends; -1 where there is none
   */
  private static int addLines(List<Message> messages, byte[] bytes, int from) {
    int found = -1;
    int next = endOfLine(bytes, from) + 1;
    while (next < bytes.length) {
      int start = next;
      int end = endOfLine(bytes, start);
      next = end + 1;
      if (end > start && bytes[end - 1] == ',') {
        end--;
      }
      Message message = line(bytes, start, end);
      if (message != null) {
        messages.add(message);
        found = end;
      }
    }
    return found;
  }

  static int endOfLine(byte[] bytes, int from) {
    int end = from;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    return end;
  }

  /** The element that fills a range, as {@link MessageArray} writes it; null where it does not. */
  public static Message line(byte[] bytes, int from, int to) {
    if (to - from < 2 || bytes[from] != '{' || bytes[to - 1] != '}') {
      return null;
    }
    try {
      Message message = Message.parse(bytes, from, to - from);
      return message.id() == null ? null : message;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static void addMessage(List<Message> messages, byte[] bytes, int from, int to) {
    try {
      messages.add(Message.parse(bytes, from, to - from));
    } catch (IllegalArgumentException e) {
      // Another program's element. It is no message, and not ours to remove.
      return;
    }
  }

  /** Whether a byte order mark comes first. */
  public static boolean startsWithMark(byte[] bytes) {
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
