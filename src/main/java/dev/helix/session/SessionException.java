package dev.helix.session;

/**
 * A failure to read or keep a session, through no fault of the caller's: the disk, the database, a
 * folder that another server holds. The cause is kept.
 */
public class SessionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SessionException(String message) {
    super(message);
  }

  public SessionException(String message, Throwable cause) {
    super(message, cause);
  }

  static SessionException noSession(SessionId id) {
    return new SessionException("there is no session " + id);
  }
}
