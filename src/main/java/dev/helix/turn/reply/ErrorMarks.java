package dev.helix.turn.reply;

import java.nio.charset.StandardCharsets;

/** How the lines of a stream begin that may tell of an error. Some blanks between do not count. */
final class ErrorMarks {
  /** How long a mark may be with its blanks: it is looked for with every piece of a line. */
  private static final int MOST_BYTES = 256;

  private static final byte[][] MARKS = {
    ascii("data:{\"error\":"),
    ascii("data:{\"object\":\"error\""),
    ascii("data:{\"type\":\"error\""),
    ascii("event:error"),
    ascii("error:")
  };

  private ErrorMarks() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Whether the line, which is so many bytes of the array, begins with a mark; or may begin with
   * one when there is more of it, where it is not complete.
   */
  static boolean isAt(byte[] line, int from, int length, boolean complete) {
    int begin = UpstreamJson.behindMark(line, from, from + length);
    for (byte[] mark : MARKS) {
      if (isAt(mark, line, begin, from + length, complete)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAt(byte[] mark, byte[] line, int from, int end, boolean complete) {
    int at = from;
    int most = Math.min(end, from + MOST_BYTES);
    for (byte expected : mark) {
      while (at < most && at > from && (line[at] == ' ' || line[at] == '\t')) {
        at++;
      }
      if (at == end) {
        return !complete;
      }
      if (line[at++] != expected) {
        return false;
      }
    }
    return true;
  }
}
