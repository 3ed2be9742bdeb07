package dev.helix.turn;

import dev.helix.backend.BackendException;
import dev.helix.http.ApiError;
import dev.helix.session.AnswerGoneException;
import dev.helix.session.LeaseLostException;
import dev.helix.session.MessageTooLargeException;
import dev.helix.session.OwnerLimitException;
import dev.helix.session.SessionException;
import dev.helix.session.SessionGoneException;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import dev.helix.session.TranscriptTooLongException;
import dev.helix.session.WaitingCallException;
import dev.helix.turn.reply.BackendReply;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** The one place where what went wrong inside becomes an error for the caller. */
public final class ErrorMapping {
  private static final Duration LOCKED_RETRY = Duration.ofSeconds(1);
  private static final Duration STORE_RETRY = Duration.ofSeconds(5);

  /** What the caller asked for depended on something that failed: clients do not repeat it. */
  private static final int FAILED_DEPENDENCY = 424;

  private static final String TOO_LARGE = "request_too_large";
  private static final String UNREACHABLE = "upstream_unreachable";
  private static final String UPSTREAM_ERROR = "upstream_error";

  private static final System.Logger LOG = System.getLogger(ErrorMapping.class.getName());

  private ErrorMapping() {}

  public static ApiError of(BackendException failure) {
    return switch (failure.reason()) {
      case UNREACHABLE -> upstream(502, UNREACHABLE, failure.getMessage());
      case TIMEOUT -> upstream(504, "upstream_timeout", failure.getMessage());
      case BROKEN -> upstream(502, "upstream_broken", failure.getMessage());
      case UNREADABLE ->
          upstream(FAILED_DEPENDENCY, "upstream_invalid_response", failure.getMessage());
    };
  }

  public static ApiError late() {
    return upstream(504, "upstream_timeout", "The upstream did not answer in time.");
  }

  public static ApiError silent() {
    return upstream(504, "upstream_timeout", "The upstream fell silent within its answer.");
  }

  static ApiError incomplete() {
    return upstream(502, "upstream_broken", "The upstream ended before its answer was complete.");
  }

  private static ApiError upstream(int status, String code, String message) {
    return new ApiError(status, message, UPSTREAM_ERROR, null, code);
  }

  /** Whether the backend has not got the request. */
  static boolean isUnreachable(ApiError error) {
    return UNREACHABLE.equals(error.code());
  }

  /** Whether the error is a failure of the backend's. */
  static boolean isBackends(ApiError error) {
    return error.type().equals(UPSTREAM_ERROR);
  }

  /**
   * The error in place of one that clients take for a reason to ask again: the backend has worked
   * for the answer, and would have to be paid again.
   */
  static ApiError notAgain(ApiError error) {
    return error.withStatus(notAgain(error.status())).retryAfter(null);
  }

  static int notAgain(int status) {
    return switch (status) {
      case 408, 409, 425, 429 -> FAILED_DEPENDENCY;
      default -> status >= 500 ? FAILED_DEPENDENCY : status;
    };
  }

  /** An answer that the backend did not give in full, or in a form that can't be read. */
  public static ApiError invalidResponse(String message) {
    return upstream(502, "upstream_invalid_response", message);
  }

  /**
   * What is wrong with a reply that came to its end, and of which nothing can be told, or not all;
   * null where nothing is.
   */
  public static ApiError flaw(BackendReply reply) {
    boolean stream = reply.whole() == null;
    if (stream && reply.soFar() == null) {
      return invalidResponse("The upstream answered with an empty stream.");
    }
    if (stream ? reply.isLost() : reply.whole().isCut()) {
      return tooLong();
    }
    return stream && reply.isUnreadable()
        ? invalidResponse("The upstream's stream has data that cannot be read.")
        : null;
  }

  static ApiError tooLong() {
    return invalidResponse("The upstream's answer is too long to be kept.");
  }

  private static ApiError server(int status, String code, Duration retryAfter, String message) {
    return new ApiError(status, message, "server_error", null, code, retryAfter);
  }

  private static ApiError conflict(String code, String message) {
    return new ApiError(409, message, "conflict_error", null, code, LOCKED_RETRY);
  }

  public static ApiError of(SessionException failure) {
    if (failure instanceof LeaseLostException) {
      return leaseLost();
    }
    if (failure instanceof OwnerLimitException limit) {
      // Clients repeat what is 429 or 5xx, so what time does not mend is neither.
      return limit.retryAfter() != null
          ? new ApiError(
              429,
              limit.getMessage(),
              "rate_limit_error",
              null,
              "too_many_sessions",
              limit.retryAfter())
          : new ApiError(
              403, limit.getMessage(), "insufficient_quota", null, "storage_quota_exceeded");
    }
    if (failure instanceof SessionGoneException) {
      return conflict(
          "conversation_gone",
          "The conversation was deleted or given to another owner during this turn, whose answer"
              + " is not stored.");
    }
    if (failure instanceof AnswerGoneException) {
      return conflict(
          "conversation_gone",
          "The answer that this turn was to follow was deleted. Nothing of the turn is stored.");
    }
    if (failure instanceof StoreUnavailableException) {
      return server(
          503,
          "storage_unavailable",
          STORE_RETRY,
          "The storage of conversations cannot be reached. Try again.");
    }
    if (failure instanceof MessageTooLargeException large) {
      return new ApiError(
          413, tooLarge("A message", large), "invalid_request_error", "messages", TOO_LARGE);
    }
    if (failure instanceof TranscriptTooLongException tooLong) {
      return new ApiError(
          413,
          "The conversation has at least "
              + tooLong.bytes()
              + " bytes, and this server's memory is enough to read "
              + tooLong.limit()
              + ". Nothing of it is changed.",
          "invalid_request_error",
          null,
          "conversation_too_long");
    }
    if (failure instanceof StorageFullException) {
      return server(507, "storage_full", null, "The storage of conversations is full.");
    }
    return server(500, "storage_error", null, "The conversation could not be stored.");
  }

  /** An answer cannot be recorded: what is wrong with it is nothing of the caller's. */
  static ApiError ofAnswer(SessionException failure) {
    return failure instanceof MessageTooLargeException large
        ? server(500, "storage_error", null, tooLarge("The answer", large))
        : of(failure);
  }

  private static String tooLarge(String what, MessageTooLargeException failure) {
    return what
        + " has "
        + failure.bytes()
        + " bytes, and the storage of conversations takes "
        + failure.limit()
        + " at most.";
  }

  /** The store cannot do its work now, whatever hinders it: 503, so that others are asked. */
  public static ApiError notReady(SessionException failure) {
    return failure instanceof StorageFullException || failure instanceof StoreUnavailableException
        ? of(failure).withStatus(503).retryAfter(STORE_RETRY)
        : notReady();
  }

  /** It is not known whether the store can do its work. */
  public static ApiError notReady() {
    return server(503, "storage_error", STORE_RETRY, "The storage of conversations does not work.");
  }

  /** Logs a failure of the store; shortly if it passes by itself, as there may be many. */
  public static void log(String what, SessionException failure) {
    if (failure instanceof OwnerLimitException || failure instanceof WaitingCallException) {
      LOG.log(Level.DEBUG, what + ": " + failure.getMessage());
    } else if (of(failure).retryAfter() != null
        || failure instanceof MessageTooLargeException
        || failure instanceof TranscriptTooLongException) {
      LOG.log(Level.WARNING, what + ": " + failure.getMessage());
    } else {
      LOG.log(Level.ERROR, what, failure);
    }
  }

  /** Another turn of the conversation began, because nothing was heard of this one. */
  public static ApiError leaseLost() {
    return conflict(
        "conversation_lease_lost",
        "Another turn of this conversation has taken the place of this one, whose answer is no part"
            + " of the conversation.");
  }

  static ApiError locked() {
    return conflict(
        "conversation_locked",
        "Another turn of this conversation is running; try again when it has ended.");
  }

  public static ApiError stopping() {
    return server(503, "server_stopping", LOCKED_RETRY, "The server is stopping. Try again.");
  }
}
