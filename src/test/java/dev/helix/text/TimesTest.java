package dev.helix.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Times as they stand in files. */
class TimesTest {
  @Test
  void whatIsWritten_isReadAsTheSameTime_toTheMicrosecond() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      Instant time = Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
      String text = Times.format(time);
      assertEquals(time.truncatedTo(ChronoUnit.MICROS), Times.parse(text), text);
      assertEquals(OffsetDateTime.parse(text).toInstant(), Times.parse(text), text);
    }
  }

  @Test
  void yearsThatHaveNotFourDigits_areReadAsTheSameTime() {
    for (String year : new String[] {"+12345", "-0001"}) {
      Instant time = Instant.parse(year + "-02-03T04:05:06.000007Z");
      assertEquals(time, Times.parse(Times.format(time)));
    }
    assertEquals(
        "0007-02-03T04:05:06.000007+00:00",
        Times.format(Instant.parse("0007-02-03T04:05:06.000007Z")));
  }

  @Test
  void otherLayoutsAndZones_areRead() {
    Instant time = Instant.parse("2026-01-02T03:04:05.000006Z");
    assertEquals(time, Times.parse("2026-01-02 03:04:05.000006+00:00"));
    assertEquals(time, Times.parse("2026-01-02T05:04:05.000006+02:00"));
    assertEquals(time, Times.parse("2026-01-02T03:04:05.000006000Z"));
  }

  @Test
  void whatIsNoTime_isNone() {
    assertNull(Times.parse(null));
    assertNull(Times.parse(""));
    assertNull(Times.parse("yesterday"));
    assertNull(Times.parse("2026-02-30T03:04:05.000006+00:00"));
    assertNull(Times.parse("2026-13-01T03:04:05.000006+00:00"));
    assertNull(Times.parse("2026-01-01T24:04:05.000006+00:00"));
    assertNull(Times.parse("2026-01-01T03:04:60.000006+00:00"));
    assertNull(Times.parse("2026-01-01T03:04:05.00000x+00:00"));
  }
}
