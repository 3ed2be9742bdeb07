package dev.helix.turn;

/** How far a turn is. */
enum TurnPhase {
  /** It has not begun: the turn before it goes on, or has only now ended. */
  IN_LINE,
  /** The upstream has given no status. */
  WAITING,
  /** The answer comes. */
  ANSWERING,
  /** The ending is decided, and the caller has not taken all of it. */
  ENDING,
  /** All is over, but perhaps for the rest of an upstream's body. */
  ENDED
}
