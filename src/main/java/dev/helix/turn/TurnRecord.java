package dev.helix.turn;

import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.LeaseLostException;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionException;
import dev.helix.session.SessionGoneException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.transcript.Answer;
import dev.helix.turn.reply.BackendReply;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a turn is recorded: its place in a session's transcript, or nowhere for what is no turn (a
 * background prompt, a temporary chat). Blocks on the store.
 */
final class TurnRecord {
  private static final System.Logger LOG = System.getLogger(TurnRecord.class.getName());

  private final SessionManager sessions;
  private final boolean keepsRefused;

  /** Written by one thread at a time. */
  private volatile OpenTurn turn;

  /** Whether no more of the answer is recorded but its end. */
  private boolean ended;

  /** Whether it was told that a checkpoint failed. */
  private boolean told;

  /** Written by two threads; both may force at once, which does no harm. */
  private volatile boolean forced;

  /** Why the question is not on the disk; null unless that failed. */
  private volatile SessionException failure;

  private TurnRecord(SessionManager sessions, OpenTurn turn, boolean keepsRefused) {
    this.sessions = sessions;
    this.turn = turn;
    this.keepsRefused = keepsRefused;
  }

  /**
   * The record of a turn that has begun.
   *
   * @param keepsRefused whether a session stays that it made and whose question is refused
   */
  static TurnRecord of(SessionManager sessions, OpenTurn turn, boolean keepsRefused) {
    // Without the history: a stream of minutes would hold it for nothing.
    return new TurnRecord(sessions, turn.withoutHistory(), keepsRefused);
  }

  /** For what is answered and not kept. */
  static TurnRecord nowhere() {
    return new TurnRecord(null, null, true);
  }

  boolean isSomewhere() {
    return turn != null;
  }

  /** The session that is recorded in. Only where anything is kept. */
  SessionId session() {
    return turn.session().sessionId();
  }

  /** Whether the question is yet to be brought to the disk. May be asked by any thread. */
  boolean mustForce() {
    return turn != null && !forced && failure == null;
  }

  /**
   * Returns when the question is on the disk.
   *
   * @throws SessionException if it is not, now or when it was tried before
   */
  void forceQuestion() {
    if (turn == null || forced) {
      return;
    }
    if (failure != null) {
      throw failure;
    }
    try {
      sessions.force(session());
      forced = true;
    } catch (SessionException e) {
      failure = e;
      throw e;
    }
  }

  /** Records what has come so far of the answer, which goes on, if it does. */
  synchronized void checkpoint(List<Answer> soFar) {
    if (ended) {
      return;
    }
    try {
      turn = sessions.checkpoint(turn, soFar);
    } catch (LeaseLostException | SessionGoneException e) {
      ended = true; // The turn hears of it by itself.
    } catch (SessionException e) {
      if (!told) {
        ErrorMapping.log("what came so far of an answer could not be stored", e);
      }
      told = true;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "an answer has no checkpoint, by a mistake of the server", e);
    }
  }

  /**
   * Returns when the answers are on the disk, and the question with them. Where there is none and
   * it is a response, a note is kept with it, or the client has given it an id, and so a place in a
   * tree of its own, an empty one of this status stands for it.
   */
  private synchronized void answers(List<Answer> answers, AnswerStatus ifNone, String note) {
    ended = true;
    boolean kept = turn.answerId() != null || turn.note() != null || note != null;
    if (answers.isEmpty() && !kept) {
      return;
    }
    Answer nothing = new Answer(Message.of("assistant", ""), null, null, ifNone);
    sessions.completeTurn(turn, withNote(answers.isEmpty() ? List.of(nothing) : answers, note));
    forced = failure == null;
  }

  /** The answers with a note at the first, unless that is null. */
  static List<Answer> withNote(List<Answer> answers, String note) {
    if (note == null || answers.isEmpty()) {
      return answers;
    }
    List<Answer> noted = new ArrayList<>(answers);
    noted.set(0, answers.get(0).withNote(note));
    return noted;
  }

  /**
   * Brings question and answers to the disk, or takes back a session of which there would be
   * nothing but a refused question; what the caller is told if that fails, else null.
   *
   * @param form gives what is kept with the first answer
   * @param told whether the caller has been told something, as of a response its id
   */
  ApiError bring(Ending ending, ReplyForm form, BackendReply reply, boolean told) {
    try {
      if (ending.refused() && isTakenBack(told)) {
        return null;
      }
      if (turn != null) {
        List<Answer> answers = ending.answers().get();
        byte[] error = ending.lastWords().error();
        AnswerStatus status = error == null ? ending.status() : AnswerStatus.FAILED;
        boolean left = status == AnswerStatus.CANCELLED;
        String note = form.note(reply, status, error);
        answers(answers, left ? status : AnswerStatus.FAILED, note);
      }
      forceQuestion();
      return null;
    } catch (SessionException e) {
      return told(e);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a turn could not be recorded, by a mistake of the server", e);
      return ApiError.of(e);
    }
  }

  private boolean isTakenBack(boolean told) {
    try {
      boolean named = told && turn != null && turn.note() != null;
      boolean gone = !keepsRefused && !named && sessions.withdraw(turn);
      if (gone) {
        forced = true; // There is nothing to force.
      }
      return gone;
    } catch (SessionException e) {
      ErrorMapping.log("a session with nothing but a refused question stays", e);
      return false;
    }
  }

  /** Logs that a turn could not be stored; what its caller is told. */
  static ApiError told(SessionException failure) {
    ErrorMapping.log("a turn could not be stored", failure);
    return ErrorMapping.ofAnswer(failure);
  }
}
