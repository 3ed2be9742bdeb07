package dev.helix.filter;

import dev.helix.http.ApiError;

/** A conversation id that cannot be used: status 400, nothing stored. */
final class InvalidConversationIdException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String header;

  InvalidConversationIdException(String header, String problem) {
    super("The header " + header + " " + problem + ".");
    this.header = header;
  }

  ApiError error() {
    return ApiError.invalidRequest("invalid_conversation_id", header, getMessage());
  }
}
