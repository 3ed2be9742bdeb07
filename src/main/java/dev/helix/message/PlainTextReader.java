package dev.helix.message;

import dev.helix.text.ByteSearch;
import dev.helix.text.NormalizedText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the text of a message that says nothing but a string, as nearly all do, straight from its
 * bytes, which are one valid JSON object. One for each message; not thread-safe.
 */
final class PlainTextReader {
  private final byte[] json;
  private final String role;
  private int at;
  private boolean escaped;
  private int textStart = -1;
  private int textEnd;
  private boolean textEscaped;

  private PlainTextReader(Message message) {
    this.json = message.buffer();
    this.at = message.offset() + 1;
    this.role = message.role();
  }

  /** What counts of the text, in UTF-8; null where the message has no text, or more than a text. */
  static ByteBuffer of(Message message) {
    PlainTextReader reader = new PlainTextReader(message);
    return reader.findText() ? reader.wording() : null;
  }

  private boolean findText() {
    while (true) {
      skipSpace();
      if (json[at] == ',') {
        at++;
        skipSpace();
      }
      if (json[at] == '}') {
        return textStart >= 0;
      }
      int nameStart = at + 1;
      skipString();
      if (escaped) {
        return false;
      }
      int nameEnd = at - 1;
      skipSpace();
      at++; // the colon
      skipSpace();
      boolean isNull = json[at] == 'n';
      if (is("content", nameStart, nameEnd)) {
        if (json[at] != '"') {
          return false;
        }
        textStart = at + 1;
        skipString();
        textEnd = at - 1;
        textEscaped = escaped;
      } else if (!isNull && counts(nameStart, nameEnd)) {
        return false;
      } else {
        skipValue();
      }
    }
  }

  private boolean counts(int start, int end) {
    return is("tool_calls", start, end)
        || is("tool_call_id", start, end)
        || is("name", start, end)
        || is("refusal", start, end)
        || is("function_call", start, end)
        || is("audio", start, end);
  }

  private boolean is(String name, int start, int end) {
    if (end - start != name.length()) {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (json[i] != name.charAt(i - start)) {
        return false;
      }
    }
    return true;
  }

  private void skipSpace() {
    while (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t') {
      at++;
    }
  }

  /** From the opening quote to behind the closing one. */
  private void skipString() {
    int i = ByteSearch.indexOf((byte) '"', (byte) '\\', json, at + 1, json.length);
    escaped = json[i] == '\\';
    while (json[i] != '"') {
      i = ByteSearch.indexOf((byte) '"', (byte) '\\', json, i + 2, json.length);
    }
    at = i + 1;
  }

  private void skipValue() {
    int depth = 0;
    while (true) {
      switch (json[at]) {
        case '"' -> {
          skipString();
          if (depth == 0) {
            return;
          }
        }
        case '{', '[' -> {
          depth++;
          at++;
        }
        case '}', ']' -> {
          if (depth == 0) {
            return; // behind a number or a word
          }
          at++;
          if (--depth == 0) {
            return;
          }
        }
        case ',' -> {
          if (depth == 0) {
            return;
          }
          at++;
        }
        default -> at++;
      }
    }
  }

  private ByteBuffer wording() {
    return textEscaped ? unescaped() : counted(json, textStart, textEnd);
  }

  /** The text without its escapes; null where a surrogate is among them. */
  private ByteBuffer unescaped() {
    byte[] out = new byte[textEnd - textStart];
    int length = 0;
    int i = textStart;
    while (true) {
      int plain = i;
      i = ByteSearch.indexOf((byte) '\\', (byte) '\\', json, plain, textEnd);
      System.arraycopy(json, plain, out, length, i - plain);
      length += i - plain;
      if (i++ == textEnd) {
        return counted(out, 0, length);
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
  private ByteBuffer counted(byte[] text, int from, int to) {
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
