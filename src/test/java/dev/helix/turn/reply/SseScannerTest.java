package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseScannerTest {
  private static final class Collected implements BackendReply.Events {
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private final List<String> events = new ArrayList<>();

    @Override
    public void pass(ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      passed.writeBytes(copy);
    }

    @Override
    public void chunk(byte[] bytes, int from, int length) {
      events.add(new String(bytes, from, length, StandardCharsets.UTF_8));
    }

    String passed() {
      return passed.toString(StandardCharsets.UTF_8);
    }
  }

  private static final ReplyLimits LIMITS = new ReplyLimits(1 << 20, 1 << 20);

  /** One for all, as it logs once that this is no chunk. */
  private final StreamedReply streamed = new StreamedReply(Long.MAX_VALUE, 1);

  private static void feed(SseScanner scanner, byte[] bytes, int from, int to) {
    if (to > from) {
      scanner.feed(ByteBuffer.wrap(bytes, from, to - from));
    }
  }

  private static final String STREAM =
      ": hello\n\nevent: message\ndata: {\"a\":\"ä€😀\"}\n\ndata:{\"b\":2}\r\n\r\nid: 7\rdata: x\rdata:  y\r\r"
          + "data: [DONEX]\n\ndata: dat\n\n";

  @ParameterizedTest
  @ValueSource(
      strings = {"data: [DONE]\n\n", "data:[DONE]\r\n\r\n", "data: [DONE]  \n", "data:\t[DONE]\r"})
  void whereverTheStreamIsCut_bytesPassUnchanged_andDoneIsWithheld(String done) {
    byte[] bytes = (STREAM + done + "data: after\n\n").getBytes(StandardCharsets.UTF_8);
    for (int first = 0; first <= bytes.length; first++) {
      for (int second = first; second <= bytes.length; second++) {
        Collected sink = new Collected();
        SseScanner scanner = new SseScanner(sink, streamed, LIMITS);
        feed(scanner, bytes, 0, first);
        feed(scanner, bytes, first, second);
        feed(scanner, bytes, second, bytes.length);
        String place = "cut at " + first + " and " + second;
        assertEquals(STREAM, sink.passed(), place);
        assertEquals(
            List.of("{\"a\":\"ä€😀\"}", "{\"b\":2}", "x\n y", "[DONEX]", "dat"),
            sink.events,
            place);
        assertTrue(scanner.done(), place);
        assertTrue(
            new String(scanner.doneEvent(), StandardCharsets.UTF_8).contains("[DONE]"), place);
      }
    }
  }

  @Test
  void aByteAtATime_nothingIsHeldBackThatCanBeNeitherDoneNorAnError() {
    Collected sink = new Collected();
    SseScanner scanner = new SseScanner(sink, streamed, LIMITS);
    byte[] bytes = "data: {\"x\":1".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      feed(scanner, bytes, i, i + 1);
      int expected = i + 1 <= 8 ? 0 : i + 1;
      assertEquals(expected, sink.passed().length());
    }
  }

  @Test
  void boundaryIsOnlyWhereAnEventIsComplete() {
    Collected sink = new Collected();
    SseScanner scanner = new SseScanner(sink, streamed, LIMITS);
    assertTrue(scanner.atBoundary());
    for (String piece : List.of("data: a", "\n", "data: b\n")) {
      byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
      feed(scanner, bytes, 0, bytes.length);
      assertFalse(scanner.atBoundary(), piece);
    }
    feed(scanner, new byte[] {'\n'}, 0, 1);
    assertTrue(scanner.atBoundary());
  }

  @Test
  void endOfTheStream_eventWithoutItsBlankLineCounts_alsoDone() {
    Collected sink = new Collected();
    SseScanner scanner = new SseScanner(sink, streamed, LIMITS);
    byte[] bytes = "data: a".getBytes(StandardCharsets.UTF_8);
    feed(scanner, bytes, 0, bytes.length);
    scanner.end();
    assertEquals(List.of("a"), sink.events);
    assertEquals("data: a", sink.passed());
    assertFalse(scanner.atBoundary());

    Collected secondSink = new Collected();
    SseScanner second = new SseScanner(secondSink, streamed, LIMITS);
    byte[] done = "data: b\n\ndata: [DONE]".getBytes(StandardCharsets.UTF_8);
    feed(second, done, 0, done.length);
    assertFalse(second.done());
    second.end();
    assertTrue(second.done());
    assertEquals("data: b\n\n", secondSink.passed());
  }

  @Test
  void doneRightBehindAnEventWithoutBlankLine_theEventIsKept() {
    Collected sink = new Collected();
    SseScanner scanner = new SseScanner(sink, streamed, LIMITS);
    byte[] bytes =
        "data: {\"a\":1}\ndata: {\"b\":1}\ndata: [DONE]\n".getBytes(StandardCharsets.UTF_8);
    feed(scanner, bytes, 0, bytes.length);
    assertTrue(scanner.done());
    assertEquals(List.of("{\"a\":1}\n{\"b\":1}"), sink.events);
  }
}
