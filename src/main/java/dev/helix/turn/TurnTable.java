package dev.helix.turn;

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
    /** Wait for the backend's status. */
    WAIT,
    /** Look at status and headers; a stream begins. */
    BEGIN,
    /** Take the bytes in and hand on what may pass. */
    TAKE,
    /** Decide the ending by what came, and record it. */
    CONCLUDE,
    /** Give up the backend, decide to end with an error, and record what came. */
    FAIL,
    /** Give up the backend, decide to end as what was cancelled, and record what came. */
    STOP,
    /** Give up the backend and the caller, and record what came. */
    SAVE,
    /** Give up the caller. */
    ABANDON,
    SPEAK,
    /** Say the error in their place. */
    APOLOGIZE,
    /** Let go of everything. */
    CLOSE,
    /** Begin the stream without the backend. */
    COMMIT,
    KEEP_ALIVE,
    /** Give up the backend. */
    CANCEL
  }

  /** What is done on an event, and the phase behind it. */
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
    on(TurnPhase.IN_QUEUE, TurnEvent.PLACED, TurnPhase.WAITING, Action.WAIT);
    on(TurnPhase.WAITING, TurnEvent.HEAD, TurnPhase.ANSWERING, Action.BEGIN);
    on(TurnPhase.ANSWERING, TurnEvent.PART, TurnPhase.ANSWERING, Action.TAKE);
    on(TurnPhase.ANSWERING, TurnEvent.WHOLE, TurnPhase.RECORDING, Action.CONCLUDE);
    on(TurnPhase.ANSWERING, TurnEvent.FINISHED, TurnPhase.RECORDING, Action.CONCLUDE);
    on(TurnPhase.WAITING, TurnEvent.CLOSED, TurnPhase.RECORDING, Action.FAIL);
    on(TurnPhase.ANSWERING, TurnEvent.CLOSED, TurnPhase.RECORDING, Action.CONCLUDE);
    on(TurnPhase.WAITING, TurnEvent.BROKEN, TurnPhase.RECORDING, Action.FAIL);
    on(TurnPhase.ANSWERING, TurnEvent.BROKEN, TurnPhase.RECORDING, Action.FAIL);
    for (TurnPhase open :
        new TurnPhase[] {TurnPhase.IN_QUEUE, TurnPhase.WAITING, TurnPhase.ANSWERING}) {
      on(open, TurnEvent.FAILED, TurnPhase.RECORDING, Action.FAIL);
      on(open, TurnEvent.MISTAKE, TurnPhase.RECORDING, Action.FAIL);
      on(open, TurnEvent.LEFT, TurnPhase.LEAVING, Action.SAVE);
    }
    on(TurnPhase.WAITING, TurnEvent.CANCELLED, TurnPhase.RECORDING, Action.STOP);
    on(TurnPhase.ANSWERING, TurnEvent.CANCELLED, TurnPhase.RECORDING, Action.STOP);
    on(TurnPhase.RECORDING, TurnEvent.RECORDED, TurnPhase.ENDING, Action.SPEAK);
    on(TurnPhase.RECORDING, TurnEvent.UNRECORDED, TurnPhase.ENDING, Action.APOLOGIZE);
    on(TurnPhase.RECORDING, TurnEvent.LEFT, TurnPhase.LEAVING, Action.ABANDON);
    on(TurnPhase.LEAVING, TurnEvent.RECORDED, TurnPhase.ENDED, Action.CLOSE);
    on(TurnPhase.LEAVING, TurnEvent.UNRECORDED, TurnPhase.ENDED, Action.CLOSE);
    for (TurnEvent last : new TurnEvent[] {TurnEvent.SERVED, TurnEvent.LEFT, TurnEvent.MISTAKE}) {
      on(TurnPhase.ENDING, last, TurnPhase.ENDED, Action.CLOSE);
    }
    on(TurnPhase.WAITING, TurnEvent.COMMIT, TurnPhase.WAITING, Action.COMMIT);
    on(TurnPhase.WAITING, TurnEvent.SILENCE, TurnPhase.WAITING, Action.KEEP_ALIVE);
    on(TurnPhase.ANSWERING, TurnEvent.SILENCE, TurnPhase.ANSWERING, Action.KEEP_ALIVE);
    on(TurnPhase.ENDED, TurnEvent.LINGER, TurnPhase.ENDED, Action.CANCEL);
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
