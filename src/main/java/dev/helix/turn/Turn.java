package dev.helix.turn;

import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend.Exchange;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.session.SessionException;
import dev.helix.turn.TurnTimes.Due;
import dev.helix.turn.TurnTimes.Situation;
import dev.helix.turn.reply.UpstreamReply;
import dev.helix.turn.stream.CallerStream;
import dev.helix.turn.stream.Mailbox;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * One request for a completion, from the upstream's first byte to the caller's last: a state
 * machine whose every event is a task in one mailbox, so that its fields need no lock and it has
 * exactly one ending.
 *
 * <pre>
 *   IN_LINE ──the turn before is recorded──▶ WAITING
 *   WAITING ──head──▶ ANSWERING ──[DONE] or end──▶ (recorded) ──▶ ENDING ──all written──▶ ENDED
 *   any ──upstream fails, a timer, the application stops──▶ (what came is recorded) ──▶ ENDING
 *   any ──the caller leaves or stalls──▶ (what came is recorded) ──▶ ENDED
 * </pre>
 *
 * <p>The ending is decided before anything is recorded or written, so that an event that comes
 * meanwhile finds it decided. It reaches the caller when question and answer are forced to disk
 * (Specification section 3): by one force where the answer comes at once, else the question while
 * the upstream works.
 */
public final class Turn implements ReplyReceiver, CallerStream.Owner {
  private static final System.Logger LOG = System.getLogger(Turn.class.getName());

  private final TurnSettings settings;
  private final Runnable onHead;
  private final Runnable onRecorded;
  private final Consumer<Turn> onEnd;
  private final QuestionForcer forcer;
  private final Mailbox mailbox;
  private final Arrivals arrivals;
  private final TurnAlarm alarm;
  private final TurnTimes times;
  private final ReplyWriter writer;
  private final UpstreamFlow upstream = new UpstreamFlow();
  private final UpstreamReply reply;
  private TurnRecord record = TurnRecord.nowhere();
  private TurnPhase phase = TurnPhase.IN_LINE;
  private boolean endingWritten;

  /**
   * A turn that has not {@linkplain #begin begun}.
   *
   * @param stream whether the caller asked for a stream
   * @param onHead run once when the upstream's status is known, or will not be: the request's body
   *     is needed no longer
   * @param onRecorded run when nothing more of this turn will be recorded, before the caller hears
   *     of its end; perhaps more than once
   * @param onEnd run once when all is over
   */
  public Turn(
      TurnSettings settings,
      boolean stream,
      Executor executor,
      QuestionForcer forcer,
      ScheduledExecutorService timers,
      Runnable onHead,
      Runnable onRecorded,
      Consumer<Turn> onEnd) {
    this.settings = settings;
    this.onHead = onHead;
    this.onRecorded = onRecorded;
    this.onEnd = onEnd;
    this.forcer = forcer;
    this.mailbox = new Mailbox(executor, this::mistake);
    this.arrivals = new Arrivals(mailbox);
    this.times = new TurnTimes(settings, stream);
    this.alarm = new TurnAlarm(times, this::situation, this::act, timers, mailbox);
    this.writer = new ReplyWriter(times);
    this.reply = new UpstreamReply(settings.maxReplyBytes());
  }

  /** Where the container's callbacks of the caller's response are posted. */
  public Mailbox mailbox() {
    return mailbox;
  }

  /** Gives the turn its caller, before the upstream is asked. */
  public void serve(CallerStream caller) {
    writer.serve(caller);
  }

  /**
   * Begins: the upstream will be asked now. Called before the turn is known to anybody else, or in
   * {@link #whenWaiting}.
   */
  public void begin(TurnRecord where) {
    record = where;
    phase = TurnPhase.WAITING;
    times.begun();
    forcer.add(where, e -> mailbox.execute(() -> storeFailed(e)));
  }

  /** Lets the turn wait in line for as long as the settings grant. */
  public void waitInLine() {
    mailbox.execute(alarm::set);
  }

  /** Runs the task in the mailbox, unless the turn has begun or ended by then. */
  public void whenWaiting(Runnable task) {
    mailbox.execute(
        () -> {
          if (phase == TurnPhase.IN_LINE) {
            task.run();
          }
        });
  }

  /** Ends the turn because the application stops, unless it has begun. */
  void stopWaiting() {
    whenWaiting(() -> fail(ErrorMapping.stopping()));
  }

  /** Gives the turn its exchange, whose first events may have come before. */
  public void exchange(Exchange running) {
    mailbox.executeHere(
        () -> {
          upstream.runs(running);
          askForMore();
          alarm.set();
        });
  }

  /** Says that the backend threw where it must not: there is no exchange. */
  public void broken(RuntimeException failure) {
    mailbox.execute(
        () -> {
          upstream.ended();
          mistake(failure);
        });
  }

  /** Ends the turn, whatever it does; what came of the answer is recorded. */
  public void stop(ApiError why) {
    mailbox.execute(() -> fail(why));
  }

  @Override
  public void head(ReplyHead head) {
    arrivals.head(
        head,
        () -> {
          if (phase != TurnPhase.WAITING) {
            return;
          }
          onHead.run();
          times.upstreamSpoke();
          phase = TurnPhase.ANSWERING;
          reply.begin(head);
          if (reply.isStream()) {
            writer.beginStream(head);
          }
          alarm.set();
        });
  }

  @Override
  public void data(ByteBuffer bytes) {
    arrivals.part(
        () -> {
          times.upstreamSpoke();
          upstream.came(bytes.remaining());
          if (phase == TurnPhase.ANSWERING) {
            take(withArray(bytes));
          }
          askForMore();
          alarm.set();
        });
  }

  /** What is read from a socket or a file may have none, or show none. */
  private static ByteBuffer withArray(ByteBuffer bytes) {
    return bytes.hasArray() ? bytes : ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }

  private void take(ByteBuffer bytes) {
    switch (reply.take(bytes, writer::write)) {
      case MORE -> {
        writer.flush();
        if (writer.queued() > settings.streamBufferBytes()) {
          callerLost("the caller reads too slowly");
        }
      }
      case COMPLETE -> complete();
      case TOO_LONG ->
          fail(ErrorMapping.invalidResponse("The upstream's answer is too long to be kept."));
    }
  }

  @Override
  public void end() {
    mailbox.execute(
        () -> {
          upstream.ended();
          if (phase == TurnPhase.ANSWERING) {
            reply.end(writer::write);
            complete();
          }
          alarm.set();
        });
  }

  @Override
  public void failed(BackendException cause) {
    mailbox.execute(
        () -> {
          upstream.ended();
          LOG.log(Level.DEBUG, "the upstream failed", cause);
          if (phase == TurnPhase.ANSWERING && reply.isWhole()) {
            // It broke behind the answer's end: nothing is missing.
            reply.end(writer::write);
            complete();
          } else {
            fail(ErrorMapping.of(cause));
          }
          alarm.set();
        });
  }

  private void askForMore() {
    if (writer.queued() < FIRST_WINDOW && upstream.askForMore()) {
      times.upstreamAsked();
    }
  }

  private void cancelUpstream() {
    if (phase == TurnPhase.IN_LINE || phase == TurnPhase.WAITING) {
      onHead.run();
    }
    upstream.cancel();
  }

  private void complete() {
    Ending ending = Ending.of(reply);
    if (ending.abandons()) {
      upstream.cancel();
    }
    conclude(ending);
  }

  /** Ends the turn with an error. In the mailbox. */
  public void fail(ApiError error) {
    if (phase == TurnPhase.ENDING || phase == TurnPhase.ENDED) {
      return;
    }
    cancelUpstream();
    if (reply.hasToldError()) {
      // The upstream's own error event has passed, and one is enough.
      reply.end(writer::write);
      complete();
    } else {
      conclude(Ending.failed(reply, error));
    }
  }

  /** Decides the ending: the answers are recorded, then the caller hears the last words. */
  private void conclude(Ending ending) {
    phase = TurnPhase.ENDING;
    if (stored(() -> record.answers(ending.answers(), AnswerStatus.FAILED))) {
      finish(() -> ending.lastWords().accept(writer));
    }
  }

  /** Does the work of the store. Where it fails the caller is told so, and not that all is well. */
  private boolean stored(Runnable work) {
    mailbox.handOver(); // The caller need not wait for the disk to read what came before.
    try {
      work.run();
      return true;
    } catch (SessionException e) {
      storeFailed(e);
      return false;
    }
  }

  private void storeFailed(SessionException failure) {
    ErrorMapping.log("a turn could not be stored", failure);
    endInstead(ErrorMapping.of(failure));
  }

  private void mistake(Throwable failure) {
    LOG.log(Level.ERROR, "a turn failed by a mistake of the server", failure);
    endInstead(ApiError.internal());
  }

  /**
   * Ends with this error, whatever ending was decided; where one was written already, without a
   * word.
   */
  private void endInstead(ApiError error) {
    if (phase == TurnPhase.ENDED) {
      return;
    }
    boolean told = false;
    try {
      cancelUpstream();
      phase = TurnPhase.ENDING;
      if (!endingWritten) {
        finish(() -> writer.error(error, reply));
        told = true;
      }
    } finally {
      if (!told) {
        writer.abandon();
        over();
      }
    }
  }

  /** Ends the turn: the caller hears of it when the question is on the disk. */
  private void finish(Runnable lastWords) {
    if (stored(record::forceQuestion)) {
      // Before the last words: who has heard them may ask the next question.
      onRecorded.run();
      endingWritten = true;
      lastWords.run();
      writer.end();
      alarm.set();
    }
  }

  @Override
  public void progressed() {
    times.callerTook();
    askForMore();
    alarm.set();
  }

  @Override
  public void callerServed() {
    over();
  }

  @Override
  public void callerGone(Throwable cause) {
    callerLost("the caller left");
  }

  private void callerLost(String why) {
    if (phase == TurnPhase.ENDED) {
      return;
    }
    LOG.log(Level.DEBUG, why);
    if (phase != TurnPhase.ENDING) {
      cancelUpstream();
      phase = TurnPhase.ENDING;
      record.callerLeft(reply.answers(AnswerStatus.CANCELLED));
    }
    writer.abandon();
    over();
  }

  private void over() {
    phase = TurnPhase.ENDED;
    times.over();
    alarm.set();
    onRecorded.run();
    onEnd.accept(this);
  }

  private void act(Due due) {
    switch (due) {
      case LOCKED -> fail(ErrorMapping.locked());
      case LATE -> fail(ErrorMapping.late());
      case BEGIN -> writer.beginUnanswered();
      case SILENT -> fail(ErrorMapping.silent());
      case STALLED -> callerLost("the caller takes nothing");
      case COMMENT -> writer.comment();
      case LINGERING -> upstream.cancel();
    }
  }

  private Situation situation() {
    return new Situation(
        phase == TurnPhase.IN_LINE,
        phase == TurnPhase.WAITING,
        phase == TurnPhase.ANSWERING,
        phase == TurnPhase.ENDED,
        writer.streamBegun(),
        writer.queued() > 0,
        writer.waits(),
        reply.scanner().atBoundary(),
        upstream.isOver());
  }
}
