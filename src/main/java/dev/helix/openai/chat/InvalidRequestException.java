package dev.helix.openai.chat;

import dev.helix.http.ApiError;
import java.io.Serial;

/** Says that a request can't be served, and how that is told to the caller. */
final class InvalidRequestException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient ApiError error;

  InvalidRequestException(ApiError error) {
    super(error.message());
    this.error = error;
  }

  InvalidRequestException(String code, String param, String message) {
    this(ApiError.invalidRequest(code, param, message));
  }

  ApiError error() {
    return error;
  }
}
