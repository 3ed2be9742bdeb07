package dev.helix.openai.background;

import dev.helix.http.InvalidRequestException;
import dev.helix.session.SessionException;
import dev.helix.turn.ErrorMapping;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Tells a caller what another server is about to store: looks again and again, at first soon and
 * then every second, on the store's threads. Used from the caller's mailbox.
 */
final class StoreReader implements LateCaller.Teller {
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LAST_PAUSE_MILLIS = 1000;

  private final LateCaller.Engine engine;
  private final Background.Look look;
  private final boolean events;
  private final long patienceNanos;
  private final long began = System.nanoTime();
  private long pause = FIRST_PAUSE_MILLIS;
  private boolean looks;
  private boolean over;

  /**
   * A reader who has not looked.
   *
   * @param events whether what is told is a stream, which begins at once
   * @param patienceNanos how long it looks at most
   */
  StoreReader(LateCaller.Engine engine, Background.Look look, boolean events, long patienceNanos) {
    this.engine = engine;
    this.look = look;
    this.events = events;
    this.patienceNanos = patienceNanos;
  }

  @Override
  public void tell(LateCaller caller) {
    if (events && !caller.begun()) {
      caller.beginEvents();
      caller.flush();
    }
    if (!looks) {
      looks = true;
      engine.storing().execute(() -> look(caller));
    }
  }

  /** On a thread of the store's. */
  private void look(LateCaller caller) {
    boolean last = System.nanoTime() - began >= patienceNanos;
    try {
      List<byte[]> found = look.look(last);
      caller.execute(() -> found(caller, found));
    } catch (InvalidRequestException e) {
      caller.execute(() -> caller.refuse(e.error()));
    } catch (SessionException e) {
      ErrorMapping.log("what is made in the background could not be looked at", e);
      caller.execute(() -> caller.refuse(ErrorMapping.of(e)));
    } catch (RuntimeException | Error e) {
      caller.execute(caller::cut);
      throw e;
    }
  }

  private void found(LateCaller caller, List<byte[]> found) {
    if (found != null && events) {
      found.forEach(caller::write);
      caller.end();
    } else if (found != null) {
      caller.answer(200, Map.of(), found.get(0));
    } else if (engine.turns().isStopping()) {
      caller.cut();
    } else if (!over) {
      ScheduledFuture<?> unused =
          engine
              .timers()
              .schedule(
                  () -> engine.storing().execute(() -> look(caller)), pause, TimeUnit.MILLISECONDS);
      pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
    }
  }

  @Override
  public void stop(LateCaller caller) {
    caller.cut();
  }

  @Override
  public void over() {
    over = true;
  }
}
