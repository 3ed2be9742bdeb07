package dev.helix.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the chunks of a stream have in common: mostly each is the one before with another piece of
 * text in the same place. Of such a chunk only the text needs to be read, which costs a tenth of
 * reading it as JSON.
 *
 * <p>It is right since a JSON string may be replaced by any other without the rest changing its
 * meaning, and since all else that such a chunk says was said by the one that was learned, and is
 * the same when it is said again. Not safe for use by several threads.
 */
final class ChunkPattern {
  /** After so many chunks that were learned in vain, none is: the stream is of another kind. */
  private static final int MOST_IN_VAIN = 16;

  private static final char REPLACEMENT = '\uFFFD';

  private byte[] before;
  private byte[] behind;
  private int index;
  private String field;
  private int inVain;

  /** The index of the choice that the text belongs to. */
  int index() {
    return index;
  }

  /** The field of its message that the text is added to. */
  String field() {
    return field;
  }

  /** The text of a chunk that is as the learned one but for it; null where it is not. */
  String text(byte[] chunk, int length) {
    if (before == null || length < before.length + behind.length) {
      return null;
    }
    int end = length - behind.length;
    if (!Arrays.equals(chunk, 0, before.length, before, 0, before.length)
        || !Arrays.equals(chunk, end, length, behind, 0, behind.length)) {
      return null;
    }
    boolean ascii = true;
    for (int i = before.length; i < end; i++) {
      byte b = chunk[i];
      if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
        return null;
      }
      ascii &= b >= 0;
    }
    int count = end - before.length;
    String text =
        new String(
            chunk,
            before.length,
            count,
            ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
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
    if (inVain == MOST_IN_VAIN) {
      return;
    }
    inVain++;
    try (JsonParser parser = ReplyJson.MAPPER.createParser(chunk, 0, length)) {
      Place place = new Place();
      if (parser.nextToken() == JsonToken.START_OBJECT
          && place.inChunk(parser)
          && parser.nextToken() == null
          && place.field != null) {
        before = Arrays.copyOf(chunk, place.from);
        behind = Arrays.copyOfRange(chunk, place.to, length);
        index = place.index;
        field = place.field;
      }
    } catch (JsonProcessingException notJson) {
      before = null;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
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
        if (value == JsonToken.VALUE_STRING && !JsonDeltas.isName(name)) {
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
