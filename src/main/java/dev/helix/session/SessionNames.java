package dev.helix.session;

import java.time.Clock;
import java.util.Objects;

/**
 * Which session of a store something is that comes from elsewhere. Nothing is stored. Thread-safe;
 * every method may wait for the store.
 */
public final class SessionNames {
  private final SessionResolver resolver;

  public SessionNames(SessionStore store, Clock clock) {
    this.resolver = new SessionResolver(store, Objects.requireNonNull(clock, "clock"));
  }

  /**
   * The owner's session of a conversation, as {@link SessionManager#getOrCreateSession} finds it.
   */
  public SessionState conversation(Owner owner, String conversationId) {
    return resolver.find(owner, null, conversationId);
  }

  /**
   * The owner's session of a name that no conversation has: the stored one, else a new one.
   *
   * @param unsuffixed the name without an owner's hash behind it
   * @throws SessionException if a conversation, or another owner, holds the name
   */
  public SessionState named(Owner owner, SessionId unsuffixed) {
    return resolver.named(owner, unsuffixed);
  }
}
