package dev.helix.turn;

import dev.helix.turn.reply.BackendReply;
import java.nio.ByteBuffer;

/**
 * How the bytes of a backend's body get to the caller: what they say is told, and what of a long
 * body may pass at once does. Used from the turn's mailbox.
 */
final class Intake {
  private final BackendReply reply;
  private final ReplyForm form;
  private final CallerOutput caller;

  /** How much of a stream may wait for a slow caller. */
  private final long most;

  /** How much of a long body went out as soon as it was known to be long. */
  private int passedAtOnce;

  /** What is known when bytes were taken in. */
  enum Taken {
    MORE,
    /** The answer is whole. */
    WHOLE,
    /** The answer is longer than can be told. */
    TOO_LONG,
    /** The caller reads too slowly. */
    TOO_SLOW
  }

  Intake(BackendReply reply, ReplyForm form, CallerOutput caller, long most) {
    this.reply = reply;
    this.form = form;
    this.caller = caller;
    this.most = most;
  }

  Taken take(ByteBuffer bytes) {
    return switch (reply.take(bytes)) {
      case MORE -> {
        caller.flush();
        if (caller.stream().queued() - passedAtOnce > most) {
          yield Taken.TOO_SLOW;
        }
        yield form.needsAll() && reply.isLost() ? Taken.TOO_LONG : Taken.MORE;
      }
      case COMPLETE -> Taken.WHOLE;
      case TOO_LONG -> {
        if (reply.isStream() || !form.passOn(reply, caller)) {
          yield Taken.TOO_LONG;
        }
        reply.passOn();
        passedAtOnce = reply.last().remaining();
        yield Taken.MORE;
      }
    };
  }
}
