package dev.helix.turn;

import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend.Exchange;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.http.ApiError;
import dev.helix.http.RequestBody;
import dev.helix.message.AnswerStatus;
import dev.helix.turn.TurnTable.Action;
import dev.helix.turn.TurnTable.Step;
import dev.helix.turn.TurnTimes.Situation;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.stream.Caller;
import dev.helix.turn.stream.CallerStream;
import dev.helix.turn.stream.Mailbox;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One turn, from its question's place in the transcript to the caller's last byte: a state machine
 * whose every event is a task in one mailbox, so that its fields need no lock. {@link TurnTable}
 * says what comes of an event.
 *
 * <p>The ending is decided before anything is recorded, and the caller hears of it when question
 * and answer are on the disk (Specification section 3). What waits for the store waits in tasks for
 * the store's threads, while those that forward tokens go on.
 */
final class Turn implements CallerStream.Listener, Turns.Ender {
  private static final System.Logger LOG = System.getLogger(Turn.class.getName());

  private final RequestBody memory;
  private final Runnable onRecorded;
  private final Consumer<Turn> onEnd;
  private final QuestionForcer forcer;
  private final BackendFailures failures;
  private final Mailbox mailbox;
  private final TurnAlarm alarm;
  private final TurnTimes times;
  private final ReplyForm form;
  private final CallerOutput caller;
  private final BackendFlow backend = new BackendFlow();
  private final BackendReply reply;
  private final Intake intake;
  private final Checkpoints checkpoints;
  private TurnRecord record = TurnRecord.nowhere();
  private TurnPhase phase = TurnPhase.IN_QUEUE;
  private Ending ending;

  /**
   * A turn whose question has no place yet. It holds nothing of what its caller sent.
   *
   * @param onRecorded run when nothing more of this turn will be recorded, before the caller hears
   *     of its end; may block
   * @param onEnd run once when all is over
   */
  Turn(
      TurnCall call,
      ReplyForm form,
      Engine engine,
      boolean writesHoldUp,
      Runnable onRecorded,
      Consumer<Turn> onEnd) {
    this.memory = call.memory();
    this.form = form;
    TurnSettings settings = engine.settings();
    this.forcer = engine.forcer();
    this.failures = engine.failures();
    this.onRecorded = onRecorded;
    this.onEnd = onEnd;
    this.mailbox = new Mailbox(engine.forwarding(), engine.storing(), writesHoldUp, this::mistake);
    this.times = new TurnTimes(settings, call.stream(), System::nanoTime);
    this.alarm = new TurnAlarm(times, this::situation, this::act, engine.timers(), mailbox);
    this.caller = new CallerOutput(times, engine.timers());
    this.reply =
        new BackendReply(
            settings.limits(), call.stream(), call.choices(), new FormEvents(form, caller));
    this.intake = new Intake(reply, form, caller, settings.streamBufferBytes());
    this.checkpoints = new Checkpoints(engine, times.checkpoints(), reply, form, mailbox);
  }

  /** Where the container's callbacks of the caller's response are posted. */
  Mailbox mailbox() {
    return mailbox;
  }

  /** Gives the turn its caller, before anything can be told. */
  void serve(Caller served) {
    caller.serve(served);
  }

  private Action enter(TurnEvent event) {
    Step step = TurnTable.step(phase, event);
    phase = step.next();
    return step.action();
  }

  /** Begins: runs a task of the mailbox on this thread, which it may block. Called first of all. */
  void start(Runnable task) {
    mailbox.executeHere(() -> startNow(task));
  }

  /** Runs a task that may block, unless the turn has ended by then. */
  void whenInQueue(Runnable task) {
    mailbox.executeBlocking(
        () -> {
          if (phase == TurnPhase.IN_QUEUE) {
            startNow(task);
          }
        });
  }

  private void startNow(Runnable task) {
    task.run();
    alarm.set();
  }

  /** Another turn waits for this one's end: is the caller still there? */
  void awaited() {
    mailbox.execute(
        () -> {
          caller.watch();
          times.awaited();
          alarm.set();
        });
  }

  /** The question has its place. In the mailbox. */
  void placed(TurnRecord where) {
    record = where;
    if (where.isSomewhere()) {
      caller.header("X-Session-ID", where.session().value());
    }
    if (enter(TurnEvent.PLACED) == Action.WAIT) {
      times.begun();
      forcer.add(where, e -> mailbox.execute(() -> fail(TurnRecord.told(e))));
    }
  }

  /** Begins the stream now, unless the turn ends; whether it goes on. In the mailbox. */
  boolean commit() {
    perform(enter(TurnEvent.COMMIT));
    return phase == TurnPhase.WAITING;
  }

  /** Gives the turn its exchange. In the mailbox. */
  void asked(Exchange exchange) {
    backend.runs(exchange);
  }

  /** Says that the backend threw where it must not: there is no exchange. In the mailbox. */
  void notAsked(RuntimeException failure) {
    backend.ended();
    mistake(failure);
  }

  /** Ends the turn because the application stops, unless its question has a place. */
  void stopWaiting() {
    mailbox.execute(
        () -> {
          if (phase == TurnPhase.IN_QUEUE) {
            fail(ErrorMapping.stopping());
          }
        });
  }

  @Override
  public void stop(ApiError why) {
    mailbox.execute(() -> fail(why));
  }

  @Override
  public void cancel() {
    mailbox.execute(
        () -> {
          if (enter(TurnEvent.CANCELLED) == Action.STOP) {
            conclude(Ending.cancelled(reply), null);
          }
        });
  }

  void began(ReplyHead head) {
    if (enter(TurnEvent.HEAD) == Action.BEGIN) {
      memory.close();
      times.backendSpoke();
      reply.begin(head);
      caller.flush();
      alarm.set();
    }
  }

  /** Bytes of the body have come, in a buffer with an array. */
  void came(ByteBuffer bytes) {
    times.backendSpoke();
    backend.came(bytes.remaining());
    if (enter(TurnEvent.PART) == Action.TAKE) {
      take(bytes);
      times.answerIs(reply.size(), reply.kept());
    }
    askForMore();
    alarm.set();
  }

  private void take(ByteBuffer bytes) {
    switch (intake.take(bytes)) {
      case WHOLE -> perform(enter(TurnEvent.WHOLE));
      case TOO_LONG -> fail(ErrorMapping.tooLong());
      case TOO_SLOW -> left("the caller reads too slowly");
      default -> {}
    }
  }

  void closed() {
    backend.ended();
    switch (enter(TurnEvent.CLOSED)) {
      case CONCLUDE -> concludeAsItIs();
      case FAIL -> conclude(Ending.failed(reply, ErrorMapping.incomplete()), null);
      default -> alarm.set();
    }
  }

  void broke(BackendException cause) {
    backend.ended();
    LOG.log(Level.DEBUG, "the backend failed", cause);
    if (enter(TurnEvent.BROKEN) != Action.FAIL) {
      alarm.set();
    } else if (reply.isWhole()) {
      concludeAsItIs(); // It broke behind the answer's end: nothing is missing.
    } else {
      concludeWith(ErrorMapping.of(cause), cause.getCause());
    }
  }

  private boolean askForMore() {
    return caller.stream().queued() < ReplyReceiver.FIRST_WINDOW && backend.askForMore();
  }

  /** Ends the turn with an error, unless its ending is decided. In the mailbox. */
  void fail(ApiError error) {
    if (enter(TurnEvent.FAILED) == Action.FAIL) {
      concludeWith(error, null);
    }
  }

  /** Ends with an error of ours, unless the backend had one of its own: one is enough. */
  private void concludeWith(ApiError error, Throwable cause) {
    reply.end();
    conclude(Ending.orFailed(reply, error, failures), cause);
  }

  private void concludeAsItIs() {
    reply.end();
    conclude(Ending.of(reply, failures), null);
  }

  /** The ending is decided: it is recorded, then the caller hears the last words. */
  private void conclude(Ending decided, Throwable cause) {
    ending = decided;
    if (decided.failure() != null) {
      failures.log(backend, decided.failure(), cause);
    }
    if (decided.abandons()) {
      backend.cancel();
    }
    memory.close();
    alarm.set();
    mailbox.executeBlocking(this::record);
  }

  private void left(String why) {
    Action action = enter(TurnEvent.LEFT);
    switch (action) {
      case SAVE -> {
        LOG.log(Level.DEBUG, why);
        backend.cancel();
        memory.close();
        caller.stream().abandon();
        ending = Ending.silent(() -> reply.answers(AnswerStatus.CANCELLED));
        mailbox.executeBlocking(this::record);
      }
      case ABANDON -> caller.stream().abandon();
      case CLOSE -> {
        caller.stream().abandon();
        close();
      }
      default -> {}
    }
  }

  /** Brings what came to the disk. On a thread of the store's. */
  private void record() {
    mailbox.handOver(); // The caller need not wait for the disk to read what came before.
    ApiError failure = record.bring(ending, form, reply, caller.begun());
    try {
      // Before the last words: who has heard them may ask the next question.
      onRecorded.run();
    } finally {
      recorded(failure);
    }
  }

  private void recorded(ApiError failure) {
    switch (enter(failure == null ? TurnEvent.RECORDED : TurnEvent.UNRECORDED)) {
      case SPEAK -> speak(ending.lastWords());
      case APOLOGIZE -> speak(Ending.words(reply, failure));
      case CLOSE -> close();
      default -> {}
    }
  }

  private void speak(Ending.LastWords words) {
    boolean breaksOff = caller.begun() && words.isError() && !form.tellsFailures();
    words.tell(form, caller);
    if (caller.end(breaksOff)) {
      perform(enter(TurnEvent.SERVED));
    }
    alarm.set();
  }

  private void mistake(Throwable failure) {
    LOG.log(Level.ERROR, "a turn failed by a mistake of the server", failure);
    switch (enter(TurnEvent.MISTAKE)) {
      case FAIL -> concludeWith(ApiError.of(failure), null);
      case CLOSE -> {
        caller.stream().abandon();
        close();
      }
      default -> {}
    }
  }

  @Override
  public void progressed() {
    times.callerTook();
    if (askForMore()) {
      times.backendHeldUp();
    }
    alarm.set();
  }

  @Override
  public void callerServed() {
    perform(enter(TurnEvent.SERVED));
  }

  @Override
  public void callerGone(Throwable cause) {
    left("the caller left");
  }

  private void close() {
    times.over();
    alarm.set();
    onEnd.accept(this);
  }

  private void act(TurnTimes.Due due) {
    switch (due) {
      case LOCKED -> fail(ErrorMapping.locked());
      case LATE -> fail(ErrorMapping.late());
      case FINISHED -> perform(enter(TurnEvent.FINISHED));
      case SILENT -> fail(ErrorMapping.silent());
      case STALLED -> left("the caller takes nothing");
      case COMMIT -> perform(enter(TurnEvent.COMMIT));
      case KEEP_ALIVE -> perform(enter(TurnEvent.SILENCE));
      case CHECKPOINT -> checkpoints.take(record, alarm::set);
      case WATCH -> caller.watch();
      case LINGER -> perform(enter(TurnEvent.LINGER));
    }
  }

  private void perform(Action action) {
    switch (action) {
      case CONCLUDE -> concludeAsItIs();
      case COMMIT -> caller.commit(form);
      case KEEP_ALIVE -> caller.keepAlive(form, reply);
      case CANCEL -> backend.cancel();
      case CLOSE -> close();
      default -> {}
    }
  }

  private Situation situation() {
    return new Situation(
        phase,
        caller.begun(),
        caller.stream().queued() > 0,
        caller.stream().waits(),
        reply.atBoundary(),
        reply.isOver(),
        backend.isOver());
  }
}
