package dev.helix.session;

/** The message that a turn was to follow is not there, or not any more. Nothing is stored. */
public final class AnswerGoneException extends SessionException {
  private static final long serialVersionUID = 1L;

  AnswerGoneException(String message) {
    super(message);
  }
}
