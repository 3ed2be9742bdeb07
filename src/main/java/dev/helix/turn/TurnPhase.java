package dev.helix.turn;

/** How far a turn is. {@link TurnTable} says how it gets from one phase to another. */
enum TurnPhase {
  /** The question has no place yet: it is being written, or the turn before it goes on. */
  IN_QUEUE,
  /** The backend has given no status. */
  WAITING,
  /** The answer comes. */
  ANSWERING,
  /** The ending is decided, and what came is being recorded. */
  RECORDING,
  /** The caller is gone, and what came is being recorded. */
  LEAVING,
  /** All is recorded, and the caller has not taken the last words. */
  ENDING,
  /** All is over, but perhaps for the rest of a backend's body. */
  ENDED
}
