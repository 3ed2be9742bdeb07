package dev.helix.transcript;

import java.util.Objects;

/**
 * How far a reader of a session's log is. Opaque to callers, who keep it and hand it back.
 * Immutable.
 *
 * @param epoch names the log as one that has only grown; another one must be read from the start
 * @param length how far in, in a unit of the store's
 */
public record LogVersion(String epoch, long length) {
  /** The place before everything, and that of a session that does not exist. */
  public static final LogVersion NONE = new LogVersion("", 0);

  public LogVersion {
    Objects.requireNonNull(epoch, "epoch");
    if (length < 0) {
      throw new IllegalArgumentException("negative length");
    }
  }
}
