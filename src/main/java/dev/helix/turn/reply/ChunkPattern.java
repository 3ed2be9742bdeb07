package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.ByteSearch;
import dev.helix.text.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the chunks of a stream have in common: mostly each is the one before with another piece of
 * text in the same place. Of such a chunk only the text is read; all else that it says was said by
 * the one that was learned. Not safe for use by several threads.
 */
final class ChunkPattern {
  /** After so many chunks that were learned in vain, none is: the stream is of another kind. */
  private static final int MOST_IN_VAIN = 16;

  /** A longer chunk is not learned, as it would be kept: hardly another one is as it. */
  private static final int LONGEST = 64 * 1024;

  private static final byte LINE_FEED = '\n';
  private static final char REPLACEMENT = '\uFFFD';

  /** What goes before an event's data, as nearly all write it, and behind it. */
  private static final byte[] EVENT_BEGIN = "data: ".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] EVENT_END = "\n\n".getBytes(StandardCharsets.US_ASCII);

  /** How many bytes an event has before its data. */
  static final int BEFORE_DATA = EVENT_BEGIN.length;

  /** How many bytes an event has that are not its data. */
  static final int AROUND_DATA = EVENT_BEGIN.length + EVENT_END.length;

  /** The event that was learned up to its text; null where none was. */
  private byte[] before;

  private byte[] behind;
  private int index;
  private String field;
  private int inVain;

  int index() {
    return index;
  }

  String field() {
    return field;
  }

  /** The text of a chunk that is as the learned one but for it; null where it is not. */
  String text(byte[] chunk, int length) {
    if (before == null) {
      return null;
    }
    int from = before.length - EVENT_BEGIN.length;
    int end = length - (behind.length - EVENT_END.length);
    if (end < from
        || !Arrays.equals(chunk, 0, from, before, EVENT_BEGIN.length, before.length)
        || !Arrays.equals(chunk, end, length, behind, 0, length - end)) {
      return null;
    }
    return text(chunk, from, end);
  }

  /** How long the event there is, blank line and all; 0 where it is another or not all there. */
  int eventLength(byte[] bytes, int from, int end) {
    if (before == null || end - from < before.length + behind.length) {
      return 0;
    }
    int text = from + before.length;
    if (!Arrays.equals(bytes, from, text, before, 0, before.length)) {
      return 0;
    }
    int quote = ByteSearch.indexOf((byte) '"', (byte) '\\', bytes, text, end);
    int to = quote + behind.length;
    return to <= end && Arrays.equals(bytes, quote, to, behind, 0, behind.length) ? to - from : 0;
  }

  /** The text of such an event; null where it is no text. */
  String textOfEvent(byte[] bytes, int from, int length) {
    return text(bytes, from + before.length, from + length - behind.length);
  }

  private String text(byte[] bytes, int from, int end) {
    boolean ascii = true;
    for (int i = from; i < end; i++) {
      byte b = bytes[i];
      if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
        return null;
      }
      ascii &= b >= 0;
    }
    String text =
        new String(
            bytes, from, end - from, ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    if (!ascii && text.indexOf(REPLACEMENT) >= 0) {
      return null; // It may be no UTF-8.
    }
    inVain = 0;
    return text;
  }

  /** Learns from a chunk that has been read as JSON; it may be of no use. */
  void learn(byte[] chunk, int length) {
    // Forgotten in any case: what the pattern would say again is no longer what was said last.
    before = null;
    // One of several lines does not stand in the stream as it is here.
    if (length > LONGEST
        || inVain == MOST_IN_VAIN
        || ByteSearch.indexOf(LINE_FEED, LINE_FEED, chunk, 0, length) < length) {
      return;
    }
    inVain++;
    try (JsonParser parser = Json.FOREIGN.createParser(chunk, 0, length)) {
      Place place = new Place();
      if (parser.nextToken() == JsonToken.START_OBJECT
          && place.inChunk(parser)
          && parser.nextToken() == null
          && place.field != null) {
        before =
            ByteBuffer.allocate(EVENT_BEGIN.length + place.from)
                .put(EVENT_BEGIN)
                .put(chunk, 0, place.from)
                .array();
        behind =
            ByteBuffer.allocate(length - place.to + EVENT_END.length)
                .put(chunk, place.to, length - place.to)
                .put(EVENT_END)
                .array();
        index = place.index;
        field = place.field;
      }
    } catch (IOException notJson) {
      before = null;
    }
  }

  /** Where the one text of a chunk is; each step says whether the chunk may still be a pattern. */
  private static final class Place {
    private boolean choices;
    private boolean delta;
    private int index;
    private String field;
    private int from;
    private int to;

    boolean inChunk(JsonParser parser) throws IOException {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("choices")) {
          if (choices || value != JsonToken.START_ARRAY || !inChoices(parser)) {
            return false;
          }
          choices = true;
        } else if (name.equals("error") && value != JsonToken.VALUE_NULL) {
          return false;
        } else {
          parser.skipChildren();
        }
      }
      return choices;
    }

    private boolean inChoices(JsonParser parser) throws IOException {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      boolean indexed = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("delta")) {
          if (delta || value != JsonToken.START_OBJECT || !inDelta(parser)) {
            return false;
          }
          delta = true;
        } else if (value != JsonToken.VALUE_NULL
            && (name.equals("message") || name.equals("text"))) {
          return false;
        } else if (name.equals("index")) {
          if (indexed || value != JsonToken.VALUE_NUMBER_INT) {
            return false;
          }
          indexed = true;
          index = parser.getIntValue();
        } else {
          parser.skipChildren();
        }
      }
      return delta && parser.nextToken() == JsonToken.END_ARRAY;
    }

    private boolean inDelta(JsonParser parser) throws IOException {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value == JsonToken.VALUE_STRING && !Deltas.isName(name)) {
          if (field != null) {
            return false;
          }
          field = name;
          from = (int) parser.currentTokenLocation().getByteOffset() + 1;
          String read = parser.getText(); // Now the parser is behind it.
          to = (int) parser.currentLocation().getByteOffset() - 1;
          if (read == null || to < from) {
            return false;
          }
        } else if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL) {
          return false;
        }
      }
      return true;
    }
  }
}
