package dev.helix.turn;

import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.session.SessionException;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.WholeReply;
import java.nio.ByteBuffer;

/**
 * The form in which an endpoint tells its caller of an answer. The turn tells it the answer's
 * events, and it writes what they come to. One for each turn. It is called by one thread at a time,
 * must not block, and need not be thread-safe.
 *
 * <p>The order is: {@link #commit} at most once; then, of an answer that is a stream, {@link
 * #begin}, any number of {@link #pass}, {@link #chunk} and {@link #keepAlive}, and {@link #done};
 * or, of one that is not, {@link #whole}. {@link #fail} may come in place of whatever is left. What
 * is called last is called when everything is recorded.
 */
public interface ReplyForm {

  /** A stream begins before it is known how the backend will answer. */
  void commit(CallerOutput out);

  /** The backend's stream begins, which was asked for. Its head is known to the reply. */
  void begin(BackendReply reply, CallerOutput out);

  /**
   * Bytes of the backend's stream, as they came, without its end mark {@code [DONE]}.
   *
   * @param bytes the form's from now on
   */
  void pass(ByteBuffer bytes, CallerOutput out);

  /**
   * The data of one event of the backend's stream, which is JSON as a rule: so many bytes of the
   * array, which is not the form's and good for the call only. All of an event's bytes have been
   * passed, or will be.
   */
  void chunk(byte[] bytes, int from, int length, CallerOutput out);

  /** Nothing was written for a while. Comes between events only. */
  void keepAlive(BackendReply reply, CallerOutput out);

  /** The backend's stream is complete. */
  void done(BackendReply reply, CallerOutput out);

  /**
   * The backend's stream ended with an error of its own, which was passed. Nothing follows. Not
   * called where the form {@linkplain #tellsFailures tells failures itself}.
   */
  void told(BackendReply reply, CallerOutput out);

  /**
   * The answer came whole.
   *
   * @param body its bytes
   * @param whole what they say
   */
  void whole(BackendReply reply, byte[] body, WholeReply whole, CallerOutput out);

  /**
   * An answer in one piece is longer than is kept. Where the form passes it as it comes, {@link
   * #pass} follows until its end, or {@link #fail} where it breaks off.
   *
   * @return whether it does
   */
  default boolean passOn(BackendReply reply, CallerOutput out) {
    return false;
  }

  /**
   * There is no answer, or not all of it. Where a stream has begun, this is its last event, and the
   * connection is cut behind it, unless the form {@linkplain #tellsFailures tells failures itself}.
   *
   * @param reply what came of it; its head is null where none came
   * @param json the error in OpenAI's form
   */
  void fail(BackendReply reply, int status, byte[] json, CallerOutput out);

  /**
   * The turn was cancelled, as only one that is {@linkplain Turns#beginAlone alone} is, and its
   * stream has begun: this comes in place of whatever is left of it.
   */
  default void cancelled(BackendReply reply, CallerOutput out) {
    throw new UnsupportedOperationException("this form is for callers who end turns by leaving");
  }

  /** What the caller is told where the question could not be placed. */
  default ApiError refusal(SessionException failure) {
    return ErrorMapping.of(failure);
  }

  /**
   * What is kept with the first answer, in the form of the endpoint: a JSON object, or null for
   * nothing. Called before an answer is recorded, thus before the last words; where there is no
   * answer, an empty one is recorded that has it. Where nothing is recorded it is not called.
   *
   * @param status how the turn ends; {@link AnswerStatus#CANCELLED} where the caller has left. Null
   *     where it goes on, and only what has come so far is recorded
   * @param error what {@link #fail} is to tell the caller; null where the answer is good
   */
  default String note(BackendReply reply, AnswerStatus status, byte[] error) {
    return null;
  }

  /**
   * Whether a stream that fails ends well, as its events say that it failed: the connection is not
   * cut, and {@link #fail} is called for the backend's own errors too, be they passed or not.
   */
  default boolean tellsFailures() {
    return false;
  }

  /**
   * Whether the caller is told of a stream only what is kept of it: it fails where it is longer.
   */
  default boolean needsAll() {
    return false;
  }
}
