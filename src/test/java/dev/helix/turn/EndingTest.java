package dev.helix.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.ReplyHead;
import dev.helix.backend.upstream.UpstreamBackend;
import dev.helix.backend.upstream.UpstreamSettings;
import dev.helix.scripted.LoggedLines;
import dev.helix.scripted.Table;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.ReplyLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told and recorded of a reply at its end. */
class EndingTest {
  private static final String KEY = "sk-geheim-0123456789";
  private static final ReplyLimits LIMITS = new ReplyLimits(2000, 1000);

  private static final String A = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}";
  private static final String STOP =
      "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";
  private static final String OF_TWO =
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"},"
          + "{\"index\":1,\"delta\":{\"content\":\"b\"}}]}";
  private static final String WHOLE =
      "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";

  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
  private final UpstreamBackend backend =
      new UpstreamBackend(
          new UpstreamSettings(
              URI.create("http://127.0.0.1:9/v1"),
              KEY,
              Duration.ofSeconds(1),
              Duration.ofSeconds(1),
              1),
          timers);
  private final BackendFailures failures = new BackendFailures(backend);

  @AfterEach
  void stop() {
    backend.close();
    timers.shutdownNow();
  }

  private static final class Nobody implements BackendReply.Events {
    @Override
    public void pass(ByteBuffer bytes) {}

    @Override
    public void chunk(byte[] bytes, int from, int length) {}
  }

  /** A reply with this text, in which a bar is a blank line: a stream where it has events. */
  private static BackendReply reply(boolean streamAsked, String text) {
    BackendReply reply = new BackendReply(LIMITS, streamAsked, 1, new Nobody());
    boolean events = text.startsWith("data:");
    reply.begin(ReplyHead.ok(events ? "text/event-stream" : "application/json"));
    byte[] bytes = text.replace("|", "\n\n").getBytes(StandardCharsets.UTF_8);
    reply.take(ByteBuffer.wrap(bytes));
    reply.end();
    return reply;
  }

  private static String shown(Ending ending) {
    StringBuilder shown = new StringBuilder(ending.lastWords().isError() ? "error" : "good");
    ending.answers().get().forEach(each -> shown.append(' ').append(each.status().wireName()));
    return shown.toString();
  }

  static Stream<Arguments> reply_isToldAndRecordedAlike() {
    return Table.of(
        WHOLE + " → good completed",
        // One object is a completion, and nothing may stand behind it.
        A + " → good completed",
        A + "\n" + STOP + " → error",
        A + "\n" + A + "\n" + STOP + "\n → error",
        WHOLE + WHOLE + " → error",
        WHOLE + " x → error",
        WHOLE + "\n \n → good completed",
        WHOLE.replace("]}", "],\"error\":{\"code\":502}}") + " → error failed",
        WHOLE.replace("]}", "],\"error\":{}}") + " → good completed",
        WHOLE.replace("\"stop\"", "\"error\"") + " → error failed",
        WHOLE.replace("\"stop\"", "\"stop\",\"error\":{\"message\":\"no\"}") + " → error failed",
        "data: " + A + "|data: " + STOP + "| → good completed",
        "data: " + A + "|data: " + STOP.replace("stop", "error") + "| → error failed",
        "data: " + A + "| → error failed",
        "data: " + OF_TWO + "| → error failed failed",
        "data: " + OF_TWO + "|data: [DONE]| → good completed completed");
  }

  @ParameterizedTest
  @MethodSource
  void reply_isToldAndRecordedAlike(String text, String expected) {
    assertEquals(expected, shown(Ending.of(reply(true, text), failures)));
    assertEquals(expected, shown(Ending.of(reply(false, text), failures)));
  }

  static Stream<Arguments> replyThatIsEndedByUs_isWhole_orFailedInAllItsChoices() {
    return Table.of(
        "data: " + A + "| → error failed",
        "data: " + A + "|data: " + STOP + "| → good completed",
        "data: " + OF_TWO + "| → error failed failed",
        "data: " + OF_TWO + "|data: {\"error\":{\"message\":\"no\"}}| → error failed failed");
  }

  @ParameterizedTest
  @MethodSource
  void replyThatIsEndedByUs_isWhole_orFailedInAllItsChoices(String text, String expected) {
    assertEquals(
        expected, shown(Ending.orFailed(reply(true, text), ErrorMapping.silent(), failures)));
  }

  @Test
  void secrets_areInNoPagesHeadline_andNoCauseInTheLog() {
    Ending ending = Ending.of(reply(false, "<html><h1>key " + KEY + "</h1></html>"), failures);
    assertTrue(ending.failure().endsWith("key ***"), ending.failure());
    try (LoggedLines log = LoggedLines.of(BackendFailures.class.getName())) {
      failures.log(new BackendFlow(), "it failed", new IOException("x".repeat(280) + KEY));
      String line = log.await("it failed");
      assertFalse(line.contains("geheim") || line.contains("sk-"), line);
    }
  }

  @Test
  void streamThatIsPutTogether_andLongerThanIsKept_isAnError() {
    String half = "data: " + A.replace("\"a\"", "\"" + "a".repeat(1200) + "\"") + "|";
    String text = half + half + "data: " + STOP;
    for (String end : new String[] {"|", "|data: [DONE]|"}) {
      BackendReply reply = reply(false, text + end);
      assertEquals("error failed", shown(Ending.of(reply, failures)));
      assertEquals("error failed", shown(Ending.orFailed(reply, ErrorMapping.silent(), failures)));
    }
  }

  @Test
  void bodyWithMoreChoicesThanAreRead_passesAsItIs_andCannotBeMadeAStreamOf() {
    String choice = "{\"message\":{\"role\":\"assistant\",\"content\":\"a\"}}";
    String body = "{\"choices\":[" + choice + ("," + choice).repeat(1024) + "]}";
    for (boolean streamAsked : new boolean[] {false, true}) {
      BackendReply reply =
          new BackendReply(new ReplyLimits(1 << 20, 1000), streamAsked, 1, new Nobody());
      reply.begin(ReplyHead.ok("application/json"));
      reply.take(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
      reply.end();
      String recorded = streamAsked ? "" : " failed".repeat(1024);
      assertEquals((streamAsked ? "error" : "good") + recorded, shown(Ending.of(reply, failures)));
    }
  }
}
