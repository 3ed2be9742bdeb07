package dev.helix.scripted;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the ends of responses in the bytes of a connection that pass by. A response has a length or
 * is chunked; chunks whose own bytes end like a last chunk are not told from one, and JSON and
 * events of JSON have none. Not thread-safe.
 */
final class ResponseEnd {
  private static final byte[] LAST_CHUNK = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length:[ \\t]*([0-9]+)");
  private static final int NO_HEAD_YET = -2;
  private static final int CHUNKED = -1;

  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
  private long left = NO_HEAD_YET;

  /** Whether these next bytes end a response; nothing of a next one may follow in them. */
  boolean isReachedBy(byte[] bytes, int length) {
    seen.write(bytes, 0, length);
    if (left == NO_HEAD_YET && !readHead()) {
      return false;
    }
    byte[] body = seen.toByteArray();
    boolean ended;
    if (left == CHUNKED) {
      int from = Math.max(0, body.length - LAST_CHUNK.length);
      byte[] tail = Arrays.copyOfRange(body, from, body.length);
      ended = Arrays.equals(tail, LAST_CHUNK);
      seen.reset();
      seen.writeBytes(tail);
    } else {
      left -= body.length;
      ended = left <= 0;
      seen.reset();
    }
    if (ended) {
      left = NO_HEAD_YET;
      seen.reset();
    }
    return ended;
  }

  private boolean readHead() {
    String text = seen.toString(StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return false;
    }
    Matcher length = LENGTH.matcher(text.substring(0, end + 2));
    left = length.find() ? Long.parseLong(length.group(1)) : CHUNKED;
    // With the line end before it, so that a body of no chunks is found too.
    int bodyFrom = left == CHUNKED ? end + 2 : end + 4;
    byte[] body = text.substring(bodyFrom).getBytes(StandardCharsets.ISO_8859_1);
    seen.reset();
    seen.writeBytes(body);
    return true;
  }
}
