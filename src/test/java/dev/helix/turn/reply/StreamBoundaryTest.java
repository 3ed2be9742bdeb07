package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.ReplyHead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where something may be put into a stream, and what goes before it, wherever the stream stops. */
class StreamBoundaryTest {
  private static final String SIGN = ": waiting\n";

  private static final class Read implements BackendReply.Events {
    private final BackendReply reply =
        new BackendReply(new ReplyLimits(1 << 20, 1 << 20), true, 1, this);
    private final StringBuilder passed = new StringBuilder();

    Read() {
      reply.begin(new ReplyHead(200, Map.of("content-type", "text/event-stream")));
    }

    void take(byte[] bytes, int from, int to) {
      if (to > from) {
        reply.take(ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, to)));
      }
    }

    @Override
    public void pass(ByteBuffer bytes) {
      passed.append(StandardCharsets.ISO_8859_1.decode(bytes));
    }

    @Override
    public void chunk(byte[] bytes, int from, int length) {}
  }

  private static String chunk(String text) {
    return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}";
  }

  /** With upstream's comments, and events that are recognized by the one before. */
  static Stream<String> streams() {
    String events =
        ": hello\ndata: "
            + chunk("ä€😀")
            + "\n\n: processing\n: still\ndata: "
            + chunk("b€")
            + "\n\n: again\nevent: message\n: within\ndata: "
            + chunk("a")
            + "\n\ndata: {\"choices\":[],\ndata: \"x\":1}\n\n: last\n";
    return Stream.of("\n", "\r\n", "\r").map(end -> events.replace("\n", end));
  }

  private static byte[] bytes(String stream) {
    return stream.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> lines(String stream) {
    return new ArrayList<>(List.of(stream.split("\r\n|\n|\r", -1)));
  }

  private static String latin(byte[] bytes, int length) {
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @MethodSource("streams")
  void signsOfLife_goBetweenLinesOnly_andNeverBehindHalfALineEnd(String stream) {
    byte[] bytes = bytes(stream);
    for (int cut = 0; cut <= bytes.length; cut++) {
      for (String sign : List.of(SIGN, "data: {}\n\n")) {
        Read read = new Read();
        read.take(bytes, 0, cut);
        if (read.reply.atBoundary()) {
          read.passed.append(sign);
        }
        read.take(bytes, cut, bytes.length);
        read.reply.end();
        String passed = read.passed.toString();
        List<String> got = lines(passed);
        if (passed.contains(sign)) {
          int at = got.indexOf(lines(sign).get(0));
          got.subList(at, at + lines(sign).size() - 1).clear();
        }
        assertEquals(lines(latin(bytes, bytes.length)), got, "cut at " + cut);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("streams")
  void silenceBehindAnEvent_orBehindCommentsThere_isFilled(String stream) {
    byte[] bytes = bytes(stream);
    String end = stream.contains("\r\n") ? "\r\n" : stream.contains("\n") ? "\n" : "\r";
    String text = latin(bytes, bytes.length);
    for (String behind : List.of("}", ": processing", ": still", ": again", ": last")) {
      String whole = behind + end + (behind.equals("}") ? end : "");
      Read read = new Read();
      int cut = text.indexOf(whole) + whole.length();
      read.take(bytes, 0, cut);
      assertTrue(read.reply.atBoundary(), whole);
      assertEquals("", read.reply.missingEnd());
    }
    for (String behind : List.of("event: message", ": within")) {
      Read read = new Read();
      read.take(bytes, 0, text.indexOf(behind + end) + behind.length() + end.length());
      assertFalse(read.reply.atBoundary(), behind);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {": hello\n", ": hello\r\n", "\n", "\r\n"})
  void silenceBehindACommentAtTheBegin_isFilled(String begin) {
    Read read = new Read();
    read.take(bytes(begin), 0, begin.length());
    assertTrue(read.reply.atBoundary());
  }

  /** As clients do that take each blank line for the end of an event, which must have data. */
  @ParameterizedTest
  @MethodSource("streams")
  void whateverIsCutOff_whatFollowsIsAnEventOfItsOwn_withoutABlankLineTooMany(String stream) {
    byte[] bytes = bytes(stream);
    for (int cut = 0; cut <= bytes.length; cut++) {
      for (boolean ended : new boolean[] {true, false}) {
        Read read = new Read();
        read.take(bytes, 0, cut);
        if (ended) {
          read.reply.end();
        }
        String sent = read.passed + read.reply.missingEnd() + "data: [DONE]\n\n";
        String place = "cut at " + cut + ": " + sent.replace("\r", "<CR>").replace("\n", "<LF>");
        List<String> lines = lines(sent);
        assertEquals(
            List.of("data: [DONE]", "", ""), lines.subList(lines.size() - 3, lines.size()));
        boolean event = false;
        for (String line : lines.subList(0, lines.size() - 1)) {
          assertTrue(event || !line.isEmpty(), place);
          event = !line.isEmpty() && (event || !line.startsWith(":"));
        }
        assertTrue(
            lines.size() == 3
                || lines.get(lines.size() - 4).isEmpty()
                || lines.get(lines.size() - 4).startsWith(":"),
            place);
      }
    }
  }
}
