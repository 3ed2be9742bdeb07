package dev.helix.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds which session a conversation is. Two conversations may have ids that look alike, so what
 * decides is the conversation id that a stored session names. Specification sections 1 and 7.
 */
final class SessionResolver {
  private static final int REMEMBERED = 10_000;

  private final SessionStore store;

  /** Where a conversation was found; only a hint, checked against the store every time. */
  private final Map<String, SessionId> found =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, SessionId> eldest) {
              return size() > REMEMBERED;
            }
          });

  SessionResolver(SessionStore store) {
    this.store = store;
  }

  /**
   * A session's name, and its state where it is stored.
   *
   * @param state null when nothing is stored under this name
   */
  record Resolved(SessionId id, SessionState state) {}

  /** The session of a conversation: the stored one that names it, else the first free name. */
  Resolved conversation(String conversationId) {
    SessionId hint = found.get(conversationId);
    if (hint != null) {
      Optional<SessionState> state = store.find(hint);
      if (state.isPresent() && isOf(state.get(), conversationId)) {
        return new Resolved(hint, state.get());
      }
    }
    SessionId free = null;
    for (SessionId form : SessionId.conversationForms(conversationId)) {
      Optional<SessionState> state = store.find(form);
      if (state.isPresent() && isOf(state.get(), conversationId)) {
        return remember(conversationId, state.get());
      }
      free = free == null && state.isEmpty() ? form : free;
    }
    for (SessionId form : SessionId.legacyForms(conversationId)) {
      Optional<SessionState> state = store.find(form);
      if (state.isPresent() && isOf(state.get(), conversationId)) {
        return remember(conversationId, state.get());
      }
    }
    return free(free);
  }

  /** The session of a first message: the first name that no conversation holds. */
  Resolved firstMessage(String firstMessage) {
    List<SessionId> forms = SessionId.firstMessageForms(firstMessage);
    for (SessionId form : forms) {
      Optional<SessionState> state = store.find(form);
      if (state.isEmpty()) {
        return free(form);
      }
      if (isOf(state.get(), null)) {
        return new Resolved(form, state.get());
      }
    }
    return free(null);
  }

  private Resolved remember(String conversationId, SessionState state) {
    found.put(conversationId, state.sessionId());
    return new Resolved(state.sessionId(), state);
  }

  private static Resolved free(SessionId id) {
    if (id == null) {
      throw new SessionException("every name of this session is held by another conversation");
    }
    return new Resolved(id, null);
  }

  private static boolean isOf(SessionState state, String conversationId) {
    return Objects.equals(state.conversationId(), conversationId);
  }
}
