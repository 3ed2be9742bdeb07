package dev.helix.openai.request;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * JSON in UTF-8 that is being written. A lone surrogate, which UTF-8 has no bytes for, is an
 * escape, and so is what some clients take for the end of a line. Not safe for use by several
 * threads.
 */
public final class JsonBytes {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes;
  private int length;

  /** Nothing yet; with room for about so many bytes. */
  public JsonBytes(int room) {
    bytes = new byte[Math.max(room, 16)];
  }

  /** The JSON of one value, as {@link #value} takes it. */
  public static byte[] of(Object value) {
    return new JsonBytes(512).value(value).toArray();
  }

  public byte[] toArray() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  /** What was written, without a copy: nothing more may be. */
  public ByteBuffer toBuffer() {
    return ByteBuffer.wrap(bytes, 0, length);
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      long twice = Math.min(2L * bytes.length, Integer.MAX_VALUE - 16);
      bytes = Arrays.copyOf(bytes, (int) Math.max(twice, (long) length + more));
    }
  }

  /** Writes bytes as they are. */
  public JsonBytes raw(byte[] json) {
    room(json.length);
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
    return this;
  }

  /** Writes ASCII as it is. */
  public JsonBytes raw(String ascii) {
    int count = ascii.length();
    room(count);
    for (int i = 0; i < count; i++) {
      bytes[length++] = (byte) ascii.charAt(i);
    }
    return this;
  }

  public JsonBytes number(long number) {
    return raw(Long.toString(number));
  }

  /** Writes a text as a string with its quotes. */
  public JsonBytes string(CharSequence text) {
    int count = text.length();
    room(count + 2);
    bytes[length++] = '"';
    for (int i = 0; i < count; i++) {
      char c = text.charAt(i);
      // Room for what is left, were it all ASCII, is always there.
      if (c >= ' ' && c < 0x7F && c != '"' && c != '\\') {
        bytes[length++] = (byte) c;
      } else {
        room(count - i + 6);
        i += special(text, i, c);
      }
    }
    room(1);
    bytes[length++] = '"';
    return this;
  }

  /** Writes a character that is not itself, or has more bytes; how many more it took. */
  private int special(CharSequence text, int at, char c) {
    if (c == '"' || c == '\\') {
      put('\\', c);
    } else if (c == '\n' || c == '\r' || c == '\t') {
      put('\\', c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
    } else if (c < 0xA0 || c == '\u2028' || c == '\u2029') {
      escape(c);
    } else if (c < 0x800) {
      put(0xC0 | (c >> 6), continued(c));
    } else if (!Character.isSurrogate(c)) {
      put(0xE0 | (c >> 12), continued(c >> 6), continued(c));
    } else if (Character.isHighSurrogate(c)
        && at + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(at + 1))) {
      int point = Character.toCodePoint(c, text.charAt(at + 1));
      put(0xF0 | (point >> 18), continued(point >> 12), continued(point >> 6), continued(point));
      return 1;
    } else {
      escape(c);
    }
    return 0;
  }

  private static int continued(int bits) {
    return 0x80 | (bits & 0x3F);
  }

  private void put(int... values) {
    for (int value : values) {
      bytes[length++] = (byte) value;
    }
  }

  private void escape(char c) {
    put('\\', 'u', HEX[c >> 12], HEX[(c >> 8) & 15], HEX[(c >> 4) & 15], HEX[c & 15]);
  }

  /** Writes a value: null, a text, a number, true or false, or a map or list of such. */
  public JsonBytes value(Object value) {
    if (value instanceof CharSequence text) {
      return string(text);
    }
    if (value instanceof Map<?, ?> map) {
      raw("{");
      boolean first = true;
      for (Map.Entry<?, ?> field : map.entrySet()) {
        raw(first ? "" : ",").string((String) field.getKey()).raw(":").value(field.getValue());
        first = false;
      }
      return raw("}");
    }
    if (value instanceof List<?> list) {
      raw("[");
      boolean first = true;
      for (Object each : list) {
        raw(first ? "" : ",").value(each);
        first = false;
      }
      return raw("]");
    }
    return raw(String.valueOf(value));
  }
}
