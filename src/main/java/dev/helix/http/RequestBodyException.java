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

  /** A body whose sender is too slow: status 408. */
  static RequestBodyException tooSlow() {
    return new RequestBodyException(
        new ApiError(
            408,
            "The request body came too slowly.",
            "invalid_request_error",
            null,
            "request_timeout"));
  }

  /** A body in an encoding that is not read: status 415. */
  static RequestBodyException unknownCoding() {
    return new RequestBodyException(
        new ApiError(
            415,
            "A request body may have the Content-Encoding 'gzip' or 'identity' and no other.",
            "invalid_request_error",
            "Content-Encoding",
            "unsupported_content_encoding"));
  }

  /** A body that is not what its {@code Content-Encoding} says: status 400. */
  static RequestBodyException noWholeGzip() {
    return new RequestBodyException(
        new ApiError(
            400,
            "The request body is no whole gzip, as its Content-Encoding says it is.",
            "invalid_request_error",
            "Content-Encoding",
            "invalid_content_encoding"));
  }

  /** Whether nothing more of the body is read, however much is still to come. */
  boolean endsReading() {
    return error.status() == 408 || error.code().equals(BodyBudgetException.SENDERS);
  }

  /** The error for the caller. */
  public ApiError error() {
    return error;
  }
}
