package dev.helix.turn.reply;

import java.nio.charset.StandardCharsets;

/** The line {@code data: [DONE]}, with which most streams end. Some blanks do not count. */
final class DoneLine {
  /** How long a line with {@code [DONE]} may be before it is no longer taken for one. */
  static final int LONGEST = 64;

  private static final byte[][] PARTS = {ascii("data:"), ascii("[DONE]")};

  private DoneLine() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Whether the line, which is so many bytes of the array, is this one; or may become it when there
   * is more of it, where it is not complete. Whatever stands behind it in the line is ignored, as
   * clients do.
   */
  static boolean is(byte[] line, int length, boolean complete) {
    if (length > LONGEST) {
      return false;
    }
    int at = UpstreamJson.behindMark(line, 0, length);
    for (byte[] part : PARTS) {
      for (byte expected : part) {
        if (at == length) {
          return !complete;
        }
        if (line[at++] != expected) {
          return false;
        }
      }
      while (at < length && (line[at] == ' ' || line[at] == '\t')) {
        at++;
      }
      at = UpstreamJson.behindMark(line, at, length);
    }
    return true;
  }
}
