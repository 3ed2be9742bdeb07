package dev.helix.turn;

import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.ReplyError;
import dev.helix.turn.reply.WholeReply;
import java.util.List;
import java.util.function.Supplier;

/**
 * How a turn ends whose caller is still there. Immutable.
 *
 * @param answers gives what is recorded first; asked once, where the answer is recorded
 * @param lastWords what the caller is told then
 * @param abandons whether nothing more is wanted of the backend
 * @param failure what the backend did not do, for the log; null where it is no fault of its own
 * @param refused whether the backend could not be reached, or said no before anything of an answer
 * @param status of what is recorded where it is no error
 */
record Ending(
    Supplier<List<Answer>> answers,
    LastWords lastWords,
    boolean abandons,
    String failure,
    boolean refused,
    AnswerStatus status) {

  /** What the caller is told last, in the form of its endpoint. */
  interface LastWords {
    void tell(ReplyForm form, CallerOutput out);

    /** The error in OpenAI's form, where the answer is not what was asked for; else null. */
    default byte[] error() {
      return null;
    }

    /** Whether the answer is not what was asked for. */
    default boolean isError() {
      return error() != null;
    }
  }

  /** The words of an answer that is not what was asked for. Immutable. */
  private static final class BadNews implements LastWords {
    private final byte[] error;
    private final LastWords words;

    BadNews(byte[] error, LastWords words) {
      this.error = error;
      this.words = words;
    }

    @Override
    public byte[] error() {
      return error;
    }

    @Override
    public void tell(ReplyForm form, CallerOutput out) {
      words.tell(form, out);
    }
  }

  /** The ending of a caller who is gone. */
  static Ending silent(Supplier<List<Answer>> answers) {
    return new Ending(answers, (form, out) -> {}, true, null, false, AnswerStatus.CANCELLED);
  }

  /** The ending of a turn that nobody wants any more, and whose readers are still there. */
  static Ending cancelled(BackendReply reply) {
    return new Ending(
        () -> reply.answers(AnswerStatus.CANCELLED),
        (form, out) -> form.cancelled(reply, out),
        true,
        null,
        false,
        AnswerStatus.CANCELLED);
  }

  private static Ending good(Supplier<List<Answer>> answers, LastWords words) {
    return new Ending(answers, words, false, null, false, AnswerStatus.COMPLETED);
  }

  /** The ending of a reply of which all has come that will, be it whole or not. */
  static Ending of(BackendReply reply, BackendFailures failures) {
    if (!reply.isStream()) {
      return ofBody(reply, failures);
    }
    ReplyError error = reply.error();
    if (error != null) {
      return ofError(reply, failures.masked(error));
    }
    if (reply.isTooLong()) {
      return failed(reply, ErrorMapping.tooLong());
    }
    if (!reply.isWhole() || (reply.isAssembled() && reply.isUnreadable())) {
      return failed(
          reply,
          reply.isUnreadable()
              ? ErrorMapping.invalidResponse("The upstream's stream has data that cannot be read.")
              : ErrorMapping.incomplete());
    }
    Supplier<List<Answer>> answers = () -> reply.answers(AnswerStatus.COMPLETED);
    return reply.isAssembled()
        ? ofAssembled(reply, answers)
        : good(answers, (form, out) -> form.done(reply, out));
  }

  /** The ending with an error of ours, unless the reply has one of its own, or is whole. */
  static Ending orFailed(BackendReply reply, ApiError error, BackendFailures failures) {
    boolean ownEnd = reply.error() != null || reply.isWhole();
    return ownEnd ? of(reply, failures) : failed(reply, error);
  }

  /** The ending with an error of ours; what came of the answer is recorded as failed. */
  static Ending failed(BackendReply reply, ApiError error) {
    boolean backends = ErrorMapping.isBackends(error);
    String failure = backends ? error.status() + " " + error.code() + ": " + error.message() : null;
    return new Ending(
        () -> reply.answers(AnswerStatus.FAILED),
        words(reply, error),
        true,
        failure,
        ErrorMapping.isUnreachable(error) || (reply.head() != null && !reply.isSuccess()),
        AnswerStatus.FAILED);
  }

  static LastWords words(BackendReply reply, ApiError error) {
    ApiError told = reply.hasContent() ? ErrorMapping.notAgain(error) : error;
    byte[] json = told.toJson();
    return new BadNews(
        json,
        (form, out) -> {
          if (told.retryAfter() != null && !out.begun()) {
            out.header("Retry-After", told.retryAfterSeconds());
          }
          form.fail(reply, told.status(), json, out);
        });
  }

  private static Ending ofError(BackendReply reply, ReplyError error) {
    int status = reply.hasContent() ? ErrorMapping.notAgain(error.status()) : error.status();
    byte[] json = error.toJson();
    LastWords told =
        (form, out) -> {
          if (reply.hasToldError() && !form.tellsFailures()) {
            form.told(reply, out);
          } else {
            form.fail(reply, status, json, out);
          }
        };
    LastWords words = new BadNews(json, told);
    String failure = "an error in its stream: " + error.message();
    return new Ending(
        () -> reply.answers(AnswerStatus.FAILED),
        words,
        true,
        failure,
        !reply.hasContent(),
        AnswerStatus.FAILED);
  }

  private static Ending ofAssembled(BackendReply reply, Supplier<List<Answer>> answers) {
    byte[] body = reply.body();
    WholeReply whole = reply.read(body);
    return whole.isCompletion()
        ? good(answers, (form, out) -> form.whole(reply, body, whole, out))
        : failed(
            reply, ErrorMapping.invalidResponse("The upstream answered with an empty stream."));
  }

  private static Ending ofBody(BackendReply reply, BackendFailures failures) {
    int status = reply.head().status();
    byte[] body = reply.body();
    if (status >= 400 && status < 600) {
      return ofErrorBody(reply, failures.masked(ReplyError.of(status, body)), null);
    }
    WholeReply whole = reply.read(body);
    if (reply.last() != null) {
      // Of a body that has passed only the end is left to say, whatever it was.
      return good(() -> reply.answers(whole), (form, out) -> form.pass(reply.last(), out));
    }
    if (reply.isSuccess() && whole.isCompletion()) {
      ReplyError told = whole.error();
      if (told != null) {
        return ofErrorBody(reply, failures.masked(told), () -> reply.answers(whole));
      }
      if (whole.isCut() && reply.isStreamAsked()) {
        return failed(reply, ErrorMapping.tooLong()); // It cannot be made a stream of.
      }
      return good(() -> reply.answers(whole), (form, out) -> form.whole(reply, body, whole, out));
    }
    ReplyError error = reply.isSuccess() ? ReplyError.underSuccess(body) : null;
    if (error != null) {
      return ofErrorBody(reply, failures.masked(error), null);
    }
    String headline = ReplyError.headline(body, failures::masked);
    return failed(
        reply,
        ErrorMapping.invalidResponse(
            "The upstream answered with status "
                + status
                + " and no chat completion"
                + (headline.isEmpty() ? "." : ": " + headline)));
  }

  /**
   * The ending of a body with an error.
   *
   * @param answers null where there is nothing of an answer in it
   */
  private static Ending ofErrorBody(
      BackendReply reply, ReplyError error, Supplier<List<Answer>> answers) {
    byte[] json = error.toJson();
    LastWords words = new BadNews(json, (form, out) -> form.fail(reply, error.status(), json, out));
    int given = reply.head().status();
    String failure = "status " + given + ": " + error.message();
    return answers == null
        ? new Ending(List::of, words, true, failure, true, AnswerStatus.FAILED)
        : new Ending(answers, words, true, failure, false, AnswerStatus.FAILED);
  }
}
