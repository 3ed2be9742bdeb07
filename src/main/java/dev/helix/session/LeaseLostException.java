package dev.helix.session;

/**
 * A turn's {@link Lease} was taken by another turn, or ran out, so that the turn is not on the
 * current path. What was said in it already is kept beside the path.
 */
public class LeaseLostException extends SessionException {
  private static final long serialVersionUID = 1L;

  public LeaseLostException(String message) {
    super(message);
  }
}
