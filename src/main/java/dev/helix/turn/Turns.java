package dev.helix.turn;

import dev.helix.backend.ChatBackend;
import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.session.ResponseNote;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.turn.stream.Caller;
import dev.helix.turn.stream.CallerStream;
import dev.helix.turn.stream.Mailbox;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The engine of every endpoint: it places a question in its session's transcript, asks the backend,
 * tells the caller of the answer in the endpoint's {@link ReplyForm}, and records it. One for the
 * application, in the servlet context under the name of this class. Safe for use by many threads.
 *
 * <p>A request holds the container's thread while its question is written, and no thread after
 * that. With stored history it may have to wait for the turn before it in its conversation; then
 * its question is written when that one is recorded, and no thread waits.
 *
 * <pre>{@code
 * turns.begin(call, new ChatReplyForm(), request, response);
 * }</pre>
 */
public final class Turns {
  private final SessionManager sessions;
  private final ChatBackend backend;
  private final Engine engine;
  private final RunningTurns running = new RunningTurns();
  private final ConversationQueue queue = new ConversationQueue();

  /**
   * Puts the engine together; everything given stays the caller's to close.
   *
   * @param forwarding where tokens are handed on; some servers hold threads up there
   * @param storing where turns wait for the store
   */
  public Turns(
      SessionManager sessions,
      ChatBackend backend,
      TurnSettings settings,
      Executor forwarding,
      Executor storing,
      ScheduledExecutorService timers) {
    this.sessions = Objects.requireNonNull(sessions, "sessions");
    this.backend = Objects.requireNonNull(backend, "backend");
    this.engine =
        new Engine(
            Objects.requireNonNull(settings, "settings"),
            new QuestionForcer(storing, timers),
            new BackendFailures(backend),
            Objects.requireNonNull(forwarding, "forwarding"),
            Objects.requireNonNull(storing, "storing"),
            Objects.requireNonNull(timers, "timers"),
            new Semaphore(Checkpoints.MOST_AT_ONCE));
  }

  /** How turns behave. */
  public TurnSettings settings() {
    return engine.settings();
  }

  /** Where failures of the backend are told. */
  public BackendFailures failures() {
    return engine.failures();
  }

  /**
   * Takes in what is no turn, so that {@link #drain} waits for it too, and has it stopped after the
   * grace; {@link #passed} ends it.
   *
   * @throws InvalidRequestException if the application stops
   */
  public void admitPassing() throws InvalidRequestException {
    if (!running.admit()) {
      throw new InvalidRequestException(ErrorMapping.stopping());
    }
  }

  /** Has what {@link #admitPassing} took in stopped by a task, which must not block. */
  public void stopPassingBy(Runnable stop) {
    running.add(stop);
  }

  /**
   * What {@link #admitPassing} took in is over.
   *
   * @param stop what was to stop it; null for nothing
   */
  public void passed(Runnable stop) {
    running.over(stop);
  }

  /**
   * Whether a turn of this process is under way whose answer is the response of this node, as its
   * note says. It is not any more when the answer is recorded as it ended, or will never be.
   */
  public boolean isRunning(String node) {
    return running.isAnswering(node);
  }

  /**
   * Whether a turn is under way, on any server of the store, whose answer is a response. It is not
   * any more when the answer is recorded as it ended, or will never be; of a server that was killed
   * it is still said for as long as a lease holds. Who has read before that it has no end reads it
   * once more when this says that nothing runs. May block on the store.
   *
   * @param node the one that its note says, and not what a client calls the answer: several may
   *     call theirs the same
   */
  public boolean isAnswering(String node) {
    return isRunning(node) || sessions.isLeased(ResponseNote.sign(node));
  }

  /** Whether no new turns are taken, because the application stops. */
  public boolean isStopping() {
    return running.isDraining();
  }

  /**
   * Refuses new turns and those that have not begun, lets running ones finish for as long as the
   * settings grant, and ends the rest, whose answers are recorded as far as they came. Blocks until
   * all are over; may be called again.
   */
  public void drain() {
    running.drain(engine.settings().shutdownGrace());
  }

  /**
   * Begins a turn, which has the request, the response and the call's memory from then on, and
   * tells the caller what fails. Blocks on the store while the question is written.
   *
   * @throws InvalidRequestException if the application stops. Nothing has begun, and the request is
   *     still the caller's
   */
  public void begin(
      TurnCall call, ReplyForm form, HttpServletRequest request, HttpServletResponse response)
      throws IOException, InvalidRequestException {
    boolean holdsUp = CallerStream.holdsUpWriters(request.getServletContext());
    begin(
        call,
        form,
        holdsUp,
        false,
        turn -> {
          AsyncContext async = request.startAsync();
          async.setTimeout(0);
          return new CallerStream(async, response, turn.mailbox(), turn);
        });
  }

  /**
   * Begins a turn of which nobody waits for the end: it goes on whoever listens to it. Its stream
   * begins when its question is on the disk, before the backend is asked. Blocks on the store while
   * the question is written.
   *
   * @param call of which something is kept, and which asks for a stream
   * @param listener is told what comes of it, and takes all of it at once
   * @param ender is given, before anything is told, what ends the turn: it may be used at any time
   *     and by any thread, and does nothing when the turn ends already
   * @throws InvalidRequestException if the application stops; nothing has begun
   */
  public void beginAlone(TurnCall call, ReplyForm form, Caller listener, Consumer<Ender> ender)
      throws IOException, InvalidRequestException {
    begin(
        call,
        form,
        false,
        true,
        turn -> {
          ender.accept(turn);
          return listener;
        });
  }

  /** Ends a turn from outside. Safe for use by many threads; waits for nothing. */
  public interface Ender {
    /** Ends it, unless it has not begun; what came is recorded. */
    void cancel();

    /** Has it fail for this reason, whatever it does; what came is recorded. */
    void stop(ApiError why);
  }

  /** Makes a turn's caller. */
  @FunctionalInterface
  public interface Callers {
    /**
     * A caller, of which nothing has been used.
     *
     * @param mailbox where it is used, and posts what it hears
     * @param listener is told of it, in the mailbox
     */
    Caller of(Mailbox mailbox, CallerStream.Listener listener) throws IOException;
  }

  /**
   * Begins a turn whose caller is no servlet's response; it has the call's memory from then on.
   * Blocks on the store while the question is written.
   *
   * @param request by which it is known on what server it is
   * @throws InvalidRequestException if the application stops; nothing has begun
   */
  public void begin(TurnCall call, ReplyForm form, HttpServletRequest request, Callers callers)
      throws IOException, InvalidRequestException {
    boolean holdsUp = CallerStream.holdsUpWriters(request.getServletContext());
    begin(call, form, holdsUp, false, turn -> callers.of(turn.mailbox(), turn));
  }

  /** Makes the caller of a turn. */
  @FunctionalInterface
  private interface OwnCaller {
    Caller of(Turn turn) throws IOException;
  }

  private void begin(
      TurnCall call, ReplyForm form, boolean writesHoldUp, boolean alone, OwnCaller callers)
      throws IOException, InvalidRequestException {
    if (!running.admit()) {
      throw new InvalidRequestException(ErrorMapping.stopping());
    }
    TurnRights rights = rights(call);
    String node = call.responseNode();
    running.answering(node);
    boolean begun = false;
    try {
      Turn turn =
          new Turn(call, form, engine, writesHoldUp, () -> recorded(rights, node), running::over);
      Caller caller = callers.of(turn);
      turn.serve(caller);
      begun = true;
      turn.start(new TurnStart(sessions, backend, engine, turn, call, form, rights, alone)::run);
      running.add(turn);
      caller.open();
      if (rights.permit() != null) {
        rights.permit().whenAwaited(turn::awaited);
      }
    } finally {
      if (!begun) {
        recorded(rights, node);
        running.abandoned();
      }
    }
  }

  /**
   * Does work on a session in the order of its turns with stored history, and answers the caller
   * with what it gives; where its turn does not come in time, 409. No thread waits.
   *
   * @param onEnd run once when the caller has the answer, or is gone
   * @throws InvalidRequestException if the application stops; then all is still the caller's
   */
  public void inOrder(
      SessionId session,
      OrderedWork work,
      HttpServletRequest request,
      HttpServletResponse response,
      Runnable onEnd)
      throws IOException, InvalidRequestException {
    admitPassing();
    TurnPermit permit = permit(session);
    AtomicReference<Runnable> stop = new AtomicReference<>();
    boolean begun = false;
    try {
      AsyncContext async = request.startAsync();
      async.setTimeout(0);
      OrderedAnswer answer =
          new OrderedAnswer(
              engine,
              permit,
              work,
              async,
              response,
              CallerStream.holdsUpWriters(request.getServletContext()),
              () -> {
                onEnd.run();
                passed(stop.get());
              });
      stop.set(() -> engine.storing().execute(() -> answer.stop(ErrorMapping.stopping())));
      stopPassingBy(stop.get());
      answer.start();
      begun = true;
    } finally {
      if (!begun) {
        permit.leave();
        passed(stop.get());
      }
    }
  }

  private TurnRights rights(TurnCall call) {
    TurnPermit permit = call.isOrdered() ? permit(call.session().sessionId()) : null;
    String node = call.responseNode();
    boolean signs = node != null && sessions.isShared(); // Else nobody would look for it.
    return new TurnRights(permit, signs ? permit(ResponseNote.sign(node)) : null, engine.storing());
  }

  private TurnPermit permit(SessionId session) {
    return new TurnPermit(
        sessions,
        session,
        engine.settings().historyLease(),
        queue.join(session),
        engine.storing(),
        engine.timers());
  }

  /** Nothing more of a turn is recorded: the next one may begin, and its answer runs no longer. */
  private void recorded(TurnRights rights, String node) {
    running.answered(node);
    rights.leave();
  }
}
