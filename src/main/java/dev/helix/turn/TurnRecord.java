package dev.helix.turn;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.transcript.Answer;
import java.util.List;

/**
 * Where a turn is recorded: its place in a session's transcript, or nowhere for what is no turn (a
 * utility task, a temporary chat). Blocks on the store.
 */
public final class TurnRecord {
  private enum Force {
    NOT_YET,
    DONE,
    FAILED
  }

  private final SessionManager sessions;
  private final OpenTurn turn;

  /** Written by the disk's thread too; two that force at once do no harm. */
  private volatile Force force = Force.NOT_YET;

  private TurnRecord(SessionManager sessions, OpenTurn turn) {
    this.sessions = sessions;
    this.turn = turn;
  }

  /** The record of a turn whose question has been placed. */
  public static TurnRecord of(SessionManager sessions, OpenTurn turn) {
    // Without the history: a stream of minutes would hold it for nothing.
    return new TurnRecord(sessions, turn.withoutHistory());
  }

  /** For what is answered and not kept. */
  public static TurnRecord nowhere() {
    return new TurnRecord(null, null);
  }

  /** Whether anything is kept. */
  public boolean isSomewhere() {
    return turn != null;
  }

  /** Whether the question is yet to be brought to the disk. May be asked by any thread. */
  boolean mustForce() {
    return turn != null && force == Force.NOT_YET;
  }

  /**
   * Returns when the question is on the disk. After a failure it does nothing: the error that tells
   * of it has nothing better to wait for.
   */
  void forceQuestion() {
    if (turn == null || force != Force.NOT_YET) {
      return;
    }
    try {
      sessions.force(turn.session().sessionId());
      force = Force.DONE;
    } catch (SessionException e) {
      force = Force.FAILED;
      throw e;
    }
  }

  /**
   * Returns when the answers are on the disk, and the question with them. Where there is none and
   * the client has given it an id, and so a place in a tree of its own, an empty one of this status
   * stands for it.
   */
  void answers(List<Answer> answers, AnswerStatus ifNone) {
    if (turn == null || (answers.isEmpty() && turn.answerId() == null)) {
      return;
    }
    sessions.completeTurn(
        turn,
        answers.isEmpty()
            ? List.of(new Answer(Message.of("assistant", ""), null, null, ifNone))
            : answers);
    force = Force.DONE;
  }

  /**
   * Records what came of the answer for a caller who has left. A failure is only logged: there is
   * nobody to be told.
   */
  void callerLeft(List<Answer> answers) {
    try {
      answers(answers, AnswerStatus.CANCELLED);
      forceQuestion();
    } catch (SessionException e) {
      ErrorMapping.log("an answer whose caller left could not be stored", e);
    }
  }
}
