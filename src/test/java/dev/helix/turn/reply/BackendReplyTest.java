package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.ReplyHead;
import dev.helix.message.AnswerStatus;
import dev.helix.turn.reply.BackendReply.Progress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
    private final BackendReply reply = new BackendReply(1 << 20, true, this);
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

  @Test
  void lengthIsThatOfTheData_howeverItWasRead() {
    BackendReply reply = new BackendReply(3L * chunk("abc").length(), true, new Read(new byte[0]));
    reply.begin(new ReplyHead(200, Map.of("content-type", "text/event-stream")));
    byte[] event = event("abc").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 3; i++) {
      assertEquals(Progress.MORE, reply.take(ByteBuffer.wrap(event)));
    }
    assertEquals(Progress.TOO_LONG, reply.take(ByteBuffer.wrap(event)));
  }

  @Test
  void textThatIsNoText_isNotTakenForIt() {
    byte[] stream =
        (event("a") + event("a") + event("b?") + event("c") + DONE)
            .getBytes(StandardCharsets.UTF_8);
    stream[new String(stream, StandardCharsets.UTF_8).indexOf('?')] = (byte) 0x80;
    Read read = new Read(stream);
    assertEquals("aac", read.text());
  }
}
