package dev.helix.backend;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The status and the headers of a reply. Immutable.
 *
 * @param status the HTTP status
 * @param headers by lower-case name; where a name was repeated, its last value
 */
public record ReplyHead(int status, Map<String, String> headers) {
  public ReplyHead {
    Map<String, String> lowered = new LinkedHashMap<>();
    headers.forEach((name, value) -> lowered.put(name.toLowerCase(Locale.ROOT), value));
    headers = Map.copyOf(lowered);
  }

  /** The head of status 200 with a body of this media type. */
  public static ReplyHead ok(String contentType) {
    return new ReplyHead(200, Map.of("content-type", contentType));
  }

  /** The value of a header, by its lower-case name. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** The length of the body in bytes, by its header; -1 where no header says it. */
  public long contentLength() {
    String length = headers.getOrDefault("content-length", "");
    // Of at most 18 digits, so that any is a long.
    boolean number = !length.isEmpty() && length.length() <= 18;
    for (int i = 0; i < length.length(); i++) {
      number &= length.charAt(i) >= '0' && length.charAt(i) <= '9';
    }
    return number ? Long.parseLong(length) : -1;
  }

  /** Whether the body is of this media type, whatever its parameters. */
  public boolean isOfType(String mediaType) {
    String type = headers.getOrDefault("content-type", "");
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon))
        .strip()
        .equalsIgnoreCase(mediaType);
  }
}
