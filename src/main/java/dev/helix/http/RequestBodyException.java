package dev.helix.http;

import java.util.Objects;

/** A request body that was not taken into memory, and the error for its caller. */
public abstract sealed class RequestBodyException extends RuntimeException
    permits BodyTooLargeException, BodyBudgetException {
  private static final long serialVersionUID = 1L;

  private final transient ApiError error;

  RequestBodyException(ApiError error) {
    super(error.message());
    this.error = Objects.requireNonNull(error, "error");
  }

  /** The error for the caller. */
  public ApiError error() {
    return error;
  }
}
