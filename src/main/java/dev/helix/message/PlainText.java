package dev.helix.message;

import dev.helix.text.ByteSearch;
import dev.helix.text.NormalizedText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What counts of a message that says nothing but a string, as nearly all do, straight from its
 * bytes. No state.
 */
final class PlainText {
  private PlainText() {}

  /** What counts of the text, in UTF-8; null where the message has no text, or more than a text. */
  static ByteBuffer of(Message message) {
    int start = message.textStart();
    if (start < 0) {
      return null;
    }
    byte[] json = message.buffer();
    int end = ByteSearch.indexOf((byte) '"', (byte) '\\', json, start, json.length);
    if (json[end] == '"') {
      return counted(message.role(), json, start, end);
    }
    while (json[end] != '"') {
      end = ByteSearch.indexOf((byte) '"', (byte) '\\', json, end + 2, json.length);
    }
    return unescaped(message.role(), json, start, end);
  }

  /** The text without its escapes; null where a surrogate is among them. */
  private static ByteBuffer unescaped(String role, byte[] json, int start, int end) {
    byte[] out = new byte[end - start];
    int length = 0;
    int i = start;
    while (true) {
      int plain = i;
      i = ByteSearch.indexOf((byte) '\\', (byte) '\\', json, plain, end);
      System.arraycopy(json, plain, out, length, i - plain);
      length += i - plain;
      if (i++ == end) {
        return counted(role, out, 0, length);
      }
      byte named = json[i++];
      if (named != 'u') {
        out[length++] = control(named);
        continue;
      }
      int c = 0;
      for (int digit = 0; digit < 4; digit++) {
        c = c * 16 + Character.digit(json[i++], 16);
      }
      if (Character.isSurrogate((char) c)) {
        return null;
      }
      if (c < 0x80) {
        out[length++] = (byte) c;
      } else {
        if (c < 0x800) {
          out[length++] = (byte) (0xC0 + c / 64);
        } else {
          out[length++] = (byte) (0xE0 + c / 4096);
          out[length++] = (byte) (0x80 + c / 64 % 64);
        }
        out[length++] = (byte) (0x80 + c % 64);
      }
    }
  }

  private static byte control(byte name) {
    return switch (name) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      default -> name;
    };
  }

  /** What counts of a text; null where that takes a look at more than ASCII. */
  private static ByteBuffer counted(String role, byte[] text, int from, int to) {
    int start = from;
    int end = to;
    while (start < end && text[start] >= 0 && Character.isWhitespace(text[start])) {
      start++;
    }
    while (start < end && text[end - 1] >= 0 && Character.isWhitespace(text[end - 1])) {
      end--;
    }
    if (start == end) {
      return null;
    }
    int last = end - 1;
    while (last > start && (text[last] & 0xC0) == 0x80) {
      last--;
    }
    if (maySpace(text[start]) || maySpace(text[last])) {
      return null;
    }
    if (!NormalizedText.mayShrink(role, text, start, end)) {
      return ByteBuffer.wrap(text, start, end - start);
    }
    String whole = new String(text, start, end - start, StandardCharsets.UTF_8);
    return ByteBuffer.wrap(NormalizedText.of(role, whole).getBytes(StandardCharsets.UTF_8));
  }

  /** Whether white space beyond ASCII may begin with this byte. */
  private static boolean maySpace(byte first) {
    return switch (first & 0xFF) {
      case 0xC2, 0xE1, 0xE2, 0xE3, 0xEF -> true;
      default -> false;
    };
  }
}
