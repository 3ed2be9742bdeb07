package dev.helix.http;

import java.time.Duration;

/**
 * A request body for which the {@link BodyBudget} had no room: status 503. The same request may
 * succeed a moment later.
 */
public final class BodyBudgetException extends RequestBodyException {
  private static final long serialVersionUID = 1L;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  BodyBudgetException() {
    super(
        new ApiError(
            503,
            "The memory for request bodies is taken by other requests; try again in a moment.",
            "server_error",
            null,
            "request_memory_exhausted",
            RETRY_AFTER));
  }
}
