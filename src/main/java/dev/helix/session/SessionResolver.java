package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.message.Preamble;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds which session a conversation of an owner is. Two conversations may have ids that look
 * alike, so what decides is the conversation id and the owner that a stored session names.
 * Specification sections 1 and 7.
 *
 * <p>Thread-safe; every method may wait for the store.
 */
final class SessionResolver {
  private static final int REMEMBERED = 10_000;

  private final SessionStore store;
  private final OwnerNames names;
  private final Clock clock;

  /** Where a conversation was found; only a hint, checked against the store every time. */
  private final Map<Asked, SessionId> found =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Asked, SessionId> eldest) {
              return size() > REMEMBERED;
            }
          });

  SessionResolver(SessionStore store, Clock clock) {
    this.store = store;
    this.names = new OwnerNames(store);
    this.clock = clock;
  }

  private record Asked(Owner owner, String conversationId) {}

  /** As {@link SessionManager#getOrCreateSession(Owner, String, String)} says. */
  SessionState find(Owner owner, String firstMessage, String conversationId) {
    if (owner.equals(Owner.UNREADABLE)) {
      throw new IllegalArgumentException("nobody is called that");
    }
    if (conversationId != null && !conversationId.isEmpty()) {
      return conversation(owner.forConversation(conversationId), conversationId);
    }
    if (firstMessage == null) {
      throw new IllegalArgumentException("neither a conversation id nor a first message");
    }
    return firstMessage(owner, firstMessage);
  }

  /** The session of a conversation: the stored one that is it, else a new one of a free name. */
  SessionState conversation(Owner owner, String conversationId) {
    Asked asked = new Asked(owner, conversationId);
    SessionId hint = found.get(asked);
    if (hint != null) {
      Optional<SessionState> state = readable(store.find(hint), asked);
      if (state.isPresent() && state.get().isOf(owner, conversationId)) {
        return state.get();
      }
    }
    List<SessionId> forms = SessionId.conversationForms(conversationId);
    SessionState resolved = resolve(asked, forms, SessionId.legacyForms(conversationId));
    if (resolved.status() != SessionStatus.NEW) {
      found.put(asked, resolved.sessionId());
    }
    return resolved;
  }

  /** The session of an owner's first message, which no conversation holds. */
  SessionState firstMessage(Owner owner, String firstMessage) {
    List<SessionId> forms = SessionId.firstMessageForms(firstMessage);
    return resolve(new Asked(owner, null), forms, List.of());
  }

  /** Another session for a turn whose session turned out to be another conversation's. */
  SessionState another(SessionState session, List<Message> messages) {
    Owner owner = session.owner();
    if (session.conversationId() != null) {
      return conversation(owner, session.conversationId());
    }
    Optional<String> first = Preamble.firstQuestion(messages).map(Message::firstMessageText);
    return first.isPresent() && mayBeOfFirstMessage(session, first.get())
        ? firstMessage(owner, first.get())
        : random(owner);
  }

  /** Whether a session may have this name because of this first message. */
  private boolean mayBeOfFirstMessage(SessionState session, String firstMessage) {
    List<SessionId> forms = SessionId.firstMessageForms(firstMessage);
    return forms.contains(session.sessionId())
        || names.of(session.owner(), forms).contains(session.sessionId());
  }

  /** A new session that nobody else can name. */
  SessionState random(Owner owner) {
    SessionId id = names.of(owner, List.of(SessionId.random())).get(0);
    return SessionState.fresh(id, null, owner, clock.instant());
  }

  /** As {@link SessionManager#ownSession}. */
  Optional<SessionState> own(Owner owner, SessionId unsuffixed) {
    Asked asked = new Asked(owner, null);
    List<SessionId> forms = new ArrayList<>(names.of(owner, List.of(unsuffixed)));
    if (!owner.isAnonymous()) {
      forms.add(unsuffixed); // What was adopted keeps its name.
    }
    for (SessionId form : forms) {
      Optional<SessionState> state =
          readable(store.find(form), asked)
              .filter(found -> !found.isUnreadable() && found.owner().equals(owner));
      if (state.isPresent()) {
        return state;
      }
    }
    return Optional.empty();
  }

  /** As {@link SessionNames#named}. */
  SessionState named(Owner owner, SessionId unsuffixed) {
    return own(owner, unsuffixed)
        .orElseGet(
            () -> {
              SessionId id = names.of(owner, List.of(unsuffixed)).get(0);
              if (store.find(id).isPresent()) {
                throw new SessionException("the name " + id + " is another session's");
              }
              return SessionState.fresh(id, null, owner, clock.instant());
            });
  }

  /** Looks for a session under each of its names, of which the first is nearly always it. */
  private SessionState resolve(Asked asked, List<SessionId> forms, List<SessionId> legacy) {
    List<SessionId> own = names.of(asked.owner(), forms);
    SessionId first = own.get(0);
    Optional<SessionState> usual = readable(store.find(first), asked);
    if (usual.isPresent() && usual.get().isOf(asked.owner(), asked.conversationId())) {
      return usual.get();
    }
    List<SessionId> others = new ArrayList<>(own.subList(1, own.size()));
    // What an owner adopted keeps the name that it had without one.
    others.addAll(asked.owner().isAnonymous() ? List.of() : forms);
    others.addAll(legacy);
    Map<SessionId, SessionState> stored = store.findAll(others);
    for (SessionId form : others) {
      Optional<SessionState> state = readable(Optional.ofNullable(stored.get(form)), asked);
      if (state.isPresent() && state.get().isOf(asked.owner(), asked.conversationId())) {
        return state.get();
      }
    }
    for (SessionId form : own) {
      boolean free = form.equals(first) ? usual.isEmpty() : !stored.containsKey(form);
      if (free) {
        return SessionState.fresh(form, asked.conversationId(), asked.owner(), clock.instant());
      }
    }
    throw new SessionException("every name of this session is held by another conversation");
  }

  /** A stored state; made anew where it is unreadable and the asker's. */
  private Optional<SessionState> readable(Optional<SessionState> stored, Asked asked) {
    if (stored.isEmpty() || !stored.get().isUnreadable()) {
      return stored;
    }
    SessionId id = stored.get().sessionId();
    Optional<SessionState> own =
        store.reclaim(
            SessionState.fresh(id, asked.conversationId(), asked.owner(), clock.instant()));
    return own.isPresent() ? own : stored;
  }
}
