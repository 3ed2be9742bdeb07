package dev.helix.http;

import java.io.Serial;

/** Says that a request can't be served, and how that is told to the caller. */
public final class InvalidRequestException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient ApiError error;

  /** A request that is answered with this error. */
  public InvalidRequestException(ApiError error) {
    super(error.message());
    this.error = error;
  }

  /** A request that is answered with 400. */
  public InvalidRequestException(String code, String param, String message) {
    this(new ApiError(400, message, "invalid_request_error", param, code));
  }

  /** What the caller is told. */
  public ApiError error() {
    return error;
  }
}
