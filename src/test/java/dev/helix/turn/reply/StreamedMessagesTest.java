package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.message.AnswerStatus;
import dev.helix.scripted.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts of the choices of a stream: messages beside deltas, and what says nothing. */
class StreamedMessagesTest {
  private final StreamedReply reply = new StreamedReply(Long.MAX_VALUE, 1);

  private void chunk(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    reply.add(bytes, bytes.length);
  }

  private void choice(String fields) {
    chunk("{\"choices\":[{\"index\":0," + fields + "}]}");
  }

  private static String parts(String text) {
    return "{\"content\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}";
  }

  static Stream<Arguments> listThatADeltaBegan_goesOnInMessages() {
    String finish = "\"finish_reason\":\"stop\"";
    return Table.of(
        "\"message\":" + parts("b") + " → \"message\":" + parts("c") + " → \"delta\":{} → abc",
        "\"message\":" + parts("a") + " → \"message\":" + parts("b") + " → \"delta\":{} → ab",
        "\"message\":"
            + parts("b")
            + " → \"message\":"
            + parts("c")
            + ","
            + finish
            + " → \"delta\":{} → abc",
        "\"message\":"
            + parts("b")
            + " → \"message\":"
            + parts("ab")
            + ","
            + finish
            + " → \"delta\":{} → ab",
        "\"message\":{\"content\":[]} → \"delta\":{} → \"message\":"
            + parts("a")
            + ","
            + finish
            + " → a",
        "\"delta\":"
            + parts("b")
            + " → \"delta\":"
            + parts("c")
            + " → \"message\":"
            + parts("abc")
            + ","
            + finish
            + " → abc");
  }

  @ParameterizedTest
  @MethodSource
  void listThatADeltaBegan_goesOnInMessages(String second, String third, String fourth, String text)
      throws IOException {
    choice("\"delta\":" + parts("a"));
    choice(second);
    choice(third);
    choice(fourth);
    byte[] message = reply.answers(AnswerStatus.COMPLETED).get(0).message().wireJson();
    assertEquals(
        text, new ObjectMapper().readTree(message).path("content").path(0).path("text").asText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"function_call\":{}",
        "\"function_call\":null",
        "\"tool_calls\":[]",
        "\"tool_calls\":null",
        "\"content\":\"\"",
        "\"content\":[]",
        "\"audio\":{}"
      })
  void deltaThatSaysNothing_isNoAnswer(String field) {
    choice("\"delta\":{\"role\":\"assistant\"," + field + "}");
    assertFalse(reply.hasContent());
    assertEquals(List.of(), reply.answers(AnswerStatus.FAILED));
    choice("\"delta\":{\"function_call\":{\"name\":\"f\"}}");
    assertTrue(reply.hasContent());
    assertEquals(1, reply.answers(AnswerStatus.FAILED).size());
  }

  @Test
  void behindAnError_noChoiceGoesOn() {
    choice("\"delta\":{\"content\":\"a\"}");
    assertEquals(0, reply.openChoice());
    chunk("{\"error\":{\"message\":\"no\"},\"choices\":[]}");
    assertNull(reply.openChoice());
  }
}
