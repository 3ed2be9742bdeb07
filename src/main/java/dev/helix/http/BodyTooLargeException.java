package dev.helix.http;

/** A request body over the limit for one request: status 413. */
public final class BodyTooLargeException extends RequestBodyException {
  private static final long serialVersionUID = 1L;

  BodyTooLargeException(long limit) {
    super(
        ApiError.invalidRequest(
                "request_too_large",
                null,
                "The request body is larger than the " + limit + " bytes allowed here.")
            .withStatus(413));
  }
}
