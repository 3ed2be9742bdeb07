package dev.helix.session;

import java.time.Duration;

/** An owner has created as much as it may. Nothing of what was to be added is stored. */
public final class OwnerLimitException extends SessionException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  private OwnerLimitException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /** The next session may be made after a time. Messages are for the caller. */
  static OwnerLimitException ofSessions(int perHour, Duration retryAfter) {
    return new OwnerLimitException(
        "Too many new conversations: " + perHour + " may begin in an hour. Try again later.",
        retryAfter);
  }

  /** There is no room for more. */
  static OwnerLimitException ofBytes(long bytes) {
    return new OwnerLimitException(
        "Your conversations take as much storage as they may, which is "
            + bytes
            + " bytes. Until some are removed nothing more is taken.",
        null);
  }

  /** After which time there is something to be had again; null where time alone does not help. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
