package dev.helix.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** JSON in UTF-8: how it is read and written here. Lone surrogates are kept. No state. */
public final class Json {
  /** How many characters a field's name may have that callers or upstreams send. */
  public static final int LONGEST_NAME = 2_000;

  /** Strings of 20 MB images are common, so the limit on a string is out of the way. */
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(1 << 30)
                  .maxNestingDepth(1000)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /**
   * For what callers and upstreams send: a field's name has at most {@value #LONGEST_NAME}
   * characters, as a factory keeps thousands of the names that it has read.
   */
  public static final JsonFactory FOREIGN =
      FACTORY
          .rebuild()
          .streamReadConstraints(
              FACTORY.streamReadConstraints().rebuild().maxNameLength(LONGEST_NAME).build())
          .build();

  /** For JSON that is read into a tree or into objects, within the same limits. */
  public static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

  /** For trees of one JSON value whose numbers are written again just as they were read. */
  public static final ObjectMapper EXACT =
      JsonMapper.builder(FACTORY.copy())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Json() {}

  /** What is done with each field of an object. */
  public interface FieldReader {
    /**
     * The parser stands at the value's first token; it may be moved to the value's last.
     *
     * @param start where the field's name begins, counted from the object's first byte
     */
    void field(String name, JsonParser value, int start) throws IOException;
  }

  /** Walks the fields of the object that fills the range; nothing but white space may follow. */
  public static void eachField(byte[] json, int offset, int length, FieldReader reader)
      throws IOException {
    try (JsonParser parser = FACTORY.createParser(json, offset, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        String name = parser.currentName();
        parser.nextToken();
        reader.field(name, parser, start);
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw new IOException("more than one JSON value");
      }
    }
  }

  /** What a scalar says, a number as it was written; null for null, and for what is no scalar. */
  public static String scalarOrNull(JsonParser value) throws IOException {
    JsonToken token = value.currentToken();
    return token.isScalarValue() && token != JsonToken.VALUE_NULL ? value.getText() : null;
  }

  /** A text without the byte order mark before it; the same array where there is none. */
  public static byte[] withoutMark(byte[] utf8) {
    boolean marked =
        utf8.length > 2
            && utf8[0] == (byte) 0xEF
            && utf8[1] == (byte) 0xBB
            && utf8[2] == (byte) 0xBF;
    return marked ? Arrays.copyOfRange(utf8, 3, utf8.length) : utf8;
  }

  /** Whether a text begins as UTF-16 and UTF-32 do, with a mark of theirs or a zero byte. */
  public static boolean isWide(byte[] text) {
    if (text.length < 2) {
      return false;
    }
    int start = ((text[0] & 0xFF) << 8) | (text[1] & 0xFF);
    return text[0] == 0 || text[1] == 0 || start == 0xFEFF || start == 0xFFFE;
  }

  /** Where in a range the first bytes are that are not UTF-8; -1 where all are. */
  public static int indexOfNonUtf8(byte[] bytes, int from, int to) {
    int ascii = from;
    while (ascii < to && bytes[ascii] >= 0) {
      ascii++;
    }
    if (ascii == to) {
      return -1;
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, ascii, to - ascii);
    CharBuffer out = CharBuffer.allocate(Math.min(in.remaining(), 8192) + 2);
    CoderResult result = CoderResult.OVERFLOW;
    while (result.isOverflow()) {
      result = decoder.decode(in, out.clear(), true);
    }
    return result.isError() ? in.position() : -1;
  }

  /** The value where it is a text, else null. */
  public static String textOrNull(JsonParser value) throws IOException {
    return value.currentToken() == JsonToken.VALUE_STRING ? value.getText() : null;
  }

  /** The text as a JSON string with its quotes. */
  public static String quote(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, out);
    return out.append('"').toString();
  }

  /** The JSON in UTF-8, with a lone surrogate, which UTF-8 has no bytes for, as an escape. */
  public static byte[] utf8(String json) {
    StringBuilder escaped = new StringBuilder();
    int copied = 0;
    int c;
    for (int i = 0; i < json.length(); i += Character.charCount(c)) {
      c = json.codePointAt(i);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        escaped.append(json, copied, i).append(String.format("\\u%04x", c));
        copied = i + 1;
      }
    }
    String whole = copied == 0 ? json : escaped.append(json, copied, json.length()).toString();
    return whole.getBytes(StandardCharsets.UTF_8);
  }
}
