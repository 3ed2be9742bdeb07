package dev.helix.session;

/**
 * The session of a turn is not the caller's any more: it was deleted, or another owner adopted it,
 * while the turn was running. Nothing of what was to be added is stored.
 */
public final class SessionGoneException extends SessionException {
  private static final long serialVersionUID = 1L;

  SessionGoneException(String message) {
    super(message);
  }
}
