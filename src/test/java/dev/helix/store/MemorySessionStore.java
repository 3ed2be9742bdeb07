package dev.helix.store;

import dev.helix.session.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A store that keeps sessions in memory, for tests that play more turns than a disk can force. What
 * is stored stays after a close, for as long as the object is held. Elements are kept as their
 * bytes and read anew, as from a file. Thread-safe.
 */
public final class MemorySessionStore implements SessionStore {
  private final Map<SessionId, Kept> sessions = new HashMap<>();
  private final byte[] secret = new byte[32];
  private int epochs;

  /** An empty store. */
  public MemorySessionStore() {
    new SecureRandom().nextBytes(secret);
  }

  /** A session; guarded by the store. */
  private static final class Kept {
    private final String epoch;
    private final List<byte[]> log = new ArrayList<>();
    private final Map<String, String> notes = new HashMap<>();
    private SessionState state;

    Kept(String epoch, SessionState state) {
      this.epoch = epoch;
      this.state = state;
    }

    Version version() {
      return new Version(epoch, log.size());
    }

    boolean isOf(SessionState other) {
      return Objects.equals(state.conversationId(), other.conversationId())
          && state.owner().equals(other.owner());
    }
  }

  @Override
  public synchronized Optional<SessionState> find(SessionId id) {
    return Optional.ofNullable(sessions.get(id)).map(kept -> kept.state);
  }

  @Override
  public synchronized Reading read(SessionId id, Version since) {
    Kept kept = sessions.get(id);
    if (kept == null) {
      return new Reading(Version.NONE, true, List.of());
    }
    boolean goesOn = kept.epoch.equals(since.epoch()) && since.length() <= kept.log.size();
    int from = goesOn ? Math.toIntExact(since.length()) : 0;
    List<Message> elements = new ArrayList<>();
    for (byte[] element : kept.log.subList(from, kept.log.size())) {
      elements.add(Message.parse(element.clone()));
    }
    return new Reading(kept.version(), !goesOn, elements);
  }

  @Override
  public synchronized Appended append(
      SessionState state, Version expected, List<Message> elements) {
    Kept kept = sessions.get(state.sessionId());
    if (kept != null && !kept.isOf(state)) {
      return new Appended(Outcome.HELD, Version.NONE);
    }
    if (!(kept == null ? Version.NONE : kept.version()).equals(expected)) {
      return new Appended(Outcome.CONFLICT, Version.NONE);
    }
    if (kept == null) {
      kept = new Kept("log " + epochs++, state);
      sessions.put(state.sessionId(), kept);
    }
    for (Message element : elements) {
      kept.log.add(element.elementJson());
    }
    kept.state = kept.state.withUpdatedAt(state.updatedAt());
    return new Appended(Outcome.DONE, kept.version());
  }

  @Override
  public void force(SessionId id) {
    // Memory has nothing more durable.
  }

  @Override
  public synchronized boolean update(SessionState state) {
    Kept kept = sessions.get(state.sessionId());
    if (kept == null || !kept.isOf(state)) {
      return false;
    }
    kept.state = state;
    return true;
  }

  @Override
  public synchronized boolean adopt(SessionId id, Owner owner) {
    Kept kept = sessions.get(id);
    if (kept == null || !kept.state.owner().isAnonymous()) {
      return false;
    }
    kept.state = kept.state.withOwner(owner);
    return true;
  }

  @Override
  public synchronized Optional<String> note(SessionId id, String name) {
    return Optional.ofNullable(sessions.get(id)).map(kept -> kept.notes.get(name));
  }

  @Override
  public synchronized boolean saveNote(SessionId id, String name, String text) {
    Kept kept = sessions.get(id);
    if (kept != null) {
      kept.notes.put(name, text);
    }
    return kept != null;
  }

  @Override
  public byte[] ownerSecret() {
    return secret.clone();
  }

  @Override
  public synchronized List<SessionState> list(int limit) {
    return sessions.values().stream()
        .map(kept -> kept.state)
        .sorted(Comparator.comparing(SessionState::updatedAt).reversed())
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized boolean delete(SessionId id) {
    return sessions.remove(id) != null;
  }

  @Override
  public void close() {
    // The next test that opens it finds what was stored.
  }
}
