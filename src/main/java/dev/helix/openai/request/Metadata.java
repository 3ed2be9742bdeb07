package dev.helix.openai.request;

import dev.helix.http.InvalidRequestException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The {@code metadata} of a request: few pairs of short texts. No state. */
public final class Metadata {
  private static final int MOST_PAIRS = 16;
  private static final int LONGEST_KEY = 64;
  private static final int LONGEST_VALUE = 512;

  private Metadata() {}

  /** The pairs in their order; none where there is no such field. */
  public static Map<String, Object> of(JsonFields body) throws InvalidRequestException {
    Map<String, Object> pairs = new LinkedHashMap<>();
    JsonFields metadata = body.fields("metadata");
    if (metadata == null) {
      return pairs;
    }
    if (metadata.names().size() > MOST_PAIRS) {
      throw new InvalidRequestException(
          "object_above_max_properties",
          "metadata",
          "'metadata' must have at most " + MOST_PAIRS + " pairs.");
    }
    for (String key : metadata.names()) {
      if (key.length() > LONGEST_KEY) {
        throw new InvalidRequestException(
            "property_name_above_max_length",
            "metadata",
            "A key of 'metadata' must have at most " + LONGEST_KEY + " characters.");
      }
      String value = metadata.text(key);
      if (value.codePointCount(0, value.length()) > LONGEST_VALUE) {
        throw new InvalidRequestException(
            "string_above_max_length",
            metadata.place(key),
            "'" + metadata.place(key) + "' must have at most " + LONGEST_VALUE + " characters.");
      }
      pairs.put(key, value);
    }
    return pairs;
  }
}
