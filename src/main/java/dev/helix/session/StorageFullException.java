package dev.helix.session;

/**
 * The store has no room left. What was acknowledged before is intact, and what was being written is
 * not stored.
 */
public class StorageFullException extends SessionException {
  private static final long serialVersionUID = 1L;

  public StorageFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
