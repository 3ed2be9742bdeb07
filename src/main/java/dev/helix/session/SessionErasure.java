package dev.helix.session;

import java.util.Set;

/** The part of a {@link SessionStore} that takes messages out of logs. */
public interface SessionErasure {
  /**
   * Takes the content of messages out of a session for good: of all their versions, in one step
   * with regard to all other changes of it, on every server of this store, and durably on return.
   * In the place of each version a {@linkplain dev.helix.message.Message#tombstone tombstone}
   * stays, so that the log has as many elements as before; all other elements stay as they are, to
   * the byte. Of a message that is erased in part its rest stands there, in each version's place
   * and with its time. It is another log then: whoever has read it reads all of it again, and an
   * append with a version from before is a conflict. The time of last use stays.
   *
   * <p>Where one of them asked what the session's original request is, that is empty afterwards.
   * What was kept aside as damaged is taken out as far as it tells which message it is of.
   *
   * <p>In the same step the long values of responses ({@link ValueNames}) that no message has any
   * more are emptied, where anything is erased; so whoever keeps such a value before an append that
   * refers to it finds out by the conflict that it may be empty by now. No other note is looked at.
   * In memory is no more of the log at once than a piece of it.
   *
   * @return those that are in the log, erased now or before; empty where there is no such session
   * @throws UnsupportedOperationException if this store cannot, as unless overridden
   */
  default Set<String> erase(SessionId id, Erasing erasing) {
    throw new UnsupportedOperationException("this store cannot erase messages");
  }

  /** Erases whole messages. Not to be overridden. */
  default Set<String> erase(SessionId id, Set<String> ids) {
    return erase(id, Erasing.of(ids));
  }
}
