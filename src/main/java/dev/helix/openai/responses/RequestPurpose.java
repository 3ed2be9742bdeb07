package dev.helix.openai.responses;

/** What a request asks for that has the fields of one for a response. */
enum RequestPurpose {
  RESPONSE,
  /** How many tokens it is. Nothing is asked of a backend. */
  COUNT,
  /** A summary of what is sent with it. */
  SUMMARY;

  /** Whether a response is made, which may be a stream, in the background and kept. */
  boolean isResponse() {
    return this == RESPONSE;
  }

  /** Whether there must be an input, though what it follows may say enough. */
  boolean needsInput() {
    return this == RESPONSE;
  }

  /** Whether the model must be named. */
  boolean needsModel() {
    return this == SUMMARY;
  }
}
