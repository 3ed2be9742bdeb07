package dev.helix.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.HistoryMode;
import dev.helix.session.SentHistory;
import dev.helix.turn.TurnTimes.Due;
import dev.helix.turn.TurnTimes.Situation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TurnTimesTest {
  private static final Duration IDLE = Duration.ofMinutes(5);

  /** The comments come later than all else here. */
  private static final Duration NEVER = Duration.ofDays(1);

  private final AtomicLong clock = new AtomicLong(7);

  private TurnTimes times(Duration done) {
    return times(done, Duration.ZERO);
  }

  private TurnTimes times(Duration done, Duration checkpoint) {
    return times(done, checkpoint, true);
  }

  private TurnTimes times(Duration done, Duration checkpoint, boolean stream) {
    TurnSettings settings =
        new TurnSettings(
            HistoryMode.CLIENT,
            SentHistory.ALL,
            NEVER,
            NEVER,
            false,
            List.of(),
            1,
            1,
            1,
            NEVER,
            IDLE,
            done,
            NEVER,
            NEVER,
            NEVER,
            SignOfLife.CHUNK,
            checkpoint,
            1,
            NEVER,
            NEVER);
    return new TurnTimes(settings, stream, clock::get);
  }

  private static Situation answering(boolean finished, boolean queued) {
    return new Situation(TurnPhase.ANSWERING, true, queued, queued, true, finished, false);
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void anAnswerWithItsFinish_isOverWhenNothingFollowsForThatLong() {
    TurnTimes times = times(Duration.ofSeconds(5));
    times.backendSpoke();
    times.answerIs(10, 10);
    pass(Duration.ofSeconds(5).minusNanos(1));
    assertNull(times.due(answering(true, false)));
    assertEquals(1, times.untilNext(answering(true, false)));
    pass(Duration.ofNanos(1));
    assertEquals(Due.FINISHED, times.due(answering(true, false)));
    assertNull(times.due(answering(false, false)));
  }

  @Test
  void whatFollowsTheFinish_isWaitedForAnew_andSignsOfLifeAreNot() {
    TurnTimes times = times(Duration.ofSeconds(5));
    times.backendSpoke();
    times.answerIs(10, 10);
    pass(Duration.ofSeconds(3));
    times.backendSpoke();
    times.answerIs(12, 12);
    pass(Duration.ofSeconds(3));
    times.backendSpoke();
    times.answerIs(12, 12);
    assertNull(times.due(answering(true, false)));
    pass(Duration.ofSeconds(2));
    assertEquals(Due.FINISHED, times.due(answering(true, false)));
  }

  @Test
  void aCallerWhomAnotherTurnWaitsFor_isLookedAtSoon_thenMoreAndMoreRarely() {
    TurnTimes times = times(Duration.ofDays(1));
    times.backendSpoke();
    long wait = Duration.ofMillis(100).toNanos();
    times.awaited();
    for (int i = 0; i < 8; i++) {
      times.callerGiven(false);
      times.backendSpoke();
      assertEquals(wait, times.untilNext(answering(false, false)));
      clock.addAndGet(wait);
      assertEquals(Due.KEEP_ALIVE, times.due(answering(false, false)));
      times.keptAlive();
      wait *= 2;
    }
    times.awaited();
    assertEquals(Due.KEEP_ALIVE, times.due(answering(false, false)));
  }

  @Test
  void aWholeAnswerThatPasses_hasNoSignsOfLifeInIt() {
    for (boolean stream : List.of(true, false)) {
      TurnTimes times = times(NEVER, Duration.ZERO, stream);
      assertTrue(times.watched());
      pass(NEVER);
      times.backendSpoke();
      assertEquals(stream ? Due.KEEP_ALIVE : null, times.due(answering(false, false)));
    }
  }

  @Test
  void aCallerWhoHoldsTheBackendUp_isWaitedFor() {
    TurnTimes times = times(Duration.ofSeconds(5));
    times.backendSpoke();
    times.answerIs(10, 10);
    pass(Duration.ofSeconds(9));
    assertNull(times.due(answering(true, true)));
    times.backendHeldUp();
    pass(Duration.ofSeconds(4));
    assertNull(times.due(answering(true, false)));
    pass(Duration.ofSeconds(1));
    assertEquals(Due.FINISHED, times.due(answering(true, false)));
  }

  @Test
  void aFinishedAnswer_isNeverTakenForOneThatFellSilent() {
    TurnTimes times = times(IDLE.multipliedBy(2));
    times.backendSpoke();
    times.answerIs(10, 10);
    pass(IDLE);
    assertEquals(Due.SILENT, times.due(answering(false, false)));
    assertEquals(Due.FINISHED, times.due(answering(true, false)));
  }

  @Test
  void wordsOfAStream_areToBeRecorded_whenTheyHaveBeenThereForThatLong() {
    TurnTimes times = times(Duration.ofSeconds(5), Duration.ofSeconds(7));
    times.backendSpoke();
    times.answerIs(10, 3);
    assertEquals(Duration.ofSeconds(7).toNanos(), times.untilNext(answering(false, false)));
    pass(Duration.ofSeconds(7));
    assertEquals(Due.CHECKPOINT, times.due(answering(false, true)));
    Situation whole = new Situation(TurnPhase.ANSWERING, false, false, false, true, false, false);
    assertNull(times.due(whole));
    Situation recording =
        new Situation(TurnPhase.RECORDING, true, false, false, true, false, false);
    assertNull(times.due(recording));
  }
}
