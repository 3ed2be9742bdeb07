package dev.helix.backend.routing;

import dev.helix.http.InvalidRequestException;
import dev.helix.text.ByteSearch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Looks for the model in a form ({@code multipart/form-data}, RFC 7578), as lenient as upstreams
 * are: lines may end without a carriage return. Not thread-safe; one for each body.
 */
final class FormReader {
  private static final int LONGEST_HEAD = 16 * 1024;

  /** The most bytes of one character. */
  private static final int MOST_BYTES = 3;

  private final byte[] body;
  private final byte[] delimiter;
  private int at;

  private FormReader(byte[] body, String boundary) {
    this.body = body;
    this.delimiter = ("--" + boundary).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The value of a header's parameter, which may be quoted; null where it has none.
   *
   * @throws InvalidRequestException if it has several, or one that is encoded (RFC 2231)
   */
  private static String value(String name, String header) throws InvalidRequestException {
    String found = null;
    int at = header.indexOf(';');
    while (at >= 0) {
      int equals = header.indexOf('=', at);
      if (equals < 0) {
        return found;
      }
      String before = header.substring(at, equals);
      StringBuilder value = new StringBuilder();
      at = header.indexOf(';', readValue(header, equals + 1, value));
      String parameter = before.substring(before.lastIndexOf(';') + 1).strip();
      if (parameter.regionMatches(true, 0, name + "*", 0, name.length() + 1)) {
        throw unreadable("a " + name + " in it is encoded");
      }
      if (parameter.equalsIgnoreCase(name)) {
        if (found != null) {
          throw unreadable("a header in it has two of " + name);
        }
        found = value.toString();
      }
    }
    return found;
  }

  /** Reads one value, and says where it ends. */
  private static int readValue(String header, int from, StringBuilder value) {
    int i = from;
    while (i < header.length() && " \t".indexOf(header.charAt(i)) >= 0) {
      i++;
    }
    if (i == header.length() || header.charAt(i) != '"') {
      int semicolon = header.indexOf(';', i);
      int end = semicolon < 0 ? header.length() : semicolon;
      value.append(header.substring(i, end).strip());
      return end;
    }
    for (i++; i < header.length() && header.charAt(i) != '"'; i++) {
      if (header.charAt(i) == '\\' && i + 1 < header.length()) {
        i++;
      }
      value.append(header.charAt(i));
    }
    return i;
  }

  /** The model of a form with this {@code Content-Type}. */
  static ModelField model(String type, byte[] body) throws InvalidRequestException {
    String boundary = value("boundary", type);
    if (boundary == null || boundary.isEmpty()) {
      throw unreadable("its type has no boundary");
    }
    return new FormReader(body, boundary).model();
  }

  private ModelField model() throws InvalidRequestException {
    ModelField found = ModelField.NONE;
    boolean seen = false;
    if (!isDelimiter(0)) {
      nextDelimiter();
    }
    while (!isLast()) {
      skipLine();
      String name = partName();
      int from = at;
      int to = nextDelimiter();
      if (ModelField.isModel(name)) {
        if (seen) {
          throw ModelField.twice();
        }
        seen = true;
        ModelField.requireShort((to - from) / MOST_BYTES);
        String model = new String(body, from, Math.max(0, to - from), StandardCharsets.UTF_8);
        ModelField.requireShort(model.length());
        found = ModelField.named(model, from, Math.max(from, to), false);
      }
    }
    return found;
  }

  /** Reads a part's head, up to its content. */
  private String partName() throws InvalidRequestException {
    String name = null;
    boolean disposed = false;
    int start = at;
    while (true) {
      int end = lineEnd(at);
      if (end == body.length || end - start > LONGEST_HEAD) {
        throw unreadable("the head of a part has no end");
      }
      boolean folded = " \t".indexOf(body[at]) >= 0;
      String line = new String(body, at, end - at, StandardCharsets.UTF_8).strip();
      at = end + 1;
      if (folded) {
        throw unreadable("a header of a part begins with a blank");
      }
      if (line.isEmpty()) {
        return name;
      }
      String header = line.substring(0, Math.max(0, line.indexOf(':'))).strip();
      if (header.equalsIgnoreCase("content-disposition")) {
        if (disposed) {
          throw unreadable("a part says twice what it is");
        }
        disposed = true;
        name = value("name", line);
      }
    }
  }

  private int lineEnd(int from) {
    return ByteSearch.indexOf((byte) '\n', (byte) '\n', body, from, body.length);
  }

  private void skipLine() {
    at = Math.min(lineEnd(at) + 1, body.length);
  }

  /** Whether the delimiter stands here, and not a longer one of others. */
  private boolean isDelimiter(int from) {
    int end = from + delimiter.length;
    return end <= body.length
        && Arrays.equals(body, from, end, delimiter, 0, delimiter.length)
        && (end == body.length || isDashes(end) || " \t\r\n".indexOf(body[end]) >= 0);
  }

  private boolean isDashes(int from) {
    return from + 1 < body.length && body[from] == '-' && body[from + 1] == '-';
  }

  private boolean isLast() {
    return isDashes(at + delimiter.length);
  }

  /** Goes to the next delimiter, and says where the content before it ends. */
  private int nextDelimiter() throws InvalidRequestException {
    // A part may be empty: then the line before is the last of its head.
    for (int line = at; line < body.length; line = lineEnd(line) + 1) {
      if (isDelimiter(line)) {
        at = line;
        int end = line > 0 ? line - 1 : 0;
        return end > 0 && body[end - 1] == '\r' ? end - 1 : end;
      }
    }
    throw unreadable("it has no end");
  }

  private static InvalidRequestException unreadable(String why) {
    return new InvalidRequestException(
        "invalid_value", null, "The form of the request cannot be read: " + why + ".");
  }
}
