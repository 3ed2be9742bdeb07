package dev.helix.backend.routing;

import dev.helix.http.InvalidRequestException;
import dev.helix.text.ByteSearch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for the model in a form ({@code multipart/form-data}, RFC 7578), as lenient as upstreams
 * are: lines may end without a carriage return. Not thread-safe; one for each body.
 */
final class FormReader {
  private static final Pattern BOUNDARY = parameter("boundary");
  private static final Pattern NAME = parameter("name");
  private static final int LONGEST_HEAD = 16 * 1024;

  private final byte[] body;
  private final byte[] delimiter;
  private int at;

  private FormReader(byte[] body, String boundary) {
    this.body = body;
    this.delimiter = ("--" + boundary).getBytes(StandardCharsets.UTF_8);
  }

  private static Pattern parameter(String name) {
    return Pattern.compile(
        ";\\s*" + name + "\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^;\\s]+))",
        Pattern.CASE_INSENSITIVE);
  }

  private static String value(Pattern parameter, String text) {
    Matcher found = parameter.matcher(text);
    if (!found.find()) {
      return null;
    }
    return found.group(1) == null ? found.group(2) : found.group(1).replaceAll("\\\\(.)", "$1");
  }

  /** The model of a form with this {@code Content-Type}. */
  static ModelField model(String type, byte[] body) throws InvalidRequestException {
    String boundary = value(BOUNDARY, type);
    if (boundary == null) {
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
      if ("model".equals(name)) {
        if (seen) {
          throw ModelField.twice();
        }
        seen = true;
        String model = new String(body, from, Math.max(0, to - from), StandardCharsets.UTF_8);
        found = ModelField.named(model, from, Math.max(from, to), false);
      }
    }
    return found;
  }

  /** Reads a part's head, up to its content. */
  private String partName() throws InvalidRequestException {
    String name = null;
    int start = at;
    while (true) {
      int end = lineEnd(at);
      if (end == body.length || end - start > LONGEST_HEAD) {
        throw unreadable("the head of a part has no end");
      }
      String line = new String(body, at, end - at, StandardCharsets.UTF_8).strip();
      at = end + 1;
      if (line.isEmpty()) {
        return name;
      }
      if (line.regionMatches(true, 0, "content-disposition:", 0, 20)) {
        name = value(NAME, line);
      }
    }
  }

  private int lineEnd(int from) {
    return ByteSearch.indexOf((byte) '\n', (byte) '\n', body, from, body.length);
  }

  private void skipLine() {
    at = Math.min(lineEnd(at) + 1, body.length);
  }

  /** Whether the delimiter stands here, whatever is behind it. */
  private boolean isDelimiter(int from) {
    int end = from + delimiter.length;
    return end <= body.length && Arrays.equals(body, from, end, delimiter, 0, delimiter.length);
  }

  private boolean isLast() {
    int end = at + delimiter.length;
    return end + 1 < body.length && body[end] == '-' && body[end + 1] == '-';
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
