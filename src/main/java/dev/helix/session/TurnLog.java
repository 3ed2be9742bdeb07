package dev.helix.session;

import dev.helix.message.BackgroundPrompt;
import dev.helix.message.Message;
import dev.helix.message.Preamble;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.Answer;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.tree.TranscriptTree;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final LogMemory memory;
  private final OwnerUse owners;
  private final NoteValues values;
  private final OwnAliases aliases;

  TurnLog(
      SessionStore store,
      Clock clock,
      WarmTrees trees,
      LogMemory memory,
      OwnerUse owners,
      NoteValues values,
      OwnAliases aliases) {
    this.aliases = aliases;
    this.values = values;
    this.store = store;
    this.clock = clock;
    this.trees = trees;
    this.memory = memory;
    this.owners = owners;
  }

  /**
   * The session after a turn, whether the lease was lost and its answers are off the path, and the
   * turn as it may go on.
   */
  record Completed(SessionState session, boolean beside, OpenTurn turn) {}

  /**
   * Begins the turn; empty where the session belongs to another conversation.
   *
   * @throws LeaseLostException if the request's lease is lost, or another session's
   * @throws OwnerLimitException if the session's owner may have no more
   */
  Optional<OpenTurn> begin(SessionState session, TurnRequest request) {
    owners.checkRoom(session.owner());
    SessionId id = session.sessionId();
    Lease lease = request.lease();
    if (lease != null && !lease.of().equals(id)) {
      throw new LeaseLostException("the lease of " + lease.of() + " is of no use for " + id);
    }
    Optional<OpenTurn> begun =
        trees.locked(
            id,
            () -> {
              try (LogMemory.Part part = memory.part()) {
                return place(session, request, trees.take(id), new LogReader(store, part));
              }
            });
    if (request.response() != null) {
      begun.ifPresent(turn -> aliases.keep(turn.session())); // Before anybody is told its id.
    }
    return begun;
  }

  private Optional<OpenTurn> place(
      SessionState session, TurnRequest request, TranscriptTree tree, LogReader log) {
    SessionId id = session.sessionId();
    Lease lease = request.lease();
    SessionState stored = session.status() == SessionStatus.NEW ? null : session;
    // A tree and a state that may both be behind need no look at the store: the append compares.
    boolean known = tree.isEmpty() == (stored == null) && !TurnPlan.lacksParent(tree, request);
    Reading read = null;
    while (true) {
      Instant now = clock.instant();
      if (!known) {
        read = TurnPlan.readOn(log, tree, id);
        stored = read.state();
        if (stored != null && !stored.isSameConversation(session)) {
          trees.give(id, tree);
          return Optional.empty();
        }
        boolean goesOn = request.response() != null && request.mode() == HistoryMode.STORED;
        if (stored == null && goesOn && session.status() != SessionStatus.NEW) {
          trees.give(id, tree);
          throw gone(id); // Who deleted the conversation does not want it made anew.
        }
      }
      SessionState before =
          stored != null
              ? stored
              : SessionState.fresh(id, session.conversationId(), session.owner(), now);
      boolean empty = tree.isEmpty();
      String epoch = tree.version().epoch();
      // A session that the turn makes has no place yet for what stands apart.
      boolean keeps = stored != null && values.keep(before, request.apart());
      TurnRequest noted = keeps ? request : request.whole();
      Map<String, String> apart = keeps ? Map.of() : request.apart();
      TurnPlan plan = TurnPlan.make(log, tree, id, read, noted, now);
      List<Message> elements = plan.placement().elements();
      if (stored == null && elements.isEmpty() && !known) {
        return Optional.of(plan.open(before, LogVersion.NONE, 0, noted, now, false, apart));
      }
      // As was found out when all was read: then what stands apart may not be kept any more.
      boolean gone = !empty && !tree.version().epoch().equals(epoch);
      if (!gone && (stored != null || !elements.isEmpty())) {
        boolean turned = tree.knowsTurn();
        Instant used = elements.isEmpty() ? later(now, before) : now;
        SessionState after = begun(before, request, turned).withUpdatedAt(used);
        boolean makes = stored == null;
        Appended appended = append(after, tree.version(), elements, lease, makes);
        switch (appended.outcome()) {
          case HELD -> {
            return Optional.empty();
          }
          case FENCED -> {
            trees.give(id, tree);
            throw new LeaseLostException("the lease of " + id + " was lost before its turn began");
          }
          case DONE -> {
            long length = tree.recorded() + elements.size();
            tree.apply(appended.version(), false, elements);
            trees.give(id, tree);
            if (stored != null && after.differsBeyondUse(before)) {
              update(session, now, state -> begun(state, request, turned));
            }
            return Optional.of(
                plan.open(after, appended.version(), length, noted, now, makes, apart));
          }
          case CONFLICT -> {
            // Read on, and place again.
          }
        }
      }
      known = false;
    }
  }

  /** Appends what a turn begins with, and counts for the owner what is stored. */
  private Appended append(
      SessionState state,
      LogVersion end,
      List<Message> elements,
      Lease lease,
      boolean makesSession) {
    Owner owner = state.owner();
    if (makesSession) {
      owners.making(owner);
    }
    boolean done = false;
    try {
      Appended appended = store.append(state, end, elements, lease);
      done = appended.outcome() == Outcome.DONE;
      return appended;
    } finally {
      if (done) {
        owners.stored(owner, elements, makesSession);
      } else if (makesSession) {
        owners.notMade(owner);
      }
    }
  }

  /** Now, or just behind the last use: of a turn that adds nothing only the time tells. */
  private static Instant later(Instant now, SessionState before) {
    Instant next = before.updatedAt().plus(1, ChronoUnit.MICROS);
    return now.isBefore(next) ? next : now;
  }

  /** Takes a turn back that made its session, if nobody has used that since; whether it is gone. */
  boolean withdraw(OpenTurn turn) {
    SessionState made = turn.session();
    SessionId id = made.sessionId();
    return turn.made() && trees.locked(id, () -> unmake(made, turn.version()));
  }

  private boolean unmake(SessionState made, LogVersion version) {
    long bytes = owners.bytes(store, made.sessionId());
    aliases.drop(made);
    if (!store.unmake(made, version)) {
      aliases.keep(made);
      return false;
    }
    trees.forget(made.sessionId());
    owners.notMade(made.owner());
    owners.gone(made.owner(), bytes);
    return true;
  }

  /** Ends a turn, unless its session is gone; what it adds is not forced. */
  Completed complete(OpenTurn turn, List<Answer> answers) {
    return append(turn, answers, false);
  }

  /** Adds what has come so far of a turn's answers; what it adds is not forced. */
  OpenTurn checkpoint(OpenTurn turn, List<Answer> soFar) {
    return append(turn, soFar, true).turn();
  }

  private Completed append(OpenTurn turn, List<Answer> answers, boolean checkpoint) {
    SessionId id = turn.session().sessionId();
    return trees.locked(
        id,
        () -> {
          try (LogMemory.Part part = memory.partOfAnEnd()) {
            LogReader log = new LogReader(store, part);
            return appendAnswers(turn, answers, checkpoint, trees.take(id), log, clock.instant());
          }
        });
  }

  private Completed appendAnswers(
      OpenTurn turn,
      List<Answer> answers,
      boolean checkpoint,
      TranscriptTree tree,
      LogReader log,
      Instant now) {
    SessionState session = turn.session();
    SessionId id = session.sessionId();
    Optional<Step> step = checkpoint ? Optional.empty() : step(answers);
    SessionState stored = session.status() == SessionStatus.NEW ? null : session;
    boolean beside = false;
    // Who only adds an answer, as the next element, needs the log's end, and no tree; but nothing
    // may be kept apart of a response that is erased by now.
    boolean treeless = tree.isEmpty() && !AnswerElements.looksUp(turn) && turn.apart().isEmpty();
    LogVersion end = treeless ? turn.version() : tree.version();
    boolean known = end.equals(LogVersion.NONE) == (stored == null);
    while (true) {
      if (!known) {
        Reading read = TurnPlan.readOn(log, tree, id);
        treeless = false;
        stored = read.state();
        end = read.version();
        boolean begins = stored == null && session.status() == SessionStatus.NEW;
        if (!begins && (stored == null || !stored.isSameConversation(session))) {
          throw gone(id);
        }
      }
      SessionState before = stored != null ? stored : session;
      UnaryOperator<SessionState> change =
          beside || step.isEmpty()
              ? state -> discussing(state)
              : state -> discussing(state).withStep(step.get());
      SessionState after = change.apply(before).withUpdatedAt(now);
      boolean empty = tree.isEmpty();
      boolean late = !(treeless ? end : tree.version()).equals(turn.version());
      AnswerElements made =
          AnswerElements.of(log, tree, turn, answers, late, beside, checkpoint, now);
      List<Message> elements = made.elements();
      if (!empty && tree.isEmpty()) {
        throw gone(id);
      }
      end = treeless ? end : tree.version();
      if (checkpoint && elements.isEmpty()) {
        trees.give(id, tree);
        return new Completed(before, false, turn);
      }
      if (elements.stream().anyMatch(element -> element.element().isResponse())) {
        boolean unused = values.keep(session, turn.apart()); // Each time: others may have erased.
      }
      Appended appended = store.append(after, end, elements, beside ? null : turn.lease());
      switch (appended.outcome()) {
        case HELD -> throw gone(id);
        case FENCED -> {
          if (checkpoint) {
            throw new LeaseLostException("the lease of " + id + " was lost during a turn");
          }
          LOG.log(Level.WARNING, "the lease of session {0} was lost during a turn", id);
          beside = true;
        }
        case DONE -> {
          owners.stored(session.owner(), elements, false);
          if (tree.version().equals(end)) {
            tree.apply(appended.version(), false, elements);
            trees.give(id, tree);
          }
          // What the turn saw of the step may be old.
          boolean differs = step.isPresent() || after.differsBeyondUse(before);
          Optional<SessionState> updated =
              stored != null && differs ? update(session, now, change) : Optional.empty();
          LogVersion reached = late ? turn.version() : appended.version();
          OpenTurn next = checkpoint ? turn.goingOn(made.base(), reached) : turn;
          return new Completed(updated.orElse(after), beside, next);
        }
        case CONFLICT -> known = false;
      }
    }
  }

  private static Optional<Step> step(List<Answer> answers) {
    return answers.stream()
        .flatMap(answer -> Step.markedIn(answer.message().text()).stream())
        .findFirst();
  }

  private static SessionGoneException gone(SessionId id) {
    return new SessionGoneException(
        "session " + id + " was deleted or adopted during a turn, whose end is not kept");
  }

  /** Changes the fields that a turn changes; what others changed meanwhile stays. */
  private Optional<SessionState> update(
      SessionState session, Instant now, UnaryOperator<SessionState> change) {
    return store.update(
        session.sessionId(),
        state -> {
          SessionState after = change.apply(state).withUpdatedAt(now);
          boolean changes = state.isSameConversation(session) && after.differsBeyondUse(state);
          return changes ? after : null;
        });
  }

  private static SessionState discussing(SessionState before) {
    return before.status() == SessionStatus.NEW
        ? before.withStatus(SessionStatus.DISCUSSING)
        : before;
  }

  /**
   * With its original request, where it has none yet, or one of an aside that this turn's goes
   * before, as the first that is none.
   */
  private static SessionState begun(SessionState before, TurnRequest request, boolean turned) {
    SessionState after = discussing(before);
    String original = after.originalRequest();
    // The original took its own background prompts for requests.
    boolean asked =
        original != null
            && !(BackgroundPrompt.matches(original) && BackgroundPrompt.quotesChat(original));
    if (asked && (request.aside() || turned || !after.provisional())) {
      return after;
    }
    return Preamble.firstQuestion(request.messages())
        .map(Message::text)
        .filter(text -> !text.equals(original))
        .map(text -> after.withOriginalRequest(text, request.aside()))
        .orElse(after);
  }
}
