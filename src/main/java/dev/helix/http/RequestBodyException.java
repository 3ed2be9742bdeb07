package dev.helix.http;

/** A request body that was not taken into memory, and the error for its caller. */
public sealed class RequestBodyException extends RuntimeException permits BodyBudgetException {
  private static final long serialVersionUID = 1L;

  private final transient ApiError error;

  RequestBodyException(ApiError error) {
    super(error.message());
    this.error = error;
  }

  /** A body over the limit for one request: status 413. */
  public static RequestBodyException tooLarge(long limit) {
    String message = "The request body is larger than the " + limit + " bytes allowed here.";
    return new RequestBodyException(
        new ApiError(413, message, "invalid_request_error", null, "request_too_large"));
  }

  /** The error for the caller. */
  public ApiError error() {
    return error;
  }
}
