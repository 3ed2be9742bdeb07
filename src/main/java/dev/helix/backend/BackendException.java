package dev.helix.backend;

import java.io.Serial;

/**
 * A reply that could not be had, or broke off. Its message is for the caller: it names no secret
 * and no host.
 */
public final class BackendException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** What went wrong. It decides the HTTP status. */
  public enum Reason {
    /** No connection could be made. */
    UNREACHABLE,
    /** Nothing came in time. */
    TIMEOUT,
    /** The connection broke, or what came is no HTTP. */
    BROKEN,
    /** An answer came, and cannot be read. */
    UNREADABLE
  }

  private final Reason reason;

  /** A failure with a message for the caller; the cause is for the log and may be null. */
  public BackendException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What went wrong. */
  public Reason reason() {
    return reason;
  }
}
