package dev.helix.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTimesTest {
  private static final long INTERVAL = 5_000;

  private final CheckpointTimes times = new CheckpointTimes(INTERVAL);

  @Test
  void first_isDueAnIntervalAfterTheFirstWord() {
    assertEquals(TurnTimes.NEVER, times.left(100));
    times.answerIs(1, 100);
    times.answerIs(2, 4_000);
    assertEquals(INTERVAL, times.left(100));
    assertEquals(1, times.left(5_099));
    assertEquals(0, times.left(5_100));
  }

  @Test
  void next_isDueAnIntervalAfterTheFirstWordThatIsNotRecorded_andNotWhileOneIsUnderWay() {
    times.answerIs(10, 0);
    times.begun(0);
    assertEquals(TurnTimes.NEVER, times.left(INTERVAL));
    times.ended();
    assertEquals(TurnTimes.NEVER, times.left(INTERVAL), "nothing is new");
    times.begun(0);
    times.answerIs(20, 6_000);
    times.answerIs(30, 7_000);
    assertEquals(TurnTimes.NEVER, times.left(60_000));
    times.ended();
    assertEquals(INTERVAL, times.left(6_000));
  }

  @Test
  void oneThatCannotBeTaken_isDueAgainSoon() {
    times.answerIs(10, 0);
    times.postponed(INTERVAL);
    assertEquals(INTERVAL / 4, times.left(INTERVAL));
  }

  @Test
  void withoutAnInterval_orWhenTheyAreOver_noneIsDue() {
    CheckpointTimes none = new CheckpointTimes(0);
    none.answerIs(10, 0);
    assertEquals(TurnTimes.NEVER, none.left(INTERVAL));
    times.answerIs(10, 0);
    times.over();
    assertEquals(TurnTimes.NEVER, times.left(INTERVAL));
  }

  /**
   * An answer of 5 MB at an even pace: the first five at the interval, all together three times it.
   */
  @ParameterizedTest
  @ValueSource(longs = {0, 30_000, 1_000_000})
  void whatIsWritten_isLinearInTheAnswerAndItsNote(long note) {
    long size = 5_000_000;
    long step = 100;
    long time = 0;
    long written = 0;
    long last = 0;
    int taken = 0;
    for (long come = step; come <= size; come += step) {
      time += 10;
      times.answerIs(come, time);
      if (times.left(time) <= 0) {
        assertTrue(
            taken >= 5 || note > 0 || come - last <= step * (INTERVAL / 10 + 1),
            come + " of " + last);
        times.begun(note);
        times.ended();
        written += come + note;
        taken++;
        assertTrue(written <= 3 * (come + note), written + " for " + come);
        last = come;
      }
    }
    assertTrue(last >= size / 2, last + " of " + size);
    assertTrue(taken > 5 && taken < 25, taken + " checkpoints");
  }
}
