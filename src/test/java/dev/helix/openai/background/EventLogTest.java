package dev.helix.openai.background;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.openai.background.EventLog.Entry;
import dev.helix.openai.background.EventLog.Reach;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is kept of the events of turns in the background, for how long, and what is read of it. */
class EventLogTest {
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final Map<String, String> STREAM = Map.of("Content-Type", "text/event-stream");

  private final Hand clock = new Hand();
  private final List<String> ended = new ArrayList<>();

  /** A clock that is set by hand. */
  private static final class Hand extends Clock {
    private Instant now = Instant.ofEpochSecond(1_700_000_000);

    void forward(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private EventLogs logs(long each, long all) {
    return new EventLogs(new BackgroundSettings(9, each, all, KEPT, Duration.ofHours(1)), clock);
  }

  private EventLog open(EventLogs logs, String id) {
    return logs.open(id, () -> ended.add(id));
  }

  private static void write(EventLog log, String... events) {
    for (String event : events) {
      log.write(ByteBuffer.wrap(event.getBytes(UTF_8)));
    }
    log.flush();
  }

  private static String read(EventLog log, long from) {
    StringBuilder text = new StringBuilder();
    long number = from;
    for (Entry entry = log.at(number); entry.event() != null; entry = log.at(number)) {
      text.append(new String(entry.event(), UTF_8));
      number++;
    }
    return text.toString();
  }

  @Test
  void eventsAreReadBehindAnyNumber_beforeTheFirst_inTheMiddle_andAfterTheEnd() {
    EventLog log = open(logs(1000, 1000), "a");
    assertEquals(Reach.THERE, log.behind(-1), "before the first event");
    assertEquals(Reach.NEVER, log.behind(0));
    assertFalse(log.at(0).end());
    log.begin(200, STREAM);
    write(log, "0", "1", "2");
    assertEquals("012", read(log, 0));
    assertEquals("2", read(log, 2));
    assertEquals(Reach.THERE, log.behind(2), "the next one is yet to come");
    assertEquals(Reach.NEVER, log.behind(3));
    write(log, "3", "done");
    log.end();
    assertEquals("3done", read(log, 3));
    assertEquals(Reach.THERE, log.behind(3), "the end mark follows the last");
    assertEquals("done", read(log, 4));
    assertEquals(Reach.NEVER, log.behind(4), "the end mark is no event");
    assertTrue(log.at(5).end());
    assertEquals(List.of("a"), ended);
  }

  @Test
  void commentsAreNoEvents_andHeadersGoIntoTheHead() {
    EventLog log = open(logs(1000, 1000), "a");
    log.header("X-Session-ID", "s");
    log.begin(200, STREAM);
    write(log, "0", ": waiting\n", "1");
    assertEquals("01", read(log, 0));
    assertEquals("s", log.head().headers().get("X-Session-ID"));
    assertTrue(log.head().isStream());
  }

  @Test
  void whoListens_isToldOfEachFlushAndOfTheEnd_untilLeaving() {
    EventLog log = open(logs(1000, 1000), "a");
    List<String> told = new ArrayList<>();
    Runnable reader = () -> told.add("told");
    log.join(reader);
    write(log, "0");
    log.end();
    log.end();
    assertEquals(2, told.size());
    log.leave(reader);
    log.flush();
    assertEquals(2, told.size());
    assertEquals(1, ended.size());
  }

  @Test
  void logThatIsTooLong_losesItsOldestEvents_andKeepsTheNumbersOfTheOthers() {
    EventLogs logs = logs(16, 1000);
    EventLog log = open(logs, "a");
    log.begin(200, STREAM);
    for (int i = 0; i < 10; i++) {
      write(log, "event" + i);
    }
    assertTrue(log.at(0).lost());
    assertEquals(Reach.GONE, log.behind(-1));
    assertEquals(Reach.THERE, log.behind(8));
    assertEquals("event9", read(log, 9));
    assertTrue(logs.bytes() <= 16, () -> "" + logs.bytes());
  }

  @Test
  void whereAllAreTooLong_thoseThatEndedGoFirst_thenTheOldestOfWhatGrows() {
    EventLogs logs = logs(100, 64);
    EventLog over = open(logs, "over");
    write(over, "x".repeat(30));
    over.end();
    EventLog other = open(logs, "other");
    write(other, "y".repeat(30));
    EventLog grows = open(logs, "grows");
    write(grows, "z".repeat(20));
    assertEquals(Optional.empty(), logs.find("over"));
    assertEquals("x".repeat(30), read(over, 0), "who reads it reads on");
    write(grows, "w".repeat(20));
    assertEquals(Reach.GONE, grows.behind(-1));
    assertEquals("w".repeat(20), read(grows, 1));
    assertEquals("y".repeat(30), read(other, 0));
    assertEquals(50, logs.bytes());
  }

  @Test
  void logIsForgotten_aTimeAfterItsEnd_andNotWhileItGoesOn() {
    EventLogs logs = logs(100, 1000);
    EventLog runs = open(logs, "runs");
    EventLog over = open(logs, "over");
    write(runs, "0");
    write(over, "0");
    over.end();
    clock.forward(KEPT.minusMillis(1));
    assertTrue(logs.find("over").isPresent());
    clock.forward(Duration.ofMillis(1));
    assertTrue(logs.find("over").isEmpty());
    assertTrue(logs.find("runs").isPresent());
    assertEquals(1, logs.bytes());
    write(over, "late");
    assertEquals(1, logs.bytes());
  }

  @Test
  void logThatEndsBeforeItBegan_saysSo_andNoOtherDoes() {
    EventLogs logs = logs(100, 100);
    EventLog never = open(logs, "a");
    assertFalse(never.endedUnbegun());
    assertTrue(never.end());
    assertTrue(never.endedUnbegun());
    EventLog begun = open(logs, "b");
    begun.begin(200, STREAM);
    assertTrue(begun.end());
    assertFalse(begun.endedUnbegun());
  }
}
