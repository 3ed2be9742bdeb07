package dev.helix.access;

/** A keys file that cannot be used. The message names the line and shows nothing of it. */
final class BrokenKeysException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokenKeysException(String message, Throwable cause) {
    super(message, cause);
  }
}
