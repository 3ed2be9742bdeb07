package dev.helix.session;

import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import java.util.function.LongConsumer;

/**
 * How the logs of a {@link SessionStore} are read; what it says of threads, absence and failure
 * holds. Thread-safe.
 */
public interface SessionReads {
  /**
   * Reads a session's state and its log, oldest first.
   *
   * @param since how far the caller has read, or {@link LogVersion#NONE} for everything
   * @return what came after; or, where the log is not the one that {@code since} was a place in,
   *     everything, marked as such. Without such a session it is {@link Reading#NOTHING}.
   */
  Reading read(SessionId id, LogVersion since);

  /**
   * Reads a session's state and the end of its log, oldest first, at a cost that does not grow with
   * what stands before.
   *
   * @param bytes about how much is read; at least the last element is, whatever its size
   * @return the last elements, and whether they are all; without such a session {@link
   *     Reading#NOTHING}. Unless overridden it is everything.
   */
  default Reading readEnd(SessionId id, int bytes) {
    return read(id, LogVersion.NONE);
  }

  /**
   * Reads as {@link #read(SessionId, LogVersion)} does, and says what that takes of the memory.
   *
   * @param ahead is told how many bytes of messages are held, before they are or while there are
   *     few of them; what it throws ends the reading. Unless overridden it is told nothing.
   */
  default Reading read(SessionId id, LogVersion since, LongConsumer ahead) {
    return read(id, since);
  }

  /** Reads as {@link #readEnd(SessionId, int)} does, and says the same. */
  default Reading readEnd(SessionId id, int bytes, LongConsumer ahead) {
    return readEnd(id, bytes);
  }
}
