package dev.helix.http;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;

/** The values of a request's headers, without white space around them. No state. */
public final class HeaderValues {
  private HeaderValues() {}

  /** The values of a header, in their order, without the empty ones. */
  public static List<String> of(HttpServletRequest request, String name) {
    Enumeration<String> all = request.getHeaders(name);
    List<String> values = new ArrayList<>();
    while (all.hasMoreElements()) {
      String value = trim(all.nextElement());
      if (!value.isEmpty()) {
        values.add(value);
      }
    }
    return values;
  }

  /** Without the optional white space around a field value (RFC 9110 section 5.5). */
  private static String trim(String value) {
    int start = 0;
    int end = value.length();
    while (start < end && " \t".indexOf(value.charAt(start)) >= 0) {
      start++;
    }
    while (end > start && " \t".indexOf(value.charAt(end - 1)) >= 0) {
      end--;
    }
    return value.substring(start, end);
  }

  /** A header value decoded as UTF-8 where it is its bytes and valid UTF-8; else as it is. */
  public static String decode(String value) {
    int all = 0;
    for (int i = 0; i < value.length(); i++) {
      all |= value.charAt(i);
    }
    if (all < 0x80 || all > 0xFF) {
      return value;
    }
    byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notUtf8) {
      return value;
    }
  }
}
