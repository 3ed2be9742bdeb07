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

  /** Whether the body is of this media type, whatever its parameters. */
  public boolean isOfType(String mediaType) {
    String type = headers.getOrDefault("content-type", "");
    return type.split(";", 2)[0].strip().equalsIgnoreCase(mediaType);
  }
}
