package dev.helix.session;

import java.io.IOException;

/**
 * A whole session as the files of its folder, whatever store it is in: what archives and copies are
 * made of. Specification section 3.
 */
@FunctionalInterface
public interface SessionFiles {
  /**
   * Shows every file: {@code status.json} first, then {@code context/messages.json}, then the
   * others in any order, and the end.
   *
   * @throws IOException if the files cannot be read, or the visitor fails
   */
  void each(Visitor visitor) throws IOException;

  /** Whether the names of a path lead nowhere but below a session's folder, on any system. */
  static boolean isPath(String path) {
    return path.matches(
        "(?s)(?![A-Za-z]:)(?!\\.\\.?(/|$))[^/\\\\\\x00]+(/(?!\\.\\.?(/|$))[^/\\\\\\x00]+)*");
  }

  /** Who is shown a session's files, one after the other. */
  interface Visitor {
    /**
     * The next file.
     *
     * @param path below the session's folder, with {@code /} between its names, such as {@code
     *     context/why.md}; never leads out of it
     * @param content must not be changed
     * @throws IOException if it cannot be taken, which ends the visit
     */
    void file(String path, byte[] content) throws IOException;

    /**
     * All files were shown.
     *
     * @throws IOException if what was shown cannot be kept, which is then as if nothing was shown
     */
    default void end() throws IOException {}
  }
}
