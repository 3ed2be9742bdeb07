package dev.helix.http;

import java.util.Objects;

/** A request body that was not taken into memory, with the error that tells the caller why. */
public abstract sealed class RequestBodyException extends RuntimeException
    permits BodyTooLargeException, BodyBudgetException {
  private static final long serialVersionUID = 1L;

  private final transient ApiError error;

  RequestBodyException(ApiError error) {
    super(error.message());
    this.error = Objects.requireNonNull(error, "error");
  }

  /** What the caller is told. */
  public ApiError error() {
    return error;
  }
}
