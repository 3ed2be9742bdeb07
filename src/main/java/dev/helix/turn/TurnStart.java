package dev.helix.turn;

import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.http.BodyBudgetException;
import dev.helix.session.Lease;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.turn.TurnCall.ShrinkingRequest;
import java.util.Objects;

/**
 * How one turn begins: it waits for its permit, its question is placed, and the backend is asked.
 * All of it is done in the turn's mailbox, on threads that may wait for the store.
 */
final class TurnStart {
  private final SessionManager sessions;
  private final ChatBackend backend;
  private final Engine engine;
  private final Turn turn;
  private final TurnCall call;
  private final ReplyForm form;
  private final TurnRights rights;
  private final boolean alone;

  /**
   * The beginning of a turn that has not begun.
   *
   * @param alone whether the turn has no caller who waits for the backend: its stream begins when
   *     the question is on the disk
   */
  TurnStart(
      SessionManager sessions,
      ChatBackend backend,
      Engine engine,
      Turn turn,
      TurnCall call,
      ReplyForm form,
      TurnRights rights,
      boolean alone) {
    this.sessions = sessions;
    this.backend = backend;
    this.engine = engine;
    this.turn = turn;
    this.call = call;
    this.form = form;
    this.rights = rights;
    this.alone = alone;
  }

  /** Begins the turn, or has it begun when the turn before is over. */
  void run() {
    TurnPermit permit = rights.permit();
    try {
      Lease lease = permit == null ? null : permit.take().orElse(null);
      if (permit != null && lease == null) {
        permit.whenTaken(
            () -> turn.whenInQueue(this::run), e -> turn.whenInQueue(() -> notStored(e)));
        return;
      }
      rights.answering();
      ChatCall asked = place(lease);
      if (asked != null) {
        ask(asked);
      }
      rights.keep(onLost(turn)); // Which holds nothing of the call.
    } catch (BodyBudgetException e) {
      turn.fail(e.error());
    } catch (SessionException e) {
      notStored(e);
    }
  }

  /**
   * Places the question, where it has a place.
   *
   * @return what the backend is asked then; null where the turn has ended instead
   */
  private ChatCall place(Lease lease) {
    if (call.asked() == null) {
      turn.placed(TurnRecord.nowhere());
      call.memory().rest();
      return call.unkept();
    }
    OpenTurn open = sessions.beginTurn(call.session(), call.asked().with(lease));
    // Another conversation may have taken the name since the filter looked.
    SessionId used = open.session().sessionId();
    ChatCall kept = call.kept(open, () -> sessions.transcript(used).messages());
    TurnRecord record = TurnRecord.of(sessions, open, engine.settings().keepRefused());
    turn.placed(record);
    call.memory().rest();
    return !alone || isKept(record) ? kept : null;
  }

  /** Brings the question to the disk and begins the stream; false where the turn ends instead. */
  private boolean isKept(TurnRecord record) {
    try {
      record.forceQuestion();
      return turn.commit();
    } catch (SessionException e) {
      turn.fail(TurnRecord.told(e));
      return false;
    }
  }

  private static Runnable onLost(Turn turn) {
    return () -> turn.stop(ErrorMapping.leaseLost());
  }

  private void notStored(SessionException failure) {
    ErrorMapping.log("a question could not be stored", failure);
    turn.fail(form.refusal(failure));
  }

  private void ask(ChatCall asked) {
    try {
      BackendEvents events = new BackendEvents(turn, call.memory(), turn.mailbox());
      turn.asked(
          Objects.requireNonNull(
              call.request() instanceof ShrinkingRequest shrinking
                  ? ShrinkingCall.begin(backend, asked, shrinking, events, engine.forwarding())
                  : backend.chat(asked, events),
              "the backend gave no exchange"));
    } catch (RuntimeException e) {
      turn.notAsked(e);
    }
  }
}
