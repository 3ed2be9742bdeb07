package dev.helix.session;

import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.SessionStore.Version;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
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
  private static final Logger LOG = System.getLogger(SessionManager.class.getName());
  private static final long WARM_MESSAGES = 200_000;

  private final SessionStore store;
  private final Clock clock;
  private final SessionResolver resolver;
  private final WarmTrees trees = new WarmTrees(WARM_MESSAGES);

  /** A manager of all sessions in a store, which it closes with itself. */
  public SessionManager(SessionStore store, Clock clock) {
    this.store = Objects.requireNonNull(store, "store");
    this.clock = Objects.requireNonNull(clock, "clock");
    this.resolver = new SessionResolver(store);
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

  /**
   * Begins a turn: finds the request's messages in the tree and adds those that are new. What it
   * adds is written on return but on the disk only after {@link #force} or {@link #completeTurn}.
   * The first turn creates the session.
   *
   * @param session from {@link #getOrCreateSession}; where another conversation came first to its
   *     name, the turn's own session has another one
   * @param messages the request's, in their order; any {@code id} or other field of a transcript
   *     that they bring along is not kept
   * @param mode who sends the conversation so far
   */
  public OpenTurn beginTurn(SessionState session, List<Message> messages, HistoryMode mode) {
    List<Message> asked = List.copyOf(messages);
    SessionState current = session;
    while (true) {
      Optional<OpenTurn> turn = tryBegin(current, asked, mode);
      if (turn.isPresent()) {
        return turn.get();
      }
      current = resolveAgain(current, asked);
    }
  }

  /**
   * Ends a turn: records the answers, each a child of the question. On return they and all that was
   * written before are on the disk. Of a session that was deleted meanwhile nothing is kept.
   *
   * @param answers of several choices, one for each; may be empty
   * @return the session after the turn
   */
  public SessionState completeTurn(OpenTurn turn, List<Answer> answers) {
    SessionId id = turn.session().sessionId();
    Instant now = clock.instant();
    List<Message> elements = new ArrayList<>();
    for (Answer answer : answers) {
      ElementFields fields =
          ElementFields.answer(SessionTree.newId(), turn.parentId(), now, answer);
      elements.add(answer.message().as(fields));
    }
    SessionState after;
    ReentrantLock lock = trees.lock(id);
    lock.lock();
    try {
      after = appendAnswers(turn, elements, StepMarker.in(answers), now);
    } finally {
      lock.unlock();
    }
    store.force(id);
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

  /** Begins the turn; empty where the session belongs to another conversation. */
  private Optional<OpenTurn> tryBegin(
      SessionState session, List<Message> messages, HistoryMode mode) {
    SessionId id = session.sessionId();
    ReentrantLock lock = trees.lock(id);
    lock.lock();
    try {
      SessionTree tree = trees.take(id);
      while (true) {
        Instant now = clock.instant();
        Optional<SessionState> stored = store.find(id);
        if (stored.isPresent() && !isSameConversation(stored.get(), session)) {
          trees.give(id, tree);
          return Optional.empty();
        }
        SessionState before =
            stored.orElseGet(() -> SessionState.fresh(id, session.conversationId(), now));
        TurnPlan plan = TurnPlan.make(store, tree, id, messages, mode, now);
        if (stored.isEmpty() && plan.elements().isEmpty()) {
          return Optional.of(plan.open(before));
        }
        SessionState after = begun(before, messages).withUpdatedAt(now);
        Appended appended = store.append(after, tree.version(), plan.elements());
        if (appended.outcome() == Outcome.HELD) {
          return Optional.empty();
        }
        if (appended.outcome() == Outcome.DONE) {
          tree.apply(new Reading(appended.version(), false, plan.elements()));
          trees.give(id, tree);
          if (stored.isPresent() && after.differsBeyondUse(before)) {
            store.update(after);
          }
          return Optional.of(plan.open(after));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Appends the answers; the caller holds the session's lock. */
  private SessionState appendAnswers(
      OpenTurn turn, List<Message> elements, Optional<Step> step, Instant now) {
    SessionState session = turn.session();
    SessionId id = session.sessionId();
    SessionTree tree = trees.take(id);
    while (true) {
      Optional<SessionState> stored = store.find(id);
      boolean begins = stored.isEmpty() && session.status() == SessionStatus.NEW;
      if (!begins && (stored.isEmpty() || !isSameConversation(stored.get(), session))) {
        LOG.log(Level.DEBUG, "session {0} was deleted during a turn, whose end is dropped", id);
        return session;
      }
      tree.apply(store.read(id, tree.version()));
      SessionState before = stored.orElse(session);
      SessionState after = begun(before, List.of()).withUpdatedAt(now);
      after = step.map(after::withStep).orElse(after);
      Appended appended = store.append(after, tree.version(), elements);
      if (appended.outcome() == Outcome.DONE) {
        tree.apply(new Reading(appended.version(), false, elements));
        trees.give(id, tree);
        if (stored.isPresent() && after.differsBeyondUse(before)) {
          store.update(after);
        }
        return after;
      }
    }
  }

  /** The state of a session of which a turn is recorded. */
  private static SessionState begun(SessionState before, List<Message> messages) {
    SessionState after =
        before.status() == SessionStatus.NEW ? before.withStatus(SessionStatus.DISCUSSING) : before;
    if (after.originalRequest() != null) {
      return after;
    }
    return firstUserMessage(messages)
        .map(message -> after.withOriginalRequest(message.text()))
        .orElse(after);
  }

  /** Another session for a turn whose session turned out to be another conversation's. */
  private SessionState resolveAgain(SessionState session, List<Message> messages) {
    if (session.conversationId() != null) {
      return state(resolver.conversation(session.conversationId()), session.conversationId());
    }
    Optional<String> first = firstUserMessage(messages).map(Message::firstMessageText);
    boolean named =
        first.isPresent() && SessionId.firstMessageForms(first.get()).contains(session.sessionId());
    return named ? state(resolver.firstMessage(first.get()), null) : randomSession();
  }

  private static Optional<Message> firstUserMessage(List<Message> messages) {
    return messages.stream().filter(message -> message.role().equals("user")).findFirst();
  }

  private SessionState state(SessionResolver.Resolved resolved, String conversationId) {
    return resolved.state() != null
        ? resolved.state()
        : SessionState.fresh(resolved.id(), conversationId, clock.instant());
  }

  private static boolean isSameConversation(SessionState stored, SessionState asked) {
    return Objects.equals(stored.conversationId(), asked.conversationId());
  }
}
