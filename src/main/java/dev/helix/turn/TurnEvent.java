package dev.helix.turn;

/** What happens to a turn. {@link TurnTable} says what comes of it in each phase. */
enum TurnEvent {
  /** The question has its place in the transcript. */
  PLACED,
  /** The backend gave status and headers. */
  HEAD,
  /** The backend gave bytes of its body. */
  PART,
  /** The answer is whole, though its body may go on. */
  WHOLE,
  /** The answer has its finish, and nothing has followed for as long as that is waited for. */
  FINISHED,
  /** The body has ended. */
  CLOSED,
  /** The backend failed. */
  BROKEN,
  /** An error of ours ends the turn: a time is up, the application stops, a lease is lost. */
  FAILED,
  /** Question and answer are on the disk. */
  RECORDED,
  /** They are not, and nobody knows more than that. */
  UNRECORDED,
  /** The caller has taken everything. */
  SERVED,
  /** The caller left, or takes nothing. */
  LEFT,
  /** Nobody wants the answer any more of a turn that has no caller. */
  CANCELLED,
  /** A task of the turn threw what it must not. */
  MISTAKE,
  /** The caller of a stream has waited for the backend's status for as long as it may. */
  COMMIT,
  /** The stream has been silent for as long as it may. */
  SILENCE,
  /** The turn is over, and the body has not ended in time. */
  LINGER
}
