package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.ReplyHead;
import dev.helix.message.AnswerStatus;
import dev.helix.scripted.Table;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of a stream that are errors, and those that only look like one, wherever they are cut. */
class ErrorEventTest {
  private static final String BEFORE =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"So far\"}}]}\n\n";

  private static final class Read implements BackendReply.Events {
    private final BackendReply reply =
        new BackendReply(new ReplyLimits(1 << 20, 1 << 20), true, 1, this);
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

    Read(byte[] stream, int... cuts) {
      reply.begin(ReplyHead.ok("text/event-stream"));
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
    public void chunk(byte[] bytes, int from, int length) {}

    @Override
    public void pass(ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      passed.writeBytes(copy);
    }
  }

  static Stream<Arguments> errorEvent_isWithheld_whereverItIsCut() {
    return Table.of(
        "data: {\"error\":{\"message\":\"no memory\",\"code\":\"oom\"}}\n\n → no memory",
        "data:{ \"error\" : {\"message\":\"blanks\"}}\r\n\r\n → blanks",
        "data: {\"error\":\"as text\"}\n\n → The upstream answered with an error: as text",
        "data: {\"object\":\"error\",\"message\":\"flat\",\"code\":400}\n\n → flat",
        "data: {\"type\":\"error\",\"error\":{\"message\":\"Anthropic's\"}}\n\n → Anthropic's",
        "event: error\ndata: {\"message\":\"named\"}\n\n → The upstream answered with an error: named",
        "event:error\r\ndata:just text\r\n\r\n → The upstream answered with an error: just text",
        "event: error\n\n → The upstream answered with an error that says nothing.",
        "error: {\"message\":\"a field\"}\n\n → The upstream answered with an error: a field",
        "error: text\n\n → The upstream answered with an error: text",
        "data: {\"error\":{\"message\":\"no blank line\"}} → no blank line",
        "data: {\"error\":{\"message\":\"beside\"},\"choices\":[{\"index\":0,\"finish_reason\":\"error\"}]}\n\n → beside");
  }

  @ParameterizedTest
  @MethodSource
  void errorEvent_isWithheld_whereverItIsCut(String event, String message) {
    byte[] stream = (BEFORE + event).getBytes(StandardCharsets.UTF_8);
    for (int first = BEFORE.length() - 2; first <= stream.length; first++) {
      for (int second = first; second <= Math.min(first + 3, stream.length); second++) {
        Read read = new Read(stream, first, second);
        String place = "cut at " + first + " and " + second;
        ReplyError error = read.reply.error();
        assertNotNull(error, place);
        assertEquals(message, error.message(), place);
        assertEquals(BEFORE, read.passed.toString(StandardCharsets.UTF_8), place);
        assertTrue(read.reply.atBoundary(), place);
        assertTrue(!read.reply.hasToldError() && !read.reply.isWhole(), place);
        assertEquals("So far", read.reply.answers(AnswerStatus.FAILED).get(0).message().text());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {\"error\":null,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"!\"}}]}\n\n",
        "data: {\"error\":{\"message\":\"\"},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"!\"}}]}\r\n\r\n",
        "data: {\"type\":\"error_free\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"!\"}}]}\n\n",
        "event: errors\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"!\"}}]}\n\n",
        "event: err\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"!\"}}]}\n\n",
        "erro: x\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"!\"}}]}\n\n"
      })
  void eventThatIsNoError_passesAsItCame_whereverItIsCut(String event) {
    String all = BEFORE + event;
    byte[] stream = (all + "data: [DONE]\n\n").getBytes(StandardCharsets.UTF_8);
    for (int first = BEFORE.length() - 2; first <= stream.length; first++) {
      for (int second = first; second <= Math.min(first + 3, stream.length); second++) {
        Read read = new Read(stream, first, second);
        String place = "cut at " + first + " and " + second;
        assertNull(read.reply.error(), place);
        assertEquals(all, read.passed.toString(StandardCharsets.UTF_8), place);
        assertEquals("So far!", read.reply.answers(AnswerStatus.FAILED).get(0).message().text());
        assertTrue(read.reply.isWhole(), place);
      }
    }
  }

  static Stream<Arguments> errorBehindOtherFields_passes_andIsToldOnceMoreOnlyWhereNobodyReadsIt() {
    return Table.of(
        "{\"id\":\"c\",\"error\":{\"message\":\"late\"},\"choices\":[]} → true",
        "{\"id\":\"c\",\"error\":\"late\",\"choices\":[]} → false");
  }

  @ParameterizedTest
  @MethodSource
  void errorBehindOtherFields_passes_andIsToldOnceMoreOnlyWhereNobodyReadsIt(
      String chunk, boolean told) {
    byte[] stream = (BEFORE + "data: " + chunk + "\n\n").getBytes(StandardCharsets.UTF_8);
    Read read = new Read(stream);
    assertTrue(read.reply.error().message().endsWith("late"));
    assertEquals(told, read.reply.hasToldError());
  }

  @Test
  @Timeout(20)
  void blanksWithoutEndInWhatMayBeAnError_areNotReadAgainWithEachPiece() {
    Read read = new Read(BEFORE.getBytes(StandardCharsets.UTF_8));
    byte[] begin = "data: {".getBytes(StandardCharsets.UTF_8);
    read.take(begin, 0, begin.length);
    for (int i = 0; i < 200_000; i++) {
      read.reply.take(ByteBuffer.wrap(new byte[] {' '}));
    }
    byte[] end = "\"error\":{\"message\":\"no\"}}\n\n".getBytes(StandardCharsets.UTF_8);
    read.take(end, 0, end.length);
    assertEquals("no", read.reply.error().message());
  }
}
