package dev.helix.session;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Finds which session a conversation of an owner is. Two conversations may have ids that look
 * alike, so what decides is the conversation id and the owner that a stored session names.
 * Specification sections 1 and 7.
 *
 * <p>The session ids that are an owner's alone are those without an owner, with {@code -} and 16
 * hex digits of HMAC-SHA256 over the owner behind them. Its key is the store's secret, so that all
 * servers of one store agree and nobody else can make another's names.
 *
 * <p>Thread-safe; every method may wait for the store.
 */
final class SessionResolver {
  private static final int REMEMBERED = 10_000;
  private static final int OWNER_DIGITS = 16;

  private final SessionStore store;
  private final Clock clock;

  /** Null until there is an owner, so that a store that has none keeps no secret. */
  private volatile SecretKeySpec secret;

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
    this.clock = clock;
  }

  private record Asked(Owner owner, String conversationId) {}

  /** The session of a conversation: the stored one that is it, else a new one of a free name. */
  SessionState conversation(Owner owner, String conversationId) {
    Asked asked = new Asked(owner, conversationId);
    SessionId hint = found.get(asked);
    if (hint != null) {
      Optional<SessionState> state = store.find(hint);
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

  /** Whether a session may have this name because of this first message. */
  boolean mayBeOfFirstMessage(SessionState session, String firstMessage) {
    List<SessionId> forms = SessionId.firstMessageForms(firstMessage);
    return forms.contains(session.sessionId())
        || ofOwner(session.owner(), forms).contains(session.sessionId());
  }

  /** A new session that nobody else can name. */
  SessionState random(Owner owner) {
    SessionId id = ofOwner(owner, List.of(SessionId.random())).get(0);
    return SessionState.fresh(id, null, owner, clock.instant());
  }

  /** Looks for a session under each of its names, of which the first is nearly always it. */
  private SessionState resolve(Asked asked, List<SessionId> forms, List<SessionId> legacy) {
    List<SessionId> own = ofOwner(asked.owner(), forms);
    SessionId first = own.get(0);
    Optional<SessionState> usual = store.find(first);
    if (usual.isPresent() && usual.get().isOf(asked.owner(), asked.conversationId())) {
      return usual.get();
    }
    List<SessionId> others = new ArrayList<>(own.subList(1, own.size()));
    // What an owner adopted keeps the name that it had without one.
    others.addAll(asked.owner().isAnonymous() ? List.of() : forms);
    others.addAll(legacy);
    Map<SessionId, SessionState> stored = store.findAll(others);
    for (SessionId form : others) {
      SessionState state = stored.get(form);
      if (state != null && state.isOf(asked.owner(), asked.conversationId())) {
        return state;
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

  /** The owner's forms of these ids; of the anonymous owner the ids as they are. */
  private List<SessionId> ofOwner(Owner owner, List<SessionId> ids) {
    if (owner.isAnonymous()) {
      return ids;
    }
    byte[] hash;
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(secret());
      mac.update(encoded(owner.tenant()));
      hash = mac.doFinal(encoded(owner.user()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
    String digits = HexFormat.of().formatHex(hash).substring(0, OWNER_DIGITS);
    return ids.stream().map(id -> new SessionId(id + "-" + digits)).toList();
  }

  /** Whether there is a name, its length in UTF-16 units and the units, high bytes first. */
  static byte[] encoded(String name) {
    if (name == null) {
      return new byte[] {0};
    }
    ByteBuffer bytes = ByteBuffer.allocate(5 + 2 * name.length());
    bytes.put((byte) 1).putInt(name.length()).asCharBuffer().put(name);
    return bytes.array();
  }

  private SecretKeySpec secret() {
    SecretKeySpec known = secret;
    if (known == null) {
      known = new SecretKeySpec(store.ownerSecret(), "HmacSHA256");
      secret = known;
    }
    return known;
  }
}
