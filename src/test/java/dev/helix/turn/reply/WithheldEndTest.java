package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What passes of a long body, and what is held of it, where much of it is white space. */
class WithheldEndTest {
  private static final String BLANKS = " \r\n\t".repeat(25_000);

  static Stream<Arguments> bodiesWithManyBlanksWithin() {
    return Stream.of(
            "<html>%s</html>",
            "plain %s text",
            "not {} json %s at all",
            "\"text\"%s,",
            "%sbefore all",
            "{\"a\":%s1}",
            "{\"a\":[1,%s2]}",
            "[%s]",
            "{\"a\":\"}%s\"}",
            "{\"a\":\"\\\"}%s\"}",
            "\uFEFF{\"a\":%s1}",
            "[1] more %s text",
            "{} {%s}",
            "[]] %s ]",
            "}{%sx")
        .flatMap(body -> Stream.of(1, 7, 1000, 1 << 20).map(size -> Arguments.of(body, size)));
  }

  private static String latin(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
  }

  private static String passed(WithheldEnd[] end, String body, int size) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder passed = new StringBuilder();
    for (int from = 0; from < bytes.length; from += size) {
      ByteBuffer piece = ByteBuffer.wrap(bytes, from, Math.min(size, bytes.length - from));
      if (end[0] == null) {
        end[0] = new WithheldEnd(piece);
      } else {
        end[0].add(piece, more -> passed.append(latin(more)));
      }
    }
    return passed.toString();
  }

  @ParameterizedTest
  @MethodSource("bodiesWithManyBlanksWithin")
  void noByteIsLostWithinABody(String body, int size) {
    String whole = body.replace("%s", BLANKS);
    WithheldEnd[] end = new WithheldEnd[1];
    String passed = passed(end, whole, size);
    String expected =
        new String(whole.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    String got = passed + latin(end[0].bytes());
    assertEquals(expected.length(), got.length());
    assertTrue(expected.equals(got), "other bytes");
  }

  @ParameterizedTest
  @MethodSource("bodiesWithManyBlanksWithin")
  void behindAWholeObjectOrList_itsEndIsHeld(String body, int size) {
    if (body.startsWith("{\"") || body.startsWith("[%s") || body.startsWith("\uFEFF")) {
      String whole = body.replace("%s", " ");
      WithheldEnd[] end = new WithheldEnd[1];
      passed(end, whole + BLANKS, size);
      assertTrue(
          latin(end[0].bytes()).stripTrailing().endsWith(whole.substring(whole.length() - 1)));
    }
  }
}
