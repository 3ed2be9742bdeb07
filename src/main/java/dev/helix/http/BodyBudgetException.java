package dev.helix.http;

import java.time.Duration;

/**
 * A request body for which the {@link BodyBudget} had no room: status 503. The same request may
 * succeed a moment later.
 */
public final class BodyBudgetException extends RequestBodyException {
  private static final long serialVersionUID = 1L;

  /** The code of the error where too many threads wait for senders. */
  static final String SENDERS = "too_many_request_bodies";

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private BodyBudgetException(String message, String code) {
    super(new ApiError(503, message, "server_error", null, code, RETRY_AFTER));
  }

  static BodyBudgetException memory() {
    return new BodyBudgetException(
        "The memory for request bodies is taken by other requests; try again in a moment.",
        "request_memory_exhausted");
  }

  static BodyBudgetException senders() {
    return new BodyBudgetException(
        "Too many request bodies are on their way; try again in a moment.", SENDERS);
  }
}
