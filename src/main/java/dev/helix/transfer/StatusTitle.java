package dev.helix.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.session.SessionState;
import dev.helix.text.Json;
import java.io.IOException;
import java.util.regex.Pattern;

/** A session's title, which its {@code status.json} has in a field of its own. No state. */
final class StatusTitle {
  private static final String FIELD = "title";
  private static final int LONGEST = 200;
  private static final int LOOKED_AT = 1000;
  private static final Pattern WHITE = Pattern.compile("[\\s\\p{Cc}\\p{Cs}\\p{Z}]+");

  private StatusTitle() {}

  /** A {@code status.json} of a state with a title, which may be null. */
  static byte[] status(SessionState state, String title) {
    ObjectNode fields = fields(state.toJson());
    String line = title == null ? "" : line(title);
    if (!line.isEmpty()) {
      fields.put(FIELD, line);
    }
    return written(fields);
  }

  /** The title; null where there is none. */
  static String of(ObjectNode status) {
    String title = status.path(FIELD).textValue();
    return title == null || title.isBlank() ? null : line(title);
  }

  /**
   * A {@code status.json}.
   *
   * @throws IllegalArgumentException if it is not one JSON object
   */
  static ObjectNode fields(byte[] json) {
    try {
      if (Json.EXACT.readTree(json) instanceof ObjectNode fields) {
        return fields;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("its state is not one JSON object", e);
    }
    throw new IllegalArgumentException("its state is not one JSON object");
  }

  static byte[] written(ObjectNode fields) {
    try {
      return Json.utf8(
          Json.EXACT.writerWithDefaultPrettyPrinter().writeValueAsString(fields) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private static String line(String title) {
    String beginning = title.substring(0, Math.min(LOOKED_AT, title.length()));
    String line = WHITE.matcher(beginning).replaceAll(" ").strip();
    if (line.length() <= LONGEST) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(LONGEST - 2)) ? LONGEST - 2 : LONGEST - 1;
    return line.substring(0, end) + "…";
  }
}
