package dev.helix.transfer.write;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A form in which other programs read sessions, one behind the other in one file. One for each
 * file; not thread-safe.
 */
public interface WrittenForm {
  /** What stands before the first session. */
  default void begin(OutputStream out) throws IOException {}

  /**
   * Writes the next session.
   *
   * @return false, with nothing written, where it has nothing that this form could say
   */
  boolean write(WrittenSession session, OutputStream out) throws IOException;

  /** What stands behind the last session. */
  default void end(OutputStream out) throws IOException {}
}
