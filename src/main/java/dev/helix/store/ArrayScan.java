package dev.helix.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.helix.message.Message;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What is whole in the bytes of a {@code messages.json}. Elements that are no messages are passed
 * over and left where they are. Damage hides the elements that it is in, and those behind it count,
 * however they are laid out; what hung below a damaged one is {@linkplain LostElements bridged}.
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

  /** How elements begin that are written here. Not to be changed. */
  private static final byte[] OURS = {'{', '"', 'i', 'd', '"', ':', '"'};

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
      return new Rescue(bytes, true).from(0, List.of(), NOTHING);
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
    ArrayScan scan =
        new ArrayScan(messages, true, false, end[0] == start + 1, end[0], closed, closedAt);
    return closed ? scan : new Rescue(bytes, false).from(end[0], messages, scan);
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

  /** What is done with each place of an element in a file. */
  public interface EachPlace {
    void element(JsonToken first, long from, long to) throws IOException;
  }

  /**
   * Walks the elements of an array as it is read, of which one at a time is in memory, if any.
   *
   * @return whether it is one, with nothing but white space around it
   */
  public static boolean isWalked(InputStream in, EachPlace action) throws IOException {
    BufferedInputStream array = new BufferedInputStream(in);
    long start = 0;
    array.mark(4);
    if (startsWithMark(array.readNBytes(3))) {
      start = 3;
    } else {
      array.reset();
    }
    int next;
    do {
      array.mark(2);
      next = array.read();
      start++;
    } while (isSpace((byte) next));
    start--;
    if (next != '[' || array.read() <= 0) {
      return false; // Decided here, so that the parser never takes them for another encoding.
    }
    array.reset();
    try (JsonParser parser = FACTORY.createParser(array)) {
      JsonToken unused = parser.nextToken();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        JsonToken first = parser.currentToken();
        long from = start + parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        action.element(first, from, start + parser.currentLocation().getByteOffset());
      }
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** The elements behind damage. */
  private static final class Rescue {
    private final byte[] bytes;
    private final LostElements lost = new LostElements();

    /** Whether only lines count that are elements with ids, as it may be another's file. */
    private final boolean isStrict;

    /** How many bytes may yet be looked at more than once, as objects within others are. */
    private long left;

    Rescue(byte[] bytes, boolean isStrict) {
      this.bytes = bytes;
      this.isStrict = isStrict;
      this.left = 8L * bytes.length;
    }

    /**
     * Looks for elements behind a place.
     *
     * @param before those before it
     * @param otherwise what there is without any behind it
     */
    ArrayScan from(int place, List<Message> before, ArrayScan otherwise) {
      List<Message> messages = new ArrayList<>(before);
      int end = place;
      int at = place;
      boolean inElement = isElementsLine(place);
      while (at < bytes.length) {
        boolean isLine = isLine(at);
        inElement = isLine ? bytes[at] == '{' : inElement;
        boolean begins = bytes[at] == '{' && (isLine || (left > 0 && !inElement) || isOurs(at));
        int to = begins ? endOfObject(at) : -1;
        Message message = to < 0 ? null : element(at, to, inElement && !isLine);
        if (message == null) {
          at++;
        } else {
          if (!isSeparator(end, at)) {
            lost.add(bytes, end, at);
          }
          messages.add(message);
          end = to;
          at = to;
        }
      }
      return end == place ? otherwise : upTo(end, messages);
    }

    private ArrayScan upTo(int end, List<Message> messages) {
      int bracket = end;
      while (bracket < bytes.length && isSpace(bytes[bracket])) {
        bracket++;
      }
      boolean bracketFollows = bracket < bytes.length && bytes[bracket] == ']';
      boolean closed = bracketFollows && isBlank(bytes, bracket + 1, bytes.length);
      int closedAt = bracketFollows ? bracket + 1 : -1;
      return new ArrayScan(lost.bridged(messages), true, true, false, end, closed, closedAt);
    }

    private boolean isLine(int at) {
      return at > 0 && bytes[at - 1] == '\n';
    }

    /** Whether a place is in a line that begins with an element: what else is in it is its own. */
    private boolean isElementsLine(int place) {
      int from = place;
      while (from > 0 && !isLine(from)) {
        from--;
      }
      return from > 0 && from < bytes.length && bytes[from] == '{' && from < place;
    }

    /** Whether it begins as an element that is written here. */
    private boolean isOurs(int at) {
      return left > 0
          && bytes.length - at > OURS.length
          && Arrays.equals(bytes, at, at + OURS.length, OURS, 0, OURS.length);
    }

    private int endOfObject(int from) {
      return ArrayScan.endOfObject(bytes, from, looked -> left -= looked);
    }

    /**
     * The element in a range; null where there is none.
     *
     * @param within whether it stands in the line of another, whose own it may be
     */
    private Message element(int from, int to, boolean within) {
      if (isStrict && !isLine(from)) {
        return null;
      }
      try {
        Message message = Message.parse(bytes, from, to - from);
        boolean isNamed = message.id() != null;
        boolean isPlaced = message.element().parentKnown() || message.timestamp() != null;
        return (isStrict && !isNamed) || (within && !(isNamed && isPlaced)) ? null : message;
      } catch (IllegalArgumentException e) {
        return null;
      }
    }

    private boolean isSeparator(int from, int to) {
      for (int i = from; i < to; i++) {
        if (bytes[i] != ',' && bytes[i] != '[' && !isSpace(bytes[i])) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Behind the last brace of the object that begins at a place; -1 where none does, or breaks off.
   */
  static int endOfObject(byte[] bytes, int from) {
    return endOfObject(bytes, from, looked -> {});
  }

  private static int endOfObject(byte[] bytes, int from, LongConsumer looked) {
    int next = from + 1;
    while (next < bytes.length && isSpace(bytes[next])) {
      next++;
    }
    if (next >= bytes.length || bytes[from] != '{' || bytes[next] != '"') {
      return -1; // Told without a parser, as a text may have many braces.
    }
    try (JsonParser parser = FACTORY.createParser(bytes, from, bytes.length - from)) {
      try {
        JsonToken unused = parser.nextToken();
        parser.skipChildren();
        return from + (int) parser.currentLocation().getByteOffset();
      } finally {
        looked.accept(parser.currentLocation().getByteOffset());
      }
    } catch (IOException e) {
      return -1;
    }
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
