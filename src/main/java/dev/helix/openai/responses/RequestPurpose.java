package dev.helix.openai.responses;

/** What a request asks for that has the fields of one for a response. */
enum RequestPurpose {
  RESPONSE,
  /** A response, asked for in a frame of a WebSocket: always a stream, never in the background. */
  FRAME,
  /** How many tokens it is. Nothing is asked of a backend. */
  COUNT,
  /** A summary of what is sent with it. */
  SUMMARY;

  /** Whether a response is made, which may be a stream, in the background and kept. */
  boolean isResponse() {
    return this == RESPONSE || this == FRAME;
  }

  /** Whether there must be an input, though what it follows may say enough. */
  boolean needsInput() {
    return isResponse();
  }

  /** Whether the model must be named. */
  boolean needsModel() {
    return this == SUMMARY;
  }
}
