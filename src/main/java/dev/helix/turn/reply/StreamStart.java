package dev.helix.turn.reply;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a body of success is by its first bytes, whatever it is called. */
enum StreamStart {
  /** A stream of events. */
  STREAM,
  /** Anything else. */
  WHOLE,
  /** That does not show yet. */
  UNKNOWN;

  /** More blanks than these before a body are its body. */
  private static final int MOST_BLANKS = 1024;

  /** How the lines of an event begin; the last is a comment. */
  private static final List<byte[]> FIELDS =
      List.of(
          ascii("data:"),
          ascii("event:"),
          ascii("id:"),
          ascii("retry:"),
          ascii("error:"),
          ascii(":"));

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * What the body is that begins so.
   *
   * @param called whether it is called a stream of events: then it is one, but for JSON and pages
   */
  static StreamStart of(byte[] body, boolean called) {
    int from = UpstreamJson.behindMark(body, 0, body.length);
    int at = from;
    while (at < body.length && " \t\r\n".indexOf(body[at]) >= 0) {
      at++;
    }
    if (at == body.length) {
      StreamStart blank = called ? STREAM : WHOLE;
      return at - from > MOST_BLANKS ? blank : UNKNOWN;
    }
    if (called) {
      return "{[<".indexOf(body[at]) >= 0 ? WHOLE : STREAM;
    }
    StreamStart start = WHOLE;
    for (byte[] field : FIELDS) {
      int length = common(field, body, at);
      if (length == field.length) {
        return STREAM;
      }
      start = length == body.length - at ? UNKNOWN : start;
    }
    return start;
  }

  private static int common(byte[] expected, byte[] body, int from) {
    int length = 0;
    while (length < expected.length
        && from + length < body.length
        && body[from + length] == expected[length]) {
      length++;
    }
    return length;
  }
}
