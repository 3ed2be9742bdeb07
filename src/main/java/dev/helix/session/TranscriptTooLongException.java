package dev.helix.session;

/**
 * A session's log is longer than can be read with this much memory; nothing of it is changed, and
 * nothing is stored.
 */
public final class TranscriptTooLongException extends SessionException {
  private static final long serialVersionUID = 1L;

  private final long bytes;
  private final long limit;

  /**
   * The failure to read so many bytes.
   *
   * @param limit how many can be read
   */
  public TranscriptTooLongException(long bytes, long limit) {
    super("a transcript has at least " + bytes + " bytes, of which " + limit + " can be read");
    this.bytes = bytes;
    this.limit = limit;
  }

  /** How long it is, at least. */
  public long bytes() {
    return bytes;
  }

  /** How long it may be. */
  public long limit() {
    return limit;
  }
}
