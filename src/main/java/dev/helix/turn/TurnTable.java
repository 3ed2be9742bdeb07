package dev.helix.turn;

import static dev.helix.turn.TurnEvent.BROKEN;
import static dev.helix.turn.TurnEvent.CLOSED;
import static dev.helix.turn.TurnEvent.COMMIT;
import static dev.helix.turn.TurnEvent.FAILED;
import static dev.helix.turn.TurnEvent.HEAD;
import static dev.helix.turn.TurnEvent.LEFT;
import static dev.helix.turn.TurnEvent.LINGER;
import static dev.helix.turn.TurnEvent.MISTAKE;
import static dev.helix.turn.TurnEvent.PART;
import static dev.helix.turn.TurnEvent.PLACED;
import static dev.helix.turn.TurnEvent.RECORDED;
import static dev.helix.turn.TurnEvent.SERVED;
import static dev.helix.turn.TurnEvent.SILENCE;
import static dev.helix.turn.TurnEvent.UNRECORDED;
import static dev.helix.turn.TurnEvent.WHOLE;
import static dev.helix.turn.TurnPhase.ANSWERING;
import static dev.helix.turn.TurnPhase.ENDED;
import static dev.helix.turn.TurnPhase.ENDING;
import static dev.helix.turn.TurnPhase.IN_QUEUE;
import static dev.helix.turn.TurnPhase.LEAVING;
import static dev.helix.turn.TurnPhase.RECORDING;
import static dev.helix.turn.TurnPhase.WAITING;

import java.util.EnumMap;
import java.util.Map;

/**
 * What comes of each event in each phase of a turn: the next phase and what is done. The one place
 * where that is decided; docs/ARCHITECTURE-MODULES.md shows the same table. Immutable.
 */
final class TurnTable {

  /** What is done. */
  enum Action {
    /** Nothing: it came too early or too late to matter. */
    IGNORE,
    /** Ask the backend. */
    ASK,
    /** Look at status and headers; a stream begins. */
    BEGIN,
    /** Take the bytes in and hand on what may pass. */
    TAKE,
    /** Decide the ending by what came, and record it. */
    CONCLUDE,
    /** Give up the backend, decide to end with an error, and record what came. */
    FAIL,
    /** Give up the backend and the caller, and record what came. */
    SAVE,
    /** Give up the caller. */
    ABANDON,
    /** Say the last words that were decided. */
    SPEAK,
    /** Say the error in their place. */
    APOLOGIZE,
    /** Let go of everything. */
    CLOSE,
    /** Begin the stream without the backend. */
    COMMIT,
    /** Show that the stream lives. */
    KEEP_ALIVE,
    /** Give up the backend. */
    CANCEL
  }

  /**
   * What comes of an event.
   *
   * @param next the phase behind it
   */
  record Step(TurnPhase next, Action action) {}

  private static final Map<TurnPhase, Map<TurnEvent, Step>> STEPS = new EnumMap<>(TurnPhase.class);

  static {
    for (TurnPhase phase : TurnPhase.values()) {
      Map<TurnEvent, Step> steps = new EnumMap<>(TurnEvent.class);
      for (TurnEvent event : TurnEvent.values()) {
        steps.put(event, new Step(phase, Action.IGNORE));
      }
      STEPS.put(phase, steps);
    }
    on(IN_QUEUE, PLACED, WAITING, Action.ASK);
    on(WAITING, HEAD, ANSWERING, Action.BEGIN);
    on(ANSWERING, PART, ANSWERING, Action.TAKE);
    on(ANSWERING, WHOLE, RECORDING, Action.CONCLUDE);
    on(WAITING, CLOSED, RECORDING, Action.FAIL);
    on(ANSWERING, CLOSED, RECORDING, Action.CONCLUDE);
    on(WAITING, BROKEN, RECORDING, Action.FAIL);
    on(ANSWERING, BROKEN, RECORDING, Action.FAIL);
    for (TurnPhase open : new TurnPhase[] {IN_QUEUE, WAITING, ANSWERING}) {
      on(open, FAILED, RECORDING, Action.FAIL);
      on(open, MISTAKE, RECORDING, Action.FAIL);
      on(open, LEFT, LEAVING, Action.SAVE);
    }
    on(RECORDING, RECORDED, ENDING, Action.SPEAK);
    on(RECORDING, UNRECORDED, ENDING, Action.APOLOGIZE);
    on(RECORDING, LEFT, LEAVING, Action.ABANDON);
    on(LEAVING, RECORDED, ENDED, Action.CLOSE);
    on(LEAVING, UNRECORDED, ENDED, Action.CLOSE);
    for (TurnEvent last : new TurnEvent[] {SERVED, LEFT, MISTAKE}) {
      on(ENDING, last, ENDED, Action.CLOSE);
    }
    on(WAITING, COMMIT, WAITING, Action.COMMIT);
    on(WAITING, SILENCE, WAITING, Action.KEEP_ALIVE);
    on(ANSWERING, SILENCE, ANSWERING, Action.KEEP_ALIVE);
    on(ENDED, LINGER, ENDED, Action.CANCEL);
  }

  private TurnTable() {}

  private static void on(TurnPhase phase, TurnEvent event, TurnPhase next, Action action) {
    STEPS.get(phase).put(event, new Step(next, action));
  }

  /** What comes of the event in the phase. Never null. */
  static Step step(TurnPhase phase, TurnEvent event) {
    return STEPS.get(phase).get(event);
  }
}
