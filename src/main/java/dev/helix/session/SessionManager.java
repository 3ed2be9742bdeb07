package dev.helix.session;

import dev.helix.session.SessionStore.Version;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * The way to sessions: finds which one a conversation is, records turns in it and reads them back.
 *
 * <p>Thread-safe. Turns of one session may run at the same time; each places its messages in one
 * short step, so that what two of them have in common is stored once. Every method that reads or
 * writes may wait for the store, so none may be called on a thread that serves others' input and
 * output. Failures of the store are {@link SessionException}s.
 *
 * <pre>{@code
 * SessionState session = manager.getOrCreateSession(null, "550e8400-e29b-41d4-a716-446655440000");
 * OpenTurn turn = manager.beginTurn(session, messages, HistoryMode.CLIENT);
 * // ... the upstream answers ...
 * manager.completeTurn(turn, List.of(answer));
 * }</pre>
 *
 * <p>Specification sections 1 to 4.
 */
public final class SessionManager implements AutoCloseable {
  private static final long WARM_MESSAGES = 200_000;

  private final SessionStore store;
  private final Clock clock;
  private final SessionResolver resolver;
  private final WarmTrees trees = new WarmTrees(WARM_MESSAGES);
  private final TurnLog turns;

  /** A manager of all sessions in a store, which it closes with itself. */
  public SessionManager(SessionStore store, Clock clock) {
    this.store = Objects.requireNonNull(store, "store");
    this.clock = Objects.requireNonNull(clock, "clock");
    this.resolver = new SessionResolver(store);
    this.turns = new TurnLog(store, clock, trees);
  }

  /**
   * The session of a conversation, or, where none is named, of a first message. Nothing is stored:
   * a session of which nothing is stored yet comes as a {@link SessionStatus#NEW} snapshot.
   *
   * @param firstMessage the text of the first user message, which may be null when there is a
   *     conversation id
   * @param conversationId the raw id, which wins; null or empty when there is none
   * @throws IllegalArgumentException if there is neither
   */
  public SessionState getOrCreateSession(String firstMessage, String conversationId) {
    if (conversationId != null && !conversationId.isEmpty()) {
      return state(resolver.conversation(conversationId), conversationId);
    }
    if (firstMessage == null) {
      throw new IllegalArgumentException("neither a conversation id nor a first message");
    }
    return state(resolver.firstMessage(firstMessage), null);
  }

  /** A new session that nobody else can name. Nothing is stored. */
  public SessionState randomSession() {
    return SessionState.fresh(SessionId.random(), null, clock.instant());
  }

  /** The stored state of a session; empty when nothing is stored. */
  public Optional<SessionState> find(SessionId id) {
    return store.find(id);
  }

  /** Everything that was said in a session; empty when nothing is stored. */
  public Transcript transcript(SessionId id) {
    return Transcript.of(store.read(id, Version.NONE).elements());
  }

  /** Begins a turn as {@link #beginTurn(SessionState, TurnRequest)}, of a client without ids. */
  public OpenTurn beginTurn(SessionState session, List<Message> messages, HistoryMode mode) {
    return beginTurn(session, TurnRequest.of(messages, mode));
  }

  /**
   * Begins a turn: finds the request's messages in the tree and adds those that are new. What it
   * adds is written on return but on the disk only after {@link #force} or {@link #completeTurn}.
   * The first turn creates the session.
   *
   * @param session from {@link #getOrCreateSession}; where another conversation came first to its
   *     name, the turn's own session has another one
   */
  public OpenTurn beginTurn(SessionState session, TurnRequest request) {
    SessionState current = session;
    while (true) {
      Optional<OpenTurn> turn = turns.begin(current, request);
      if (turn.isPresent()) {
        return turn.get();
      }
      current = resolveAgain(current, request.messages());
    }
  }

  /**
   * Ends a turn: records the answers. On return they and all that was written before are on the
   * disk. Of a session that was deleted meanwhile nothing is kept.
   *
   * @param answers of several choices, one for each; may be empty
   * @return the session after the turn
   */
  public SessionState completeTurn(OpenTurn turn, List<Answer> answers) {
    SessionState after = turns.complete(turn, answers);
    store.force(turn.session().sessionId());
    return after;
  }

  /** Returns when all that was written to this session before the call is on the disk. */
  public void force(SessionId id) {
    store.force(id);
  }

  /**
   * Changes a session's state, in one step with regard to turns and other changes on this server.
   *
   * @param change makes the new state of the stored one; may not change its ids
   * @return the new state
   * @throws SessionException if nothing is stored of this session
   */
  public SessionState updateState(SessionId id, UnaryOperator<SessionState> change) {
    ReentrantLock lock = trees.lock(id);
    lock.lock();
    try {
      SessionState before =
          store.find(id).orElseThrow(() -> new SessionException("there is no session " + id));
      SessionState after = change.apply(before);
      if (!after.sessionId().equals(id)
          || !Objects.equals(after.conversationId(), before.conversationId())) {
        throw new IllegalArgumentException("a change of state may not change the session's ids");
      }
      SessionState used = after.withUpdatedAt(clock.instant());
      if (!store.update(used)) {
        throw new SessionException("there is no session " + id + " any more");
      }
      return used;
    } finally {
      lock.unlock();
    }
  }

  /** The sessions last used, the newest first, at most so many. */
  public List<SessionState> list(int limit) {
    return store.list(limit);
  }

  /**
   * Removes a session and all its content for good, as only an operator may.
   *
   * @return whether there was one
   */
  public boolean delete(SessionId id) {
    ReentrantLock lock = trees.lock(id);
    lock.lock();
    try {
      trees.forget(id);
      return store.delete(id);
    } finally {
      lock.unlock();
    }
  }

  /** Closes the store. */
  @Override
  public void close() {
    store.close();
  }

  /** Another session for a turn whose session turned out to be another conversation's. */
  private SessionState resolveAgain(SessionState session, List<Message> messages) {
    if (session.conversationId() != null) {
      return state(resolver.conversation(session.conversationId()), session.conversationId());
    }
    Optional<String> first = TurnLog.firstUserMessage(messages).map(Message::firstMessageText);
    boolean named =
        first.isPresent() && SessionId.firstMessageForms(first.get()).contains(session.sessionId());
    return named ? state(resolver.firstMessage(first.get()), null) : randomSession();
  }

  private SessionState state(SessionResolver.Resolved resolved, String conversationId) {
    return resolved.state() != null
        ? resolved.state()
        : SessionState.fresh(resolved.id(), conversationId, clock.instant());
  }
}
