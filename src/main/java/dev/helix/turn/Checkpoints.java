package dev.helix.turn;

import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.stream.Mailbox;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Records what has come so far of an answer while it runs, so that it is there should the server be
 * killed. One at a time for each turn, and a few for the application, on the store's threads;
 * nothing waits for them but the end of their own turn. Used from the turn's mailbox.
 */
final class Checkpoints {
  /** So many at once in the application: the store's threads are there for the ends of turns. */
  static final int MOST_AT_ONCE = 4;

  private final Engine engine;
  private final CheckpointTimes times;
  private final BackendReply reply;
  private final ReplyForm form;
  private final Mailbox mailbox;

  Checkpoints(
      Engine engine, CheckpointTimes times, BackendReply reply, ReplyForm form, Mailbox mailbox) {
    this.engine = engine;
    this.times = times;
    this.reply = reply;
    this.form = form;
    this.mailbox = mailbox;
  }

  /**
   * One is due.
   *
   * @param onEnd run in the mailbox when the next one may be taken
   */
  void take(TurnRecord record, Runnable onEnd) {
    if (!record.isSomewhere()) {
      times.over();
    } else if (engine.checkpoints().tryAcquire()) {
      boolean begun = false;
      try {
        begun = begin(record, onEnd);
      } finally {
        if (!begun) {
          engine.checkpoints().release();
        }
      }
    } else {
      times.postponed(System.nanoTime());
    }
  }

  private boolean begin(TurnRecord record, Runnable onEnd) {
    List<Answer> soFar = reply.answers(AnswerStatus.CANCELLED);
    if (soFar.isEmpty() || soFar.stream().anyMatch(Checkpoints::callsTools)) {
      times.over(); // A call of which a part has come is none.
      return false;
    }
    String note = form.note(reply, null, null);
    List<Answer> noted = TurnRecord.withNote(soFar, note);
    times.begun(note == null ? 0 : note.length());
    try {
      engine.storing().execute(() -> record(record, noted, onEnd));
    } catch (RejectedExecutionException stopped) {
      times.over();
      return false;
    }
    return true;
  }

  private static boolean callsTools(Answer answer) {
    return answer.message().fingerprint().calls();
  }

  private void record(TurnRecord record, List<Answer> soFar, Runnable onEnd) {
    try {
      record.checkpoint(soFar);
    } finally {
      engine.checkpoints().release();
      mailbox.execute(
          () -> {
            times.ended();
            onEnd.run();
          });
    }
  }
}
