package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.backend.ReplyHead;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import dev.helix.turn.reply.BackendReply.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An answer that comes as a stream, from its bytes to its text, wherever they are cut. */
class BackendReplyTest {
  private static final String DONE = "data: [DONE]\n\n";

  private static String chunk(String rawText) {
    return "{\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
        + rawText
        + "\"},\"finish_reason\":null}]}";
  }

  private static String event(String rawText) {
    return "data: " + chunk(rawText) + "\n\n";
  }

  private static final class Read implements BackendReply.Events {
    private final BackendReply reply =
        new BackendReply(new ReplyLimits(1 << 20, 1 << 20), true, 1, this);
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private final List<String> chunks = new ArrayList<>();

    Read(byte[] stream, int... cuts) {
      reply.begin(new ReplyHead(200, Map.of("content-type", "text/event-stream")));
      int from = 0;
      for (int cut : cuts) {
        take(stream, from, cut);
        from = cut;
      }
      take(stream, from, stream.length);
      reply.end();
    }

    private void take(byte[] stream, int from, int to) {
      if (to > from) {
        reply.take(ByteBuffer.wrap(Arrays.copyOfRange(stream, from, to)));
      }
    }

    @Override
    public void chunk(byte[] bytes, int from, int length) {
      chunks.add(new String(bytes, from, length, StandardCharsets.UTF_8));
    }

    @Override
    public void pass(ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      passed.writeBytes(copy);
    }

    String passed() {
      return passed.toString(StandardCharsets.UTF_8);
    }

    String text() {
      return reply.answers(AnswerStatus.FAILED).get(0).message().text();
    }
  }

  /** The data of events that have one line each. */
  private static List<String> dataOf(String stream) {
    return stream
        .lines()
        .filter(line -> line.startsWith("data:"))
        .map(line -> line.substring(5).strip())
        .toList();
  }

  private static void assertWhereverCut(String stream, String text) {
    byte[] bytes = (stream + DONE).getBytes(StandardCharsets.UTF_8);
    for (int first = 0; first <= bytes.length; first++) {
      for (int second = first; second <= bytes.length; second++) {
        Read read = new Read(bytes, first, second);
        String place = "cut at " + first + " and " + second;
        assertEquals(text, read.text(), place);
        assertEquals(stream, read.passed(), place);
        assertEquals(dataOf(stream), read.chunks, place);
        assertTrue(read.reply.isWhole(), place);
      }
    }
  }

  @Test
  void eventsThatDifferInTheirTextOnly_whereverTheStreamIsCut_addUpAndPassUnchanged() {
    assertWhereverCut(
        event("one ") + event("two ") + event("") + event("drei ä€😀 ") + event("four"),
        "one two drei ä€😀 four");
  }

  @Test
  void eventsThatAreNearlyAlike_whereverTheStreamIsCut_areReadAsWhatTheyAre() {
    assertWhereverCut(
        event("a")
            + event("\\\"b\\\"")
            + ": a comment\n\n"
            + event("c")
            + "data:"
            + chunk("d")
            + "\r\n\r\n"
            + event("[DONE]")
            + event("e"),
        "a\"b\"c" + "d[DONE]e");
  }

  @Test
  void eventWithoutItsBlankLine_belongsTogetherWithTheNextOne() {
    String line = "data: " + chunk("b") + "\n";
    Read read = new Read((event("a") + line + event("c") + DONE).getBytes(StandardCharsets.UTF_8));
    assertEquals("abc", read.text());
  }

  @Test
  void dataInTwoLines_isNoPatternForWhatStandsInOne() {
    String twoLines =
        "data: {\"choices\":\ndata: [{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
    // The second line of this has no field's name that anybody knows.
    String oneLine = "data: {\"choices\":\n[{\"index\":0,\"delta\":{\"content\":\"b\"}}]}\n\n";
    Read read = new Read((twoLines + twoLines + oneLine + DONE).getBytes(StandardCharsets.UTF_8));
    assertEquals("aa", read.text());
  }

  private static BackendReply begun(ReplyLimits limits, String type, Read told) {
    BackendReply reply = new BackendReply(limits, type.equals("text/event-stream"), 1, told);
    reply.begin(ReplyHead.ok(type));
    return reply;
  }

  @Test
  void textBeyondTheLimit_passes_andTheAnswerIsFailedWithWhatCameBefore() {
    for (String extra : List.of("", ",\"x\":null")) { // With it a chunk is not as the one before.
      Read told = new Read(new byte[0]);
      BackendReply reply = begun(new ReplyLimits(1000, 1000), "text/event-stream", told);
      StringBuilder sent = new StringBuilder();
      for (int i = 0; i < 8; i++) {
        String event =
            event("abc".repeat(100)).replace(",\"finish", (i % 2 == 0 ? extra : "") + ",\"finish");
        sent.append(event);
        assertEquals(
            Progress.MORE, reply.take(ByteBuffer.wrap(event.getBytes(StandardCharsets.UTF_8))));
      }
      String end = event("d").replace("null", "\"stop\"");
      reply.take(ByteBuffer.wrap((end + DONE).getBytes(StandardCharsets.UTF_8)));
      assertEquals(sent + end, told.passed());
      assertTrue(reply.isWhole());
      Answer answer = reply.answers(AnswerStatus.COMPLETED).get(0);
      assertEquals("abc".repeat(400), answer.message().text());
      assertEquals("stop", answer.finishReason());
      assertEquals(AnswerStatus.FAILED, answer.status());
    }
  }

  @Test
  void lineBeyondTheLimit_passes_andNothingOfItIsKept() {
    Read told = new Read(new byte[0]);
    BackendReply reply = begun(new ReplyLimits(1000, 100), "text/event-stream", told);
    String stream = event("a") + event("x".repeat(5000)) + event("b");
    byte[] bytes = (stream + DONE).getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < bytes.length; from += 300) {
      reply.take(
          ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 300))));
    }
    assertEquals(stream, told.passed());
    Answer answer = reply.answers(AnswerStatus.COMPLETED).get(0);
    assertEquals("ab", answer.message().text());
    assertEquals(AnswerStatus.FAILED, answer.status());
  }

  @Test
  void bodyBeyondTheLimit_passes_butForItsEnd() {
    Read told = new Read(new byte[0]);
    BackendReply reply = begun(new ReplyLimits(1000, 100), "application/json", told);
    byte[] body =
        ("{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"a\",\"image\":\"data:image/png;base64,"
                + "A".repeat(4000)
                + "\"}}]}")
            .getBytes(StandardCharsets.UTF_8);
    boolean passes = false;
    for (int from = 0; from < body.length; from += 300) {
      byte[] piece = Arrays.copyOfRange(body, from, Math.min(body.length, from + 300));
      if (reply.take(ByteBuffer.wrap(piece)) == Progress.TOO_LONG) {
        assertEquals(1200, from + piece.length);
        reply.passOn();
        passes = true;
      }
    }
    reply.end();
    assertTrue(passes);
    byte[] last = new byte[reply.last().remaining()];
    reply.last().duplicate().get(last);
    String all = told.passed() + new String(last, StandardCharsets.UTF_8);
    assertEquals(new String(body, StandardCharsets.UTF_8), all);
    Answer answer = reply.answers(reply.read(reply.body())).get(0);
    assertEquals("a", answer.message().text());
    String kept = new String(answer.message().wireJson(), StandardCharsets.UTF_8);
    assertTrue(kept.contains("\"data:image/png;length=3000;sha256="), kept);
  }

  @ParameterizedTest
  @CsvSource({"300, 1000", "300, 30000", "1, 10", "7, 200000"})
  void bodyBeyondTheLimit_withBlanksBehindIt_doesNotPassItsLastWord(int pieces, int blanks) {
    Read told = new Read(new byte[0]);
    BackendReply reply = begun(new ReplyLimits(1000, 100), "application/json", told);
    String json =
        "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"}"
            + " ".repeat(90_000)
            + "\\\"} "
            + "x".repeat(2000)
            + "\"}}]}";
    byte[] body = (json + " \n".repeat(blanks / 2)).getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < body.length; from += pieces) {
      byte[] piece = Arrays.copyOfRange(body, from, Math.min(body.length, from + pieces));
      if (reply.take(ByteBuffer.wrap(piece)) == Progress.TOO_LONG) {
        reply.passOn();
      }
    }
    assertTrue(told.passed().length() < json.length(), "it is whole before it is recorded");
    reply.end();
    byte[] last = new byte[reply.last().remaining()];
    assertTrue(last.length <= 70_000, "held: " + last.length);
    reply.last().get(last);
    String all = told.passed() + new String(last, StandardCharsets.UTF_8);
    assertEquals(json, all.stripTrailing());
    assertEquals(Math.min(blanks, 64 * 1024), all.length() - json.length());
  }

  @Test
  void textThatIsNoText_isReplaced() {
    byte[] stream =
        (event("a") + event("a") + event("b?") + event("c") + DONE)
            .getBytes(StandardCharsets.UTF_8);
    stream[new String(stream, StandardCharsets.UTF_8).indexOf('?')] = (byte) 0x80;
    Read read = new Read(stream);
    assertEquals("aab\uFFFDc", read.text());
  }

  @Test
  void loneSurrogates_areReadBackAsTheyWere_whereverTheyStand() throws IOException {
    String lone = "\ude00a\ud83d";
    String escaped = "\\uDE00a\\ud83d";
    String message = "{\"role\":\"assistant\",\"content\":\"" + escaped + "\"}";
    String body = "{\"choices\":[{\"message\":" + message + ",\"x\":\"" + escaped + "\"}]}";
    BackendReply reply =
        begun(new ReplyLimits(1 << 20, 1 << 20), "application/json", new Read(new byte[0]));
    reply.take(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
    WholeReply whole = reply.read(reply.body());
    Answer answer = reply.answers(whole).get(0);
    assertEquals(lone, answer.message().text());
    Message again = Message.parse(answer.message().wireJson());
    assertEquals(lone, again.text());
    JsonNode chunk =
        new ObjectMapper().readTree(new String(whole.asChunk(), StandardCharsets.UTF_8));
    assertEquals(lone, chunk.at("/choices/0/delta/content").asText());
    assertEquals(lone, chunk.at("/choices/0/x").asText());
    Read stream = new Read((event(escaped) + event("b") + DONE).getBytes(StandardCharsets.UTF_8));
    assertEquals(lone + "b", stream.text());
  }

  @Test
  void choiceBeyondTheLimit_isNotKept_andEndsNothing() {
    Read told = new Read(new byte[0]);
    BackendReply reply = begun(new ReplyLimits(1000, 1000), "text/event-stream", told);
    String stream =
        event("x".repeat(900))
            + event("y".repeat(200)).replace("null", "\"stop\"")
            + event("z").replace("\"index\":0", "\"index\":1");
    reply.take(ByteBuffer.wrap(stream.getBytes(StandardCharsets.UTF_8)));
    assertEquals(stream, told.passed());
    assertFalse(reply.isOver());
    List<Answer> answers = reply.answers(AnswerStatus.COMPLETED);
    assertEquals(1, answers.size());
    assertEquals(AnswerStatus.FAILED, answers.get(0).status());
  }

  @Test
  void logprobsOfALongAnswer_countWhatTheirJsonIs() {
    String logprobs =
        ",\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-0.1,\"bytes\":[97],\"top_logprobs\":["
            + "{\"token\":\"a\",\"logprob\":-0.1,\"bytes\":[97]}]}]}";
    BackendReply reply =
        begun(new ReplyLimits(1 << 20, 1 << 20), "application/json", new Read(new byte[0]));
    byte[] event =
        event("a").replace(",\"finish", logprobs + ",\"finish").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 4_000; i++) {
      assertEquals(Progress.MORE, reply.take(ByteBuffer.wrap(event)));
    }
  }
}
