package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * JSON as upstreams write it: read as leniently as clients read it, and written so that every value
 * is what it was. Objects are maps in the order of their fields, of which the last of a name
 * counts; a number keeps its digits. No state.
 */
final class UpstreamJson {
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              Json.FOREIGN.streamReadConstraints().rebuild().maxNumberLength(1 << 30).build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_LEADING_DECIMAL_POINT_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_TRAILING_DECIMAL_POINT_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .build();

  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** Longer ones are kept as texts, as not everybody reads them. */
  private static final int LONGEST_NUMBER = StreamReadConstraints.DEFAULT_MAX_NUM_LEN;

  /** A whole number may be written with noughts before and behind it, but not with so many. */
  private static final int LONGEST_INTEGER = 100;

  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

  private UpstreamJson() {}

  /**
   * The value at whose first token the parser stands; it is moved to the last.
   *
   * @param weight gets what it weighs; what is too much is left out
   */
  static Object value(JsonParser parser, Weight weight) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        weight.things(Weight.CONTAINER);
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          if (weight.field(name)) {
            fields.put(name, value(parser, weight));
          } else {
            parser.skipChildren();
          }
        }
        yield fields;
      }
      case START_ARRAY -> {
        weight.things(Weight.CONTAINER);
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          if (weight.things(Weight.SLOT)) {
            items.add(value(parser, weight));
          } else {
            parser.skipChildren();
          }
        }
        yield items;
      }
      default -> {
        Object scalar = scalar(parser);
        weight.replace(null, scalar);
        yield scalar;
      }
    };
  }

  private static Object scalar(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  /**
   * The value at whose first token the parser stands, of an object or a list only its JSON; the
   * parser is moved to the last.
   */
  static Object raw(JsonParser parser) throws IOException {
    if (parser.currentToken().isScalarValue()) {
      return scalar(parser);
    }
    StringWriter json = new StringWriter();
    try (JsonGenerator out = Json.FACTORY.createGenerator(json)) {
      copy(parser, out);
    }
    return new RawValue(json.toString());
  }

  private static void copy(JsonParser parser, JsonGenerator out) throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        out.writeStartObject();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          out.writeFieldName(parser.currentName());
          parser.nextToken();
          copy(parser, out);
        }
        out.writeEndObject();
      }
      case START_ARRAY -> {
        out.writeStartArray();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          copy(parser, out);
        }
        out.writeEndArray();
      }
      default -> {
        Object scalar = scalar(parser);
        if (scalar instanceof RawValue number) {
          out.writeRawValue(number.rawValue().toString());
        } else if (scalar instanceof String text) {
          out.writeString(text);
        } else if (scalar instanceof Boolean flag) {
          out.writeBoolean(flag);
        } else {
          out.writeNull();
        }
      }
    }
  }

  /** A number as it is written, where JSON has one; else a text of it. */
  private static Object number(String text) {
    if (text.length() > LONGEST_NUMBER) {
      return text;
    }
    if (NUMBER.matcher(text).matches()) {
      return new RawValue(text);
    }
    try {
      return new RawValue(new BigDecimal(text).toString());
    } catch (NumberFormatException e) {
      return text; // NaN and its like.
    }
  }

  /** Whether this is a number. */
  static boolean isNumber(Object value) {
    return value instanceof RawValue;
  }

  /** The whole number, also where it is in a text; null where there is none. */
  static Integer integer(Object value) {
    if (!(value instanceof String) && !isNumber(value)) {
      return null;
    }
    String text = text(value);
    try {
      // To read more digits costs the square of how many they are.
      return text.length() > LONGEST_INTEGER ? null : new BigDecimal(text).intValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  /** Whether the value stands for nothing. */
  static boolean isEmpty(Object value) {
    return value == null
        || value.equals(false)
        || (value instanceof CharSequence text && text.isEmpty())
        || (value instanceof Collection<?> list && list.isEmpty())
        || (value instanceof Map<?, ?> map && map.isEmpty());
  }

  /** A string's text, or the JSON of anything else. */
  static String text(Object value) {
    if (value instanceof CharSequence text) {
      return text.toString();
    }
    if (value instanceof RawValue number) {
      return number.rawValue().toString();
    }
    try {
      return Json.MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
  }

  /** The value in UTF-8. */
  static byte[] bytes(Map<String, Object> value) {
    return Json.utf8(text(value));
  }

  /**
   * The text in UTF-8 without a mark before it, whatever form of Unicode it came in; what is no
   * text in it is replaced, as clients do. The same array where nothing is to be changed.
   */
  static byte[] utf8(byte[] bytes) {
    Charset charset = charset(bytes);
    boolean marked = charset.equals(StandardCharsets.UTF_8) && mark(bytes, 0, bytes.length) > 0;
    if (charset.equals(StandardCharsets.UTF_8)
        && !marked
        && Json.indexOfNonUtf8(bytes, 0, bytes.length) < 0) {
      return bytes;
    }
    String text = new String(bytes, charset);
    return text.substring(text.startsWith("\uFEFF") ? 1 : 0).getBytes(StandardCharsets.UTF_8);
  }

  /** By where the zeros are in the first characters, which are ASCII or a mark (RFC 4627, 3). */
  private static Charset charset(byte[] bytes) {
    if (bytes.length < 4) {
      return StandardCharsets.UTF_8;
    }
    int first = ((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF);
    int second = ((bytes[2] & 0xFF) << 8) | (bytes[3] & 0xFF);
    if (first == 0) {
      return Charset.forName("UTF-32BE");
    }
    if (second == 0 && ((first & 0xFF) == 0 || first == 0xFFFE)) {
      return Charset.forName("UTF-32LE");
    }
    if (first == 0xFEFF || first < 0x100) {
      return StandardCharsets.UTF_16BE;
    }
    return first == 0xFFFE || (first & 0xFF) == 0
        ? StandardCharsets.UTF_16LE
        : StandardCharsets.UTF_8;
  }

  /** How many bytes a mark of the byte order has there; 0 where none is. */
  static int mark(byte[] bytes, int from, int end) {
    return behindMark(bytes, from, end) - from == MARK.length ? MARK.length : 0;
  }

  /** Behind a mark, or as much as there is of one at the end. */
  static int behindMark(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && at - from < MARK.length && bytes[at] == MARK[at - from]) {
      at++;
    }
    return at == end || at - from == MARK.length ? at : from;
  }
}
