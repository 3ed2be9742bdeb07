package dev.helix.access;

import dev.helix.http.ApiError;

/** A caller who is not let in, or not as whom it says it is. Its message shows no secret. */
final class RefusedCallerException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient ApiError error;

  private RefusedCallerException(ApiError error) {
    super(error.message());
    this.error = error;
  }

  /** 401: the caller has to prove something first. */
  static RefusedCallerException unproven(String code, String message) {
    return new RefusedCallerException(
        new ApiError(401, message, "invalid_request_error", null, code));
  }

  /** 400: what the caller says of itself makes no sense. */
  static RefusedCallerException senseless(String code, String header, String message) {
    return new RefusedCallerException(ApiError.invalidRequest(code, header, message));
  }

  ApiError error() {
    return error;
  }
}
