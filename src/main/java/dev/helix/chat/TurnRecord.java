package dev.helix.chat;

import dev.helix.session.Answer;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionManager;
import java.util.List;

/**
 * Where a turn is recorded: its place in a session's transcript, or nowhere for what is no turn (a
 * utility task, a temporary chat). Blocks on the store.
 */
final class TurnRecord {
  private final SessionManager sessions;
  private final OpenTurn turn;
  private boolean questionForced;

  private TurnRecord(SessionManager sessions, OpenTurn turn) {
    this.sessions = sessions;
    this.turn = turn;
  }

  /** The record of a turn whose question has been placed. */
  static TurnRecord of(SessionManager sessions, OpenTurn turn) {
    // Without the history: a stream of minutes would hold it for nothing.
    return new TurnRecord(sessions, new OpenTurn(turn.session(), turn.parentId(), List.of(), null));
  }

  /** For what is answered and not kept. */
  static TurnRecord nowhere() {
    return new TurnRecord(null, null);
  }

  /** Whether the question is not known to be on the disk. */
  boolean mustForce() {
    return turn != null && !questionForced;
  }

  /**
   * Returns when the question is on the disk. Tried once: an error that says it failed must not
   * wait for it.
   */
  void forceQuestion() {
    if (mustForce()) {
      questionForced = true;
      sessions.force(turn.session().sessionId());
    }
  }

  /** Returns when the answers are on the disk, and the question with them. */
  void answers(List<Answer> answers) {
    if (turn != null && !answers.isEmpty()) {
      sessions.completeTurn(turn, answers);
      questionForced = true;
    }
  }
}
