package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.core.JsonParser;
import dev.helix.scripted.Table;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UpstreamJsonTest {
  static Stream<Arguments> anIndex_isAWholeNumber_howeverItIsWritten() {
    return Table.of(
        "2 → 2",
        "\"2\" → 2",
        "2.0 → 2",
        "2.000000000000000000000000000000 → 2",
        "2e0 → 2",
        "20E-1 → 2",
        "0.2e1 → 2",
        "+2 → 2",
        "002 → 2",
        "\"00000000000000000000000000000002\" → 2",
        "-0 → 0",
        "0e999999999 → 0",
        "2147483647 → 2147483647",
        "2147483648 → null",
        "1e999999999 → null",
        "1e-999999999 → null",
        "2.5 → null",
        "\" 2\" → null",
        "\"two\" → null",
        "NaN → null",
        "true → null",
        "null → null");
  }

  @ParameterizedTest
  @MethodSource
  void anIndex_isAWholeNumber_howeverItIsWritten(String json, String expected) throws IOException {
    try (JsonParser parser = UpstreamJson.FACTORY.createParser(json)) {
      parser.nextToken();
      Object value = UpstreamJson.value(parser, Weight.read(0));
      assertEquals(expected, String.valueOf(UpstreamJson.integer(value)));
    }
  }

  @Test
  @Timeout(20)
  void anIndexOfMillionsOfDigits_isNone_andCostsNothing() {
    assertNull(UpstreamJson.integer("1".repeat(10_000_000)));
  }
}
