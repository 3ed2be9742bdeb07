package dev.helix.turn;

import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import dev.helix.turn.reply.UpstreamReply;
import dev.helix.turn.reply.WholeReply;
import java.util.List;
import java.util.function.Consumer;

/**
 * How a turn ends whose caller is still there. Immutable.
 *
 * @param answers what is recorded first
 * @param lastWords what the caller hears then
 * @param abandons whether nothing more is wanted of the upstream
 */
record Ending(List<Answer> answers, Consumer<ReplyWriter> lastWords, boolean abandons) {

  /** The ending of a reply of which all has come that will, be it whole or not. */
  static Ending of(UpstreamReply reply) {
    if (!reply.isStream()) {
      return ofBody(reply);
    }
    if (reply.hasToldError()) {
      return new Ending(
          reply.answers(AnswerStatus.FAILED), writer -> writer.endHalfEvent(reply), false);
    }
    if (reply.isWhole()) {
      return new Ending(reply.answers(AnswerStatus.COMPLETED), writer -> writer.done(reply), false);
    }
    return failed(reply, ErrorMapping.incomplete());
  }

  /** The ending with an error of ours; what came of the answer is recorded as failed. */
  static Ending failed(UpstreamReply reply, ApiError error) {
    return new Ending(
        reply.answers(AnswerStatus.FAILED), writer -> writer.error(error, reply), true);
  }

  private static Ending ofBody(UpstreamReply reply) {
    int status = reply.head().status();
    byte[] body = reply.body();
    WholeReply whole = WholeReply.read(body);
    if (status >= 400 && status < 600) {
      return new Ending(
          List.of(), writer -> writer.error(status, whole.errorBody(status), reply), true);
    }
    if (reply.isSuccess() && whole.isCompletion()) {
      return new Ending(whole.answers(), writer -> writer.whole(reply.head(), body, whole), false);
    }
    return failed(
        reply,
        ErrorMapping.invalidResponse(
            "The upstream answered with status " + status + " and no chat completion."));
  }
}
