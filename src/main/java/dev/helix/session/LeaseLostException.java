package dev.helix.session;

/**
 * A turn's {@link Lease} is another's by now, or ran out: the turn is no part of the conversation's
 * path any more. What it had said already is kept beside the path.
 */
public class LeaseLostException extends SessionException {
  private static final long serialVersionUID = 1L;

  public LeaseLostException(String message) {
    super(message);
  }
}
