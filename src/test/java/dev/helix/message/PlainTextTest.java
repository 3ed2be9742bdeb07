package dev.helix.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.helix.text.Json;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** That the short way to a message's fingerprint and the long one lead to the same. */
class PlainTextTest {
  private static final String[] PIECES = {
    "a",
    " ",
    "\n",
    "\"",
    "\\",
    "/",
    "\t",
    "\b",
    "é",
    "字",
    "😀",
    "\u00a0",
    "\u2003",
    "\u3000",
    "‘",
    "<",
    "<think>",
    "</think>",
    "◁",
    "{",
    "}",
    "]",
    ",",
    ":",
    "### Task:",
    "<context>",
    "</context>",
    "longer than eight bytes",
    "\ud800",
    "\u0001"
  };

  private static Fingerprint of(String json) {
    return Message.parse(Json.utf8(json)).fingerprint();
  }

  @Test
  void textAndSingleTextPart_areEqual_howeverTheyAreWritten() {
    Random random = new Random(20260105);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(9); n > 0; n--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      String role = random.nextBoolean() ? "user" : "assistant";
      String quoted = Json.quote(text.toString());
      String before =
          "{\"x\":[\"]\\\"}\",{\"content\":1}],\"role\":\"" + role + "\", \"n\":-1.5e3 ,";
      Fingerprint plain = of(before + "\"content\" : " + quoted + ",\"y\":{\"z\":[]}}");
      String parts = "[{\"type\":\"text\",\"text\":" + quoted + "}]";
      assertEquals(of(before + "\"content\":" + parts + "}"), plain, quoted);
      assertEquals(of(before + "\"\\u0063ontent\":" + quoted + "}"), plain, quoted);
      assertEquals(of(before + "\"content\":" + escaped(text.toString()) + "}"), plain, quoted);
    }
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.chars().forEach(c -> out.append(String.format("\\u%04X", c)));
    return out.append('"').toString();
  }

  @Test
  void ofAContentThatComesTwice_theLastCounts() {
    assertEquals(
        of("{\"role\":\"user\",\"content\":\"b\"}"),
        of("{\"role\":\"user\",\"content\":\"a\",\"content\":\"b\"}"));
    assertEquals(
        of("{\"role\":\"user\"}"), of("{\"role\":\"user\",\"content\":\"a\",\"content\":null}"));
  }

  @Test
  void plainMessages_takeTheShortWay_andOthersDoNot() {
    assertNotNull(
        PlainText.of(
            Message.parse(
                "{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":null,\"tool_calls\":null}"
                    .getBytes(UTF_8))));
    assertNotEquals(
        of("{\"role\":\"user\",\"content\":\"a\"}"),
        of("{\"role\":\"user\",\"content\":\"a\",\"name\":\"n\"}"));
  }

  @Test
  void valuesThatRunIntoEachOther_areToldApart() {
    assertNotEquals(
        of("{\"role\":\"user\",\"content\":\"ab\",\"name\":\"c\"}"),
        of("{\"role\":\"user\",\"content\":\"a\",\"name\":\"bc\"}"));
    assertNotEquals(
        of(
            "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}"),
        of("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"ab\"}]}"));
  }
}
