package dev.helix.session;

/** Gives sessions that have no owner to one. Thread-safe; the caller holds the session's lock. */
record Adoption(SessionStore store, SessionResolver resolver) {

  /** As {@link SessionManager#adopt}. */
  SessionState adopt(SessionId id, Owner owner) {
    if (owner.isAnonymous()) {
      throw new IllegalArgumentException("nobody cannot adopt a session");
    }
    SessionState before = stored(id);
    if (!before.owner().isAnonymous()) {
      throw new AdoptionRefusedException(
          "session " + id + " has an owner already: " + before.owner());
    }
    Owner next = owner.forConversation(before.conversationId());
    if (next.isAnonymous()) {
      throw new IllegalArgumentException("a channel's session is a tenant's, and none is named");
    }
    if (before.conversationId() != null) {
      SessionState own = resolver.conversation(next, before.conversationId());
      if (own.status() != SessionStatus.NEW) {
        throw new AdoptionRefusedException(
            "session " + own.sessionId() + " of this owner is the same conversation as " + id);
      }
    }
    if (!store.adopt(id, next)) {
      throw new AdoptionRefusedException("session " + id + " was changed meanwhile");
    }
    return stored(id);
  }

  private SessionState stored(SessionId id) {
    return store.find(id).orElseThrow(() -> SessionException.noSession(id));
  }
}
