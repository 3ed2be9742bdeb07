package dev.helix.turn;

import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.WholeReply;
import java.util.List;
import java.util.function.Supplier;

/**
 * How a turn ends whose caller is still there. Immutable.
 *
 * @param answers gives what is recorded first; asked once, where the answer is recorded
 * @param lastWords what the caller is told then
 * @param abandons whether nothing more is wanted of the backend
 */
record Ending(Supplier<List<Answer>> answers, LastWords lastWords, boolean abandons) {

  /** What the caller is told last, in the form of its endpoint. */
  @FunctionalInterface
  interface LastWords {
    void tell(ReplyForm form, CallerOutput out);
  }

  /** The ending of a reply of which all has come that will, be it whole or not. */
  static Ending of(BackendReply reply) {
    if (!reply.isStream()) {
      return ofBody(reply);
    }
    if (reply.hasToldError()) {
      return new Ending(
          () -> reply.answers(AnswerStatus.FAILED), (form, out) -> form.told(reply, out), false);
    }
    if (reply.isWhole()) {
      return new Ending(
          () -> reply.answers(AnswerStatus.COMPLETED), (form, out) -> form.done(reply, out), false);
    }
    return failed(
        reply,
        reply.isUnreadable()
            ? ErrorMapping.invalidResponse("The upstream's stream has data that cannot be read.")
            : ErrorMapping.incomplete());
  }

  /** The ending with an error of ours; what came of the answer is recorded as failed. */
  static Ending failed(BackendReply reply, ApiError error) {
    return new Ending(() -> reply.answers(AnswerStatus.FAILED), words(reply, error), true);
  }

  static LastWords words(BackendReply reply, ApiError error) {
    return (form, out) -> {
      if (error.retryAfter() != null && !out.begun()) {
        out.header("Retry-After", error.retryAfterSeconds());
      }
      form.fail(reply, error.status(), error.toJson(), out);
    };
  }

  private static Ending ofBody(BackendReply reply) {
    int status = reply.head().status();
    byte[] body = reply.body();
    WholeReply whole = WholeReply.read(body);
    if (status >= 400 && status < 600) {
      byte[] json = whole.errorBody(status);
      return new Ending(List::of, (form, out) -> form.fail(reply, status, json, out), true);
    }
    if (reply.last() != null) {
      // Of a body that has passed only the end is left to say, whatever it was.
      return new Ending(
          () -> reply.answers(whole), (form, out) -> form.pass(reply.last(), out), false);
    }
    if (reply.isSuccess() && whole.isCompletion()) {
      return new Ending(
          () -> reply.answers(whole), (form, out) -> form.whole(reply, body, whole, out), false);
    }
    return failed(
        reply,
        ErrorMapping.invalidResponse(
            "The upstream answered with status " + status + " and no chat completion."));
  }
}
