package dev.helix.session;

/** A message, or another piece of a session, is larger than the store takes; nothing is stored. */
public final class MessageTooLargeException extends SessionException {
  private static final long serialVersionUID = 1L;

  private final long bytes;
  private final long limit;

  /**
   * The failure to store so many bytes.
   *
   * @param limit how many the store takes
   */
  public MessageTooLargeException(String message, long bytes, long limit) {
    super(message);
    this.bytes = bytes;
    this.limit = limit;
  }

  /** How large it is. */
  public long bytes() {
    return bytes;
  }

  /** How large it may be. */
  public long limit() {
    return limit;
  }
}
