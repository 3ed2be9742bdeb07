package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import dev.helix.transcript.Transcript;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The way to sessions: finds which one a conversation is, records turns in it and reads them back
 * (specification, sections 1 to 4).
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
 */
public final class SessionManager implements AutoCloseable {
  final SessionStore store;
  private final SessionResolver resolver;
  private final WarmTrees trees;
  private final OwnerUse owners;
  private final TurnLog turns;
  private final StoredAnswers answers;
  private final StateChanges changes;
  private final ContextNotes notes;
  private final OwnAliases aliases;
  private final Additions additions;

  /** A manager that remembers as much as {@link CacheShare#DEFAULT} allows. */
  public SessionManager(SessionStore store, Clock clock) {
    this(store, clock, CacheShare.DEFAULT);
  }

  /**
   * A manager of all sessions in a store, which it closes with itself. Where the store has an
   * archive, an archived session is read where it is, and restored when something of it is to be
   * changed, as by a turn; only {@link #list} leaves it out.
   *
   * @param share how much of the memory it may take to remember what sessions hold
   */
  public SessionManager(SessionStore store, Clock clock, CacheShare share) {
    this(store, clock, share, OwnerLimits.NONE);
  }

  /** The same, in which owners may create so much and no more. */
  public SessionManager(SessionStore store, Clock clock, CacheShare share, OwnerLimits limits) {
    this(store, clock, share.bytes(), new LogMemory(), limits);
  }

  SessionManager(SessionStore store, Clock clock, long cacheBytes, LogMemory memory) {
    this(store, clock, cacheBytes, memory, OwnerLimits.NONE);
  }

  private SessionManager(
      SessionStore store, Clock clock, long cacheBytes, LogMemory memory, OwnerLimits limits) {
    this.store = Objects.requireNonNull(store, "store");
    this.resolver = new SessionResolver(store, Objects.requireNonNull(clock, "clock"));
    this.trees = new WarmTrees(cacheBytes);
    this.owners = new OwnerUse(limits, clock);
    this.aliases = new OwnAliases(store);
    NoteValues values = new NoteValues(store, owners);
    this.turns = new TurnLog(store, clock, trees, memory, owners, values, aliases);
    this.answers = new StoredAnswers(store, trees, memory, values);
    this.changes = new StateChanges(store, clock, resolver, trees, aliases);
    this.notes = new ContextNotes(store);
    this.additions = new Additions(store, clock, trees, memory, owners);
  }

  /** The session as {@link #getOrCreateSession(Owner, String, String)} finds it, of no owner. */
  public SessionState getOrCreateSession(String firstMessage, String conversationId) {
    return getOrCreateSession(Owner.ANONYMOUS, firstMessage, conversationId);
  }

  /**
   * The session of a conversation, or, where none is named, of a first message. Nothing is stored:
   * a session of which nothing is stored yet comes as a {@link SessionStatus#NEW} snapshot.
   *
   * @param owner who asks; the session is this owner's, or the tenant's where the conversation is a
   *     channel
   * @param firstMessage the text of the first user message, which may be null when there is a
   *     conversation id
   * @param conversationId the raw id, which wins; null or empty when there is none
   * @throws IllegalArgumentException if there is neither
   */
  public SessionState getOrCreateSession(Owner owner, String firstMessage, String conversationId) {
    return resolver.find(owner, firstMessage, conversationId);
  }

  /** A new session of no owner that nobody else can name. Nothing is stored. */
  public SessionState randomSession() {
    return randomSession(Owner.ANONYMOUS);
  }

  /** A new session of this owner that nobody else can name. Nothing is stored. */
  public SessionState randomSession(Owner owner) {
    return resolver.random(owner);
  }

  /**
   * The stored session of a name that is this owner's, also one that was adopted. Without one the
   * answer, and what the store is asked, is the same whether there is none or it is another's.
   *
   * @param unsuffixed the name as {@link #randomSession} makes it, without an owner's hash
   */
  public Optional<SessionState> ownSession(Owner owner, SessionId unsuffixed) {
    return resolver.own(owner, unsuffixed);
  }

  /** Finds an owner's conversations by a hash of their ids. */
  public OwnAliases aliases() {
    return aliases;
  }

  /** The stored state of a session; empty when nothing is stored. */
  public Optional<SessionState> find(SessionId id) {
    return store.find(id);
  }

  /**
   * Everything that was said in a session; empty when nothing is stored.
   *
   * @throws TranscriptTooLongException if that is more than an eighth of the heap
   */
  public Transcript transcript(SessionId id) {
    try (SessionLook look = look(id)) {
      return look.transcript();
    }
  }

  /**
   * The answer that is a response, in its newest version; empty where there is none. Costs what
   * stands between it and the log's end, or all of the log.
   *
   * @param nodeEnd the last 16 characters of the response's id, as its note says it
   */
  public Optional<StoredAnswer> answer(SessionId id, String nodeEnd) {
    try (SessionLook look = look(id)) {
      return look.answer(nodeEnd).map(look::whole);
    }
  }

  /** A look at what is stored in a session, to be closed. */
  public SessionLook look(SessionId id) {
    return answers.look(id);
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
   * @throws LeaseLostException if the request's lease is lost; then nothing is stored
   * @throws TranscriptTooLongException if what is stored is longer than an eighth of the heap
   * @throws OwnerLimitException if the session's owner may have no more; then nothing is stored
   * @throws AnswerGoneException if it follows a message by its id that is not there
   * @throws WaitingCallException if a response follows a tool's call without its result
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
      current = resolver.another(current, request.messages());
    }
  }

  /**
   * Records what has come so far of the answers of a turn that goes on, so that it is there should
   * this process be killed: as a broken answer, of which the turn's end makes a newer version. It
   * is written on return and need not be on the disk. Costs what has come so far, again each time.
   * Where a client has gone on from what it saw, nothing is recorded. Not before the one before has
   * returned, and not after {@link #completeTurn}.
   *
   * @param soFar of several choices those that have begun; {@link
   *     dev.helix.message.AnswerStatus#CANCELLED}, and none calls tools
   * @return the turn as it goes on, to be ended in this one's place
   * @throws SessionGoneException if the session was deleted or adopted meanwhile
   * @throws LeaseLostException if the turn's lease is lost; then nothing is recorded
   */
  public OpenTurn checkpoint(OpenTurn turn, List<Answer> soFar) {
    return turns.checkpoint(turn, soFar);
  }

  /**
   * Ends a turn: records the answers. On return they and all that was written before are on the
   * disk.
   *
   * @param answers of several choices, one for each; may be empty
   * @return the session after the turn, as far as the turn knows what others changed meanwhile
   * @throws SessionGoneException if the session was deleted or adopted meanwhile; then nothing of
   *     the answers is stored
   * @throws LeaseLostException if the turn's lease is lost; the answers are then on the disk as
   *     failed ones beside the path
   */
  public SessionState completeTurn(OpenTurn turn, List<Answer> answers) {
    TurnLog.Completed completed = turns.complete(turn, answers);
    store.force(turn.session().sessionId());
    if (completed.beside()) {
      throw new LeaseLostException(
          "the lease of " + turn.session().sessionId() + " was lost during a turn");
    }
    return completed.session();
  }

  /** Puts messages on a session's path without a turn, on the disk, as {@link Addition} says. */
  public <X extends Exception> SessionState add(
      SessionState session, Lease lease, Addition<X> addition) throws X {
    return additions.add(session, lease, addition);
  }

  /**
   * Takes a turn back before its answer, and the session that it made, if nobody has used that
   * since; false, with nothing changed, where the session stays, and the question in it.
   */
  public boolean withdraw(OpenTurn turn) {
    return turns.withdraw(turn);
  }

  /**
   * Takes the right to the next turn of a session, among all who ask for it on all servers of the
   * store. A turn that is begun with it writes only as long as nobody else has it.
   *
   * @param time after which it is free again, unless it is renewed
   * @return empty where another has it
   */
  public Optional<Lease> lease(SessionId id, Duration time) {
    return store.lease(id, time);
  }

  /** Lets a lease hold for so long from now; false where it is lost. */
  public boolean renew(Lease lease, Duration time) {
    return store.renew(lease, time);
  }

  /** Gives a lease up. */
  public void release(Lease lease) {
    store.release(lease);
  }

  /** Whether other processes may use the store meanwhile. */
  public boolean isShared() {
    return store.isShared();
  }

  /** Whether somebody holds a session's lease. */
  public boolean isLeased(SessionId id) {
    return store.isLeased(id);
  }

  /** Returns when the store has shown that it can do now what a turn needs; throws if not. */
  public void check() {
    store.check();
  }

  /** As {@link SessionStore#damages}. */
  public int damages() {
    return store.damages();
  }

  /** Returns when all that was written to this session before the call is on the disk. */
  public void force(SessionId id) {
    store.force(id);
  }

  /**
   * Changes a session's state, in one step with regard to turns and all other changes, on every
   * server of the store.
   *
   * @param change makes the new state of the stored one, perhaps more than once; may not change its
   *     ids or its owner
   * @return the new state
   * @throws SessionException if nothing is stored of this session
   */
  public SessionState updateState(SessionId id, UnaryOperator<SessionState> change) {
    return changes.update(id, change);
  }

  /**
   * Gives a session that has no owner to one, who finds it from then on as if it had always been
   * theirs; the anonymous owner does not any more. It keeps its name. Of a channel's session the
   * tenant becomes the owner. A turn that is running ends with {@link SessionGoneException}.
   *
   * @return the new state
   * @throws SessionException if nothing is stored of this session, if it has an owner, or if the
   *     owner has a session of this conversation already, which would hide it
   */
  public SessionState adopt(SessionId id, Owner owner) {
    return changes.adopt(id, owner);
  }

  /**
   * A note that an application keeps with a session, {@code context/<name>.md}; empty when there is
   * none of this name, or no session.
   *
   * @param name 1 to 64 of {@code a-z 0-9 _ -}, beginning with a letter or digit, such as {@code
   *     constraints}
   * @throws IllegalArgumentException if the name is not so
   */
  public Optional<String> getContext(SessionId id, String name) {
    return notes.get(id, name);
  }

  /**
   * Replaces a note, or makes it: atomically, and on the disk on return. The later of two wins.
   *
   * @param name as in {@link #getContext}
   * @throws SessionException if nothing is stored of this session
   */
  public void saveContext(SessionId id, String name, String text) {
    notes.save(id, name, text);
  }

  /** The sessions last used, the newest first, at most so many. */
  public List<SessionState> list(int limit) {
    return store.list(limit);
  }

  /** All sessions, the newest first, which are read as they are taken. */
  public Stream<SessionState> all() {
    return store.all(null);
  }

  /** Removes a session and all its content for good; says whether there was one. */
  public boolean delete(SessionId id) {
    return changes.delete(id);
  }

  /**
   * Takes the content of messages out of a session for good, as their owner may: as {@link
   * SessionErasure#erase} says, and no turn sends, finds or adds to them any more. A turn that
   * would have answered one of them ends without an answer that is kept.
   *
   * @return those that are in the session
   */
  public Set<String> erase(SessionId id, Erasing erasing) {
    return changes.erase(id, erasing);
  }

  /** Erases whole messages. */
  public Set<String> erase(SessionId id, Set<String> ids) {
    return erase(id, Erasing.of(ids));
  }

  /**
   * Moves a session into the archive. When its conversation goes on it is restored.
   *
   * @return false where there is none, where it was used within the last minute, or where the
   *     archive has one of this session and month already, which is never replaced
   * @throws IllegalStateException if there is no archive
   */
  public boolean archive(SessionId id) {
    return changes.archive(id);
  }

  /**
   * Moves the sessions into the archive that were not used for so long, at least a minute, while
   * {@code goesOn}; returns how many. One that cannot be is logged and passed over. Does nothing
   * where another server of this store is at it.
   *
   * @throws IllegalStateException if there is no archive
   */
  public int archiveIdle(Duration idle, BooleanSupplier goesOn) {
    return changes.archiveIdle(idle, goesOn);
  }

  /** Counts what each owner's sessions take, where that is limited, while {@code goesOn}. */
  public void countOwners(BooleanSupplier goesOn) {
    owners.count(store, goesOn);
  }

  /** Closes the store. */
  @Override
  public void close() {
    store.close();
  }
}
