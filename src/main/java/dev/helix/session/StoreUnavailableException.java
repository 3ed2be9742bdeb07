package dev.helix.session;

/**
 * The store cannot be reached for now, such as a database that is restarted: the same call may
 * succeed a little later. Whether what was being written is stored is not known.
 */
public class StoreUnavailableException extends SessionException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
