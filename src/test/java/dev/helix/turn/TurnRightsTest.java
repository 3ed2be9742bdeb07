package dev.helix.turn;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.ResponseNote;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.store.MemorySessionStore;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;

/** What a turn holds in the store is given up at its end. */
class TurnRightsTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final SessionId TRIP = new SessionId("conv-trip");

  @Test
  void stoppedThreads_keepNothingLeased() {
    ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    SessionId signed = ResponseNote.sign("m-1");
    try (SessionManager sessions =
        new SessionManager(new MemorySessionStore(), Clock.systemUTC())) {
      ConversationQueue queue = new ConversationQueue();
      TurnPermit permit =
          new TurnPermit(sessions, TRIP, LONG, queue.join(TRIP), Runnable::run, timers);
      TurnPermit sign =
          new TurnPermit(sessions, signed, LONG, queue.join(signed), Runnable::run, timers);
      TurnRights rights =
          new TurnRights(
              permit,
              sign,
              task -> {
                throw new RejectedExecutionException("stopped");
              });
      assertTrue(permit.take().isPresent());
      rights.answering();
      assertTrue(sessions.isLeased(signed));

      rights.leave();
      assertFalse(sessions.isLeased(signed));
      assertFalse(sessions.isLeased(TRIP));
      assertTrue(queue.join(TRIP).isFirst());
    } finally {
      timers.shutdownNow();
    }
  }
}
