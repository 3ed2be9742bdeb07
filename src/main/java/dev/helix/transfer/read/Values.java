package dev.helix.transfer.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.helix.text.Json;
import dev.helix.text.Sha256;
import dev.helix.text.Times;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;

/** What fields of foreign files say, whatever stands in them. No state. */
final class Values {
  /** Replies of a tree that is written with each below the other. */
  private static final int DEEPEST = 400_000;

  /** Behind this depth nothing is written again. */
  private static final int DEEPEST_WRITTEN = 200;

  private static final BigDecimal LATEST = BigDecimal.valueOf(253_402_300_799L);

  static final JsonFactory DEEP =
      Json.FACTORY
          .rebuild()
          .streamReadConstraints(
              Json.FACTORY.streamReadConstraints().rebuild().maxNestingDepth(DEEPEST).build())
          .build();

  static final ObjectMapper MAPPER = JsonMapper.builder(DEEP).build();

  private Values() {}

  /** A value that may be very deep, for those who walk it without recursion. */
  static JsonNode tree(byte[] json) throws IOException {
    return MAPPER.readTree(json);
  }

  /** The text of a field; null where it has none, or an empty one. */
  static String text(JsonNode object, String field) {
    String text = object.path(field).textValue();
    return text == null || text.isEmpty() ? null : text;
  }

  /** The first of two that is there. */
  static String or(String one, String other) {
    return one == null ? other : one;
  }

  /** A time as a number since 1970, of seconds or a thousandth and less of them, or as a text. */
  static Instant time(JsonNode value) {
    if (value.isTextual()) {
      return Times.parse(value.textValue());
    }
    if (!value.isNumber()) {
      return null;
    }
    try {
      BigDecimal seconds = value.decimalValue();
      // Of a year behind 9999 it is no seconds.
      for (int i = 0; i < 3 && seconds.compareTo(LATEST) > 0; i++) {
        seconds = seconds.movePointLeft(3);
      }
      if (seconds.signum() <= 0 || seconds.compareTo(LATEST) > 0) {
        return null;
      }
      BigDecimal nanos = seconds.subtract(new BigDecimal(seconds.toBigInteger()));
      return Instant.ofEpochSecond(
          seconds.longValue(), nanos.movePointRight(9).longValue() / 1000 * 1000);
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      return null; // Not a number at all.
    }
  }

  /** A value's JSON; null where it is too deep for others to read. */
  static String json(JsonNode value) {
    if (isDeep(value)) {
      return null;
    }
    try {
      return Json.EXACT.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private record At(JsonNode value, int depth) {}

  static boolean isDeep(JsonNode value) {
    Deque<At> open = new ArrayDeque<>();
    open.push(new At(value, 0));
    while (!open.isEmpty()) {
      At at = open.pop();
      if (at.depth() > DEEPEST_WRITTEN) {
        return true;
      }
      for (JsonNode below : at.value()) {
        if (below.isContainerNode()) {
          open.push(new At(below, at.depth() + 1));
        }
      }
    }
    return false;
  }

  /** Digits that are the same for the same texts. */
  static String hash(String... texts) {
    StringBuilder all = new StringBuilder();
    for (String text : texts) {
      all.append(text.length()).append(':').append(text);
    }
    return hash(all.toString().getBytes(StandardCharsets.UTF_8));
  }

  static String hash(byte[] bytes) {
    return HexFormat.of().formatHex(Sha256.of(bytes)).substring(0, 32);
  }
}
