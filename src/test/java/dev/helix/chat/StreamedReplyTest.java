package dev.helix.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.session.Answer;
import dev.helix.session.AnswerStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamedReplyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final StreamedReply reply = new StreamedReply();

  private void chunk(String json) {
    reply.add(json.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode json(Answer answer) throws IOException {
    return JSON.readTree(answer.message().wireJson());
  }

  @Test
  void deltasAddUp_withReasoning_modelAndFinishReason() throws IOException {
    chunk(
        "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}");
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"hm\"}}]}");
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}");
    chunk(
        "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}");
    chunk("{\"choices\":[],\"usage\":{\"total_tokens\":3}}");
    List<Answer> answers = reply.answers(AnswerStatus.FAILED);
    assertTrue(reply.isFinished());
    assertEquals(1, answers.size());
    assertEquals(
        JSON.readTree(
            "{\"role\":\"assistant\",\"content\":\"Hello\",\"reasoning_content\":\"hm\"}"),
        json(answers.get(0)));
    assertEquals("m", answers.get(0).model());
    assertEquals("stop", answers.get(0).finishReason());
    assertEquals(AnswerStatus.COMPLETED, answers.get(0).status());
  }

  @Test
  void toolCalls_inPieces_areWholeAndWithoutIndex() throws IOException {
    chunk(
        "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"c2\",\"type\":\"function\","
            + "\"function\":{\"name\":\"g\",\"arguments\":\"\"}},{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\"\"}}]}}]}");
    chunk(
        "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"\",\"function\":{\"arguments\":\":1}\"}}]},\"finish_reason\":\"tool_calls\"}]}");
    assertEquals(
        JSON.readTree(
            "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}},"
                + "{\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]}"),
        json(reply.answers(AnswerStatus.FAILED).get(0)));
  }

  @Test
  void severalChoices_eachWithItsOwnStatus_emptyOnesThatBrokeOffAreLeftOut() throws IOException {
    chunk(
        "{\"choices\":[{\"index\":2,\"delta\":{\"content\":\"\"}},{\"index\":1,\"delta\":{\"content\":\"b\"}},{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}");
    assertFalse(reply.isFinished());
    List<Answer> answers = reply.answers(AnswerStatus.CANCELLED);
    assertEquals(2, answers.size());
    assertEquals("a", answers.get(0).message().text());
    assertEquals(AnswerStatus.COMPLETED, answers.get(0).status());
    assertEquals("b", answers.get(1).message().text());
    assertEquals(AnswerStatus.CANCELLED, answers.get(1).status());
  }

  @Test
  void malformedData_isRemembered_andTheRestGoesOn() {
    chunk("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}");
    chunk("{\"choices\":[{\"delta\":{\"cont");
    chunk("12");
    chunk(
        "{\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n{\"choices\":[{\"delta\":{\"content\":\"c\"}}]}");
    assertTrue(reply.hasMalformed());
    assertEquals("abc", reply.answers(AnswerStatus.FAILED).get(0).message().text());
  }

  @Test
  void anErrorInTheStream_isSeen() {
    chunk("{\"error\":null,\"choices\":[]}");
    assertFalse(reply.hasError());
    chunk("{\"error\":{\"message\":\"no\"}}");
    assertTrue(reply.hasError());
    assertTrue(reply.answers(AnswerStatus.FAILED).isEmpty());
  }

  @Test
  void anAnswerOfManyPieces_takesTimeInProportion() {
    String piece = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"}}]}";
    for (int i = 0; i < 100_000; i++) {
      chunk(piece);
    }
    assertEquals(500_000, reply.answers(AnswerStatus.FAILED).get(0).message().text().length());
  }
}
