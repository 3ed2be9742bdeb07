package dev.helix.store.files;

import dev.helix.session.SessionStore;
import java.nio.file.Path;
import java.time.Clock;

/** The session stores that come along. */
public final class SessionStores {
  private SessionStores() {}

  /**
   * A store of folders, one for each session, laid out as section 3 of the specification says. It
   * makes the directory where it is missing and holds it until it is closed.
   *
   * <p>An append is one write to the end of {@code context/messages.json}, whatever its length. A
   * crash's half-written end is repaired when the session is next used, and the log says so. Files
   * that another program changes are read again; two servers cannot use one directory. A transcript
   * is at most 2 GB.
   *
   * @throws dev.helix.session.SessionException if the directory cannot be used, or another server
   *     uses it
   */
  public static SessionStore files(Path directory) {
    return FileSessionStore.open(directory, Clock.systemUTC());
  }

  /**
   * A look at the folders of a directory beside the server that uses it, which changes nothing.
   *
   * @throws dev.helix.session.SessionException if there is no such directory
   */
  public static SessionStore filesToRead(Path directory) {
    return FileSessionReader.open(directory);
  }
}
