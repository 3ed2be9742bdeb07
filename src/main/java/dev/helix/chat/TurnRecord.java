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

  private TurnRecord(SessionManager sessions, OpenTurn turn) {
    this.sessions = sessions;
    this.turn = turn;
  }

  /** The record of a turn whose question has been placed. */
  static TurnRecord of(SessionManager sessions, OpenTurn turn) {
    return new TurnRecord(sessions, turn);
  }

  /** For what is answered and not kept. */
  static TurnRecord nowhere() {
    return new TurnRecord(null, null);
  }

  /** Returns when the question is on the disk. */
  void forceQuestion() {
    if (turn != null) {
      sessions.force(turn.session().sessionId());
    }
  }

  /** Returns when the answers are on the disk. */
  void answers(List<Answer> answers) {
    if (turn != null && !answers.isEmpty()) {
      sessions.completeTurn(turn, answers);
    }
  }
}
