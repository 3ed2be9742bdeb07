package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.message.TaskPrompt;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.Answer;
import dev.helix.transcript.tree.TranscriptTree;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Records turns: places a request's messages in the session's tree and hangs the answers there,
 * each in one step under the session's lock. Thread-safe.
 */
final class TurnLog {
  private static final Logger LOG = System.getLogger(TurnLog.class.getName());

  private final SessionStore store;
  private final Clock clock;
  private final WarmTrees trees;

  TurnLog(SessionStore store, Clock clock, WarmTrees trees) {
    this.store = store;
    this.clock = clock;
    this.trees = trees;
  }

  /**
   * The end of a turn.
   *
   * @param session the session after it
   * @param beside whether its lease was lost, so that its answers are no part of the path
   */
  record Completed(SessionState session, boolean beside) {}

  /**
   * Begins the turn; empty where the session belongs to another conversation.
   *
   * @throws LeaseLostException if the request's lease is lost, or another session's
   */
  Optional<OpenTurn> begin(SessionState session, TurnRequest request) {
    SessionId id = session.sessionId();
    Lease lease = request.lease();
    if (lease != null && !lease.of().equals(id)) {
      throw new LeaseLostException("the lease of " + lease.of() + " is of no use for " + id);
    }
    ReentrantLock lock = trees.lock(id);
    lock.lock();
    try {
      TranscriptTree tree = trees.take(id);
      while (true) {
        Instant now = clock.instant();
        Reading read = TurnPlan.readOn(store, tree, id);
        SessionState stored = read.state();
        if (stored != null && !stored.isSameConversation(session)) {
          trees.give(id, tree);
          return Optional.empty();
        }
        SessionState before =
            stored != null
                ? stored
                : SessionState.fresh(id, session.conversationId(), session.owner(), now);
        TurnPlan plan = TurnPlan.make(store, tree, id, read, request, now);
        List<Message> elements = plan.placement().elements();
        if (stored == null && elements.isEmpty()) {
          return Optional.of(plan.open(before, lease));
        }
        SessionState after = begun(before, request.messages()).withUpdatedAt(now);
        Appended appended = store.append(after, tree.version(), elements, lease);
        if (appended.outcome() == Outcome.HELD) {
          return Optional.empty();
        }
        if (appended.outcome() == Outcome.FENCED) {
          trees.give(id, tree);
          throw new LeaseLostException("the lease of " + id + " was lost before its turn began");
        }
        if (appended.outcome() == Outcome.DONE) {
          tree.apply(appended.version(), false, elements);
          trees.give(id, tree);
          if (stored != null && after.differsBeyondUse(before)) {
            update(session, now, state -> begun(state, request.messages()));
          }
          return Optional.of(plan.open(after, lease));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends a turn; what it adds is not forced. */
  Completed complete(OpenTurn turn, List<Answer> answers) {
    ReentrantLock lock = trees.lock(turn.session().sessionId());
    lock.lock();
    try {
      return appendAnswers(turn, answers, clock.instant());
    } finally {
      lock.unlock();
    }
  }

  /** Appends the answers; the caller holds the session's lock. */
  private Completed appendAnswers(OpenTurn turn, List<Answer> answers, Instant now) {
    Optional<Step> step = StepMarker.in(answers);
    boolean beside = false;
    SessionState session = turn.session();
    SessionId id = session.sessionId();
    TranscriptTree tree = trees.take(id);
    while (true) {
      Reading read = TurnPlan.readOn(store, tree, id);
      SessionState stored = read.state();
      boolean begins = stored == null && session.status() == SessionStatus.NEW;
      if (!begins && (stored == null || !stored.isSameConversation(session))) {
        LOG.log(Level.DEBUG, "session {0} was deleted during a turn, whose end is dropped", id);
        return new Completed(session, false);
      }
      SessionState before = stored != null ? stored : session;
      UnaryOperator<SessionState> change =
          beside || step.isEmpty()
              ? state -> begun(state, List.of())
              : state -> begun(state, List.of()).withStep(step.get());
      SessionState after = change.apply(before).withUpdatedAt(now);
      List<Message> elements = AnswerElements.of(store, tree, turn, answers, beside, now);
      Appended appended =
          store.append(after, tree.version(), elements, beside ? null : turn.lease());
      if (appended.outcome() == Outcome.FENCED) {
        LOG.log(Level.WARNING, "the lease of session {0} was lost during a turn", id);
        beside = true;
      }
      if (appended.outcome() == Outcome.DONE) {
        tree.apply(appended.version(), false, elements);
        trees.give(id, tree);
        if (stored != null && after.differsBeyondUse(before)) {
          update(session, now, change);
        }
        return new Completed(after, beside);
      }
    }
  }

  /** Changes the fields that a turn changes; what others changed meanwhile stays. */
  private void update(SessionState session, Instant now, UnaryOperator<SessionState> change) {
    Optional<SessionState> unused =
        store.update(
            session.sessionId(),
            state ->
                state.isSameConversation(session) ? change.apply(state).withUpdatedAt(now) : null);
  }

  /** The state of a session of which a turn is recorded. */
  private static SessionState begun(SessionState before, List<Message> messages) {
    SessionState after =
        before.status() == SessionStatus.NEW ? before.withStatus(SessionStatus.DISCUSSING) : before;
    // The original took its own background prompts for requests.
    if (after.originalRequest() != null && !TaskPrompt.matches(after.originalRequest())) {
      return after;
    }
    return firstUserMessage(messages)
        .map(message -> after.withOriginalRequest(message.text()))
        .orElse(after);
  }

  static Optional<Message> firstUserMessage(List<Message> messages) {
    return messages.stream().filter(message -> message.role().equals("user")).findFirst();
  }
}
