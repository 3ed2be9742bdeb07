package dev.helix.turn;

import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.http.BodyBudgetException;
import dev.helix.http.InvalidRequestException;
import dev.helix.session.Lease;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.turn.TurnCall.ShrinkingRequest;
import dev.helix.turn.stream.CallerStream;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

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
   * Whether a turn of this process is under way whose answer is a response, and has this id or may
   * get it. It is not any more when the answer is recorded as it ended, or will never be.
   */
  public boolean isRunning(String node) {
    return running.isAnswering(node);
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
    if (!running.admit()) {
      throw new InvalidRequestException(ErrorMapping.stopping());
    }
    TurnPermit permit = call.isOrdered() ? permit(call.session().sessionId()) : null;
    Set<String> nodes = call.nodes();
    running.answering(nodes);
    boolean begun = false;
    try {
      AsyncContext async = request.startAsync();
      async.setTimeout(0);
      Turn turn =
          new Turn(
              call.stream(),
              call.choices(),
              call.memory(),
              form,
              engine,
              CallerStream.holdsUpWriters(request.getServletContext()),
              () -> recorded(permit, nodes),
              running::over);
      CallerStream caller = new CallerStream(async, response, turn.mailbox(), turn);
      turn.serve(caller);
      begun = true;
      turn.start(() -> start(turn, call, permit));
      running.add(turn);
      caller.open();
      if (permit != null) {
        permit.whenAwaited(turn::awaited);
      }
    } finally {
      if (!begun) {
        recorded(permit, nodes);
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
      stop.set(
          () -> engine.storing().execute(() -> answer.stop(ErrorMapping.stopping())));
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

  private TurnPermit permit(SessionId session) {
    return new TurnPermit(
        sessions,
        session,
        engine.settings().historyLease(),
        queue.join(session),
        engine.storing(),
        engine.timers());
  }

  /**
   * Places the question and asks the backend, or has it done when the turn before is over. In the
   * turn's mailbox, on a thread that may wait for the store.
   */
  private void start(Turn turn, TurnCall call, TurnPermit permit) {
    try {
      Lease lease = permit == null ? null : permit.take().orElse(null);
      if (permit != null && lease == null) {
        permit.whenTaken(
            () -> turn.whenInQueue(() -> start(turn, call, permit)),
            e -> turn.whenInQueue(() -> notStored(turn, e)));
        return;
      }
      ask(turn, call, place(turn, call, lease));
      if (permit != null) {
        permit.keep(() -> turn.stop(ErrorMapping.leaseLost()));
      }
    } catch (BodyBudgetException e) {
      turn.fail(e.error());
    } catch (SessionException e) {
      notStored(turn, e);
    }
  }

  /** Places the question, where it has a place; what the backend is asked then. */
  private ChatCall place(Turn turn, TurnCall call, Lease lease) {
    if (call.asked() == null) {
      turn.placed(TurnRecord.nowhere());
      call.memory().rest();
      return call.unkept();
    }
    OpenTurn open = sessions.beginTurn(call.session(), call.asked().with(lease));
    // Another conversation may have taken the name since the filter looked.
    SessionId used = open.session().sessionId();
    ChatCall kept = call.kept(open, () -> sessions.transcript(used).messages());
    turn.placed(TurnRecord.of(sessions, open, settings().keepRefused()));
    call.memory().rest();
    return kept;
  }

  private static void notStored(Turn turn, SessionException failure) {
    ErrorMapping.log("a question could not be stored", failure);
    turn.fail(ErrorMapping.of(failure));
  }

  private void ask(Turn turn, TurnCall call, ChatCall chat) {
    try {
      turn.asked(
          Objects.requireNonNull(
              call.request() instanceof ShrinkingRequest shrinking
                  ? ShrinkingCall.begin(
                      backend, chat, shrinking, turn.receiver(), engine.forwarding())
                  : backend.chat(chat, turn.receiver()),
              "the backend gave no exchange"));
    } catch (RuntimeException e) {
      turn.notAsked(e);
    }
  }

  /** Nothing more of a turn is recorded: the next one may begin, and its answer runs no longer. */
  private void recorded(TurnPermit permit, Set<String> nodes) {
    running.answered(nodes);
    if (permit != null) {
      permit.leave();
    }
  }
}
