package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.message.AnswerStatus;
import dev.helix.scripted.Table;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StreamedReplyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final StreamedReply reply = new StreamedReply(Long.MAX_VALUE, 1);

  private void chunk(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    reply.add(bytes, bytes.length);
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
    List<Answer> answers = reply.answers(AnswerStatus.COMPLETED);
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
  void toolCalls_inPieces_areWhole_inTheOrderOfTheirIndexes() throws IOException {
    chunk(
        "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"c2\",\"type\":\"function\","
            + "\"function\":{\"name\":\"g\",\"arguments\":\"\"}},{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\"\"}}]}}]}");
    chunk(
        "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"\",\"function\":{\"arguments\":\":1}\"}}]},\"finish_reason\":\"tool_calls\"}]}");
    assertEquals(
        JSON.readTree(
            "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}},"
                + "{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]}"),
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
  void malformedData_makesTheAnswerFailed_andTheRestGoesOn() {
    chunk("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}");
    chunk("{\"choices\":[{\"delta\":{\"cont");
    chunk("12");
    chunk(
        "{\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n{\"choices\":[{\"delta\":{\"content\":\"c\"}}]}");
    chunk("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
    Answer answer = reply.answers(AnswerStatus.COMPLETED).get(0);
    assertEquals("abc", answer.message().text());
    assertEquals(AnswerStatus.FAILED, answer.status());
    assertEquals(AnswerStatus.CANCELLED, reply.answers(AnswerStatus.CANCELLED).get(0).status());
  }

  @Test
  void anAnswerIsOver_whenEachChoiceHasItsFinish_unlessItWentOnBehindOne() {
    String finished =
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";
    assertFalse(reply.isOver());
    chunk("{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}");
    chunk(finished);
    assertFalse(reply.isOver());
    chunk("{\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    assertTrue(reply.isOver());
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}");
    chunk("{\"choices\":[],\"usage\":{\"total_tokens\":3}}");
    assertTrue(reply.isOver());
    // Some name a finish in every chunk.
    chunk(finished);
    assertFalse(reply.isOver());
    assertTrue(reply.isFinished());
  }

  @Test
  void anAnswerThatIsTheCallersError_isCompleteInNoneOfItsChoices() {
    chunk(
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"},{\"index\":1,\"delta\":{\"content\":\"b\"}}]}");
    for (Answer answer : reply.answers(AnswerStatus.FAILED)) {
      assertEquals(AnswerStatus.FAILED, answer.status());
    }
  }

  static Stream<Arguments> aFinish_behindWhichAnAnswerMayGoOn() {
    return Table.of(
        "{\"content\":\"a\"} → stop → true",
        "{\"content\":\"a\"} → length → true",
        "{\"role\":\"assistant\",\"content\":\"\"} → stop → false",
        "{} → stop → false",
        "{\"tool_calls\":[{\"index\":0,\"id\":\"c\"}]} → stop → true",
        "{\"tool_calls\":[{\"index\":0,\"id\":\"c\"}]} → tool_calls → false",
        "{\"function_call\":{\"name\":\"f\"}} → function_call → false");
  }

  @ParameterizedTest
  @MethodSource
  void aFinish_behindWhichAnAnswerMayGoOn(String delta, String finish, boolean over) {
    chunk(
        "{\"choices\":[{\"index\":0,\"delta\":"
            + delta
            + ",\"finish_reason\":\""
            + finish
            + "\"}]}");
    assertTrue(reply.isFinished());
    assertEquals(over, reply.isOver());
  }

  @Test
  void aCallWhoseDeltasHaveAnIdEach_isOne() throws IOException {
    for (String delta :
        List.of(
            "\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}",
            "\"id\":\"c2\",\"function\":{\"arguments\":\"}\"}",
            "\"id\":\"c3\",\"function\":{\"name\":\"g\",\"arguments\":\"[]\"}")) {
      chunk(
          "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0," + delta + "}]}}]}");
    }
    assertEquals(
        JSON.readTree(
            "[{\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},"
                + "{\"id\":\"c3\",\"function\":{\"name\":\"g\",\"arguments\":\"[]\"}}]"),
        json(reply.answers(AnswerStatus.COMPLETED).get(0)).path("tool_calls"));
  }

  static Stream<Arguments> anErrorBesideChoices_isOne_unlessItSaysNothing() {
    return Table.of(
        "{\"code\":502} → true",
        "{\"type\":\"overloaded_error\"} → true",
        "{\"message\":\"\",\"code\":\"x\"} → true",
        "true → true",
        "502 → true",
        "\"no\" → true",
        "null → false",
        "{} → false",
        "\"\" → false",
        "false → false",
        "0 → false",
        "[] → false",
        "{\"message\":\"\",\"code\":null,\"data\":{}} → false");
  }

  @ParameterizedTest
  @MethodSource
  void anErrorBesideChoices_isOne_unlessItSaysNothing(String error, boolean expected) {
    String choice = "\"index\":0,\"delta\":{\"content\":\"a\"}";
    chunk("{\"choices\":[{" + choice + "}],\"error\":" + error + "}");
    assertEquals(expected, reply.hasError());
    StreamedReply within = new StreamedReply(Long.MAX_VALUE, 1);
    byte[] bytes =
        ("{\"choices\":[{" + choice + ",\"error\":" + error + "}]}")
            .getBytes(StandardCharsets.UTF_8);
    within.add(bytes, bytes.length);
    assertEquals(expected, within.hasError());
    assertFalse(within.hasPlainError());
  }

  @Test
  void aFinishThatIsAnError_isOne_andAFlagHasTheWordsBesideIt() {
    chunk("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\"}]}");
    assertTrue(reply.hasError());
    chunk("{\"choices\":[{\"delta\":{}}],\"error\":true,\"message\":\"overloaded\"}");
    assertTrue(reply.error().message().endsWith("overloaded"));
  }

  @Test
  void aFinishInEveryChunk_isNone_alsoWhereChunksAreRecognized() {
    String chunk =
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";
    chunk(chunk);
    assertTrue(reply.isOver());
    chunk(chunk);
    assertFalse(reply.isOver());
    assertEquals("aa", reply.answers(AnswerStatus.FAILED).get(0).message().text());
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
  void whatNoUpstreamShouldSend_isKeptAsFarAsItGoes() throws IOException {
    chunk("{\"choices\":[{\"delta\":{\"role\":null,\"content\":\"a\",\"tool_calls\":[\"x\"]}}]}");
    chunk("{\"choices\":[{\"delta\":{\"role\":7}},3,null]}");
    Answer answer = reply.answers(AnswerStatus.FAILED).get(0);
    assertEquals("assistant", answer.message().role());
    assertEquals("a", answer.message().text());
    assertEquals("x", json(answer).at("/tool_calls/0").asText());
  }

  @Test
  void anAnswerOfManyPieces_takesTimeInProportion() {
    String piece = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"}}]}";
    for (int i = 0; i < 100_000; i++) {
      chunk(piece);
    }
    assertEquals(500_000, reply.answers(AnswerStatus.FAILED).get(0).message().text().length());
  }

  /** Pieces of text as they may come: each is a chunk that is as the others but for its text. */
  private static final List<String> PIECES =
      List.of(
          "a",
          "",
          "Gr\u00fc\u00dfe",
          "\u65e5\u672c",
          "\ud83d\ude00",
          " ",
          "\"",
          "\\",
          "\n",
          "\u0001",
          "\ufffd",
          "}]}",
          "content");

  @Test
  void chunksThatDifferInTheirTextOnly_addUpToAllOfIt() throws IOException {
    Random random = new Random(7);
    StringBuilder expected = new StringBuilder();
    StringBuilder thought = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      String text =
          PIECES.get(random.nextInt(PIECES.size())) + PIECES.get(random.nextInt(PIECES.size()));
      boolean thinks = random.nextInt(20) == 0;
      (thinks ? thought : expected).append(text);
      chunk(
          "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\""
              + (thinks ? "reasoning_content" : "content")
              + "\":"
              + JSON.writeValueAsString(text)
              + "},\"finish_reason\":null}]}");
    }
    Answer answer = reply.answers(AnswerStatus.FAILED).get(0);
    assertEquals(expected.toString(), json(answer).path("content").asText());
    assertEquals(thought.toString(), json(answer).path("reasoning_content").asText());
    assertEquals("m", answer.model());
    assertEquals(AnswerStatus.FAILED, answer.status());
  }

  @Test
  void whatDiffersInMoreThanTheText_isReadAsWhatItIs() throws IOException {
    chunk("{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}");
    chunk("{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}]}");
    chunk("{\"model\":\"n\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"c\"}}]}");
    chunk(
        "{\"model\":\"n\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"d\",\"refusal\":\"r\"}}]}");
    chunk(
        "{\"model\":\"n\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"e\",\"refusal\":\"s\"}}]}");
    chunk(
        "{\"model\":\"n\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"f\"}},{\"index\":1,\"delta\":{\"content\":\"g\"}}]}");
    chunk(
        "{\"model\":\"n\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"f\"}},{\"index\":1,\"delta\":{\"content\":\"h\"}}]}");
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"i\"},\"content\":\"x\"}]}");
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"i\"},\"content\":\"y\"}]}");
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"j\"}}]}{\"choices\":[]}");
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"k\"}}]}{\"choices\":[]}");
    List<Answer> answers = reply.answers(AnswerStatus.FAILED);
    assertEquals("abffiijk", json(answers.get(0)).path("content").asText());
    assertEquals("cdegh", json(answers.get(1)).path("content").asText());
    assertEquals("rs", json(answers.get(1)).path("refusal").asText());
    assertEquals("n", answers.get(0).model());
  }

  @Test
  void aChunkLikeOneFromBeforeTheLast_saysAllThatItSays() {
    // More kinds of chunks than are learned.
    for (int i = 0; i < 40; i++) {
      for (String model : List.of("m" + i, "m0")) {
        chunk(
            "{\"model\":\""
                + model
                + "\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}");
        assertEquals(model, reply.answers(AnswerStatus.FAILED).get(0).model());
      }
    }
  }

  @Test
  void aChunkLikeTheLast_whoseTextIsNoText_isReadAsClientsReadIt() throws IOException {
    String before = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
    chunk(before + "a\"}}]}");
    Map<Integer, String> read = Map.of(0xFF, "a\uFFFD", 0x09, "a\t", 0xC3, "a\uFFFD");
    for (int bad : read.keySet()) {
      byte[] bytes = (before + "?\"}}]}").getBytes(StandardCharsets.UTF_8);
      bytes[before.length()] = (byte) bad;
      StreamedReply other = new StreamedReply(Long.MAX_VALUE, 1);
      byte[] good = (before + "a\"}}]}").getBytes(StandardCharsets.UTF_8);
      other.add(good, good.length);
      other.add(bytes, bytes.length);
      assertEquals(
          read.get(bad), other.answers(AnswerStatus.FAILED).get(0).message().text(), "" + bad);
    }
  }

  @Test
  void anErrorBehindChunksOfOneKind_isSeen() {
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}],\"error\":null}");
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}],\"error\":null}");
    assertFalse(reply.hasError());
    chunk("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}],\"error\":\"no\"}");
    assertTrue(reply.hasError());
  }

  @Test
  void choicesThatWereAskedFor_areWaitedFor() {
    StreamedReply two = new StreamedReply(Long.MAX_VALUE, 2);
    for (int index = 0; index < 2; index++) {
      assertFalse(two.isOver());
      byte[] data =
          ("{\"choices\":[{\"index\":"
                  + index
                  + ",\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}")
              .getBytes(StandardCharsets.UTF_8);
      two.add(data, data.length);
      // Some upstreams give one, whatever was asked for.
      assertTrue(two.isFinished());
    }
    assertTrue(two.isOver());
  }
}
