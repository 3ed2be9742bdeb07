package dev.helix.chat;

import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend.Exchange;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.chat.TurnTimes.Due;
import dev.helix.chat.TurnTimes.Situation;
import dev.helix.openai.ApiError;
import dev.helix.session.AnswerStatus;
import dev.helix.session.SessionException;
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
final class Turn implements ReplyReceiver, CallerStream.Owner {
  private static final System.Logger LOG = System.getLogger(Turn.class.getName());

  private enum Phase {
    WAITING,
    ANSWERING,
    ENDING,
    ENDED
  }

  private final ChatSettings settings;
  private final TurnRecord record;
  private final Runnable onHead;
  private final Consumer<Turn> onEnd;
  private final Executor disk;
  private final Mailbox mailbox;
  private final Alarm alarm;
  private final TurnTimes times;
  private final ReplyWriter writer;
  private final UpstreamFlow upstream = new UpstreamFlow();
  private final UpstreamReply reply;
  private Phase phase = Phase.WAITING;
  private boolean endingWritten;

  /**
   * A turn that waits for its upstream.
   *
   * @param stream whether the caller asked for a stream
   * @param onHead run once when the upstream's status is known, or will not be: the request's body
   *     is needed no longer
   * @param onEnd run once when all is over
   */
  Turn(
      ChatSettings settings,
      boolean stream,
      TurnRecord record,
      Executor executor,
      Executor disk,
      ScheduledExecutorService timers,
      Runnable onHead,
      Consumer<Turn> onEnd) {
    this.settings = settings;
    this.record = record;
    this.onHead = onHead;
    this.onEnd = onEnd;
    this.disk = disk;
    this.mailbox = new Mailbox(executor, this::mistake);
    this.alarm = new Alarm(timers, mailbox, this::alarmed);
    this.times = new TurnTimes(settings, stream);
    this.writer = new ReplyWriter(times);
    this.reply = new UpstreamReply(settings.maxReplyBytes());
  }

  /** Where the container's callbacks of the caller's response are posted. */
  Executor mailbox() {
    return mailbox;
  }

  /** Gives the turn its caller, before the upstream is asked. */
  void serve(CallerStream caller) {
    writer.serve(caller);
  }

  /** Gives the turn its exchange, whose first events may have come before. */
  void exchange(Exchange running) {
    mailbox.execute(
        () -> {
          upstream.runs(running);
          askForMore();
          setAlarm();
        });
  }

  /** Says that the backend threw where it must not: there is no exchange. */
  void broken(RuntimeException failure) {
    mailbox.execute(
        () -> {
          upstream.ended();
          mistake(failure);
        });
  }

  /** Ends the turn because the application stops; what came of the answer is recorded. */
  void stop() {
    mailbox.execute(() -> fail(ErrorMapping.stopping()));
  }

  @Override
  public void head(ReplyHead head) {
    mailbox.execute(
        () -> {
          if (phase != Phase.WAITING) {
            return;
          }
          onHead.run();
          times.upstreamSpoke();
          phase = Phase.ANSWERING;
          reply.begin(head);
          if (reply.isStream()) {
            writer.beginStream(head);
          }
          setAlarm();
        });
  }

  @Override
  public void data(ByteBuffer bytes) {
    mailbox.execute(
        () -> {
          times.upstreamSpoke();
          upstream.came(bytes.remaining());
          if (phase == Phase.ANSWERING) {
            take(bytes);
          }
          askForMore();
          setAlarm();
        });
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
          if (phase == Phase.ANSWERING) {
            reply.end(writer::write);
            complete();
          }
          setAlarm();
        });
  }

  @Override
  public void failed(BackendException cause) {
    mailbox.execute(
        () -> {
          upstream.ended();
          LOG.log(Level.DEBUG, "the upstream failed", cause);
          if (phase == Phase.ANSWERING && reply.isWhole()) {
            // It broke behind the answer's end: nothing is missing.
            reply.end(writer::write);
            complete();
          } else {
            fail(ErrorMapping.of(cause));
          }
          setAlarm();
        });
  }

  private void askForMore() {
    if (writer.queued() < FIRST_WINDOW && upstream.askForMore()) {
      times.upstreamAsked();
    }
  }

  private void cancelUpstream() {
    if (phase == Phase.WAITING) {
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

  private void fail(ApiError error) {
    if (phase == Phase.ENDING || phase == Phase.ENDED) {
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
    phase = Phase.ENDING;
    if (stored(() -> record.answers(ending.answers()))) {
      finish(() -> ending.lastWords().accept(writer));
    }
  }

  /** Does the work of the store. Where it fails the caller is told so, and not that all is well. */
  private boolean stored(Runnable work) {
    try {
      work.run();
      return true;
    } catch (SessionException e) {
      storeFailed(e);
      return false;
    }
  }

  private void storeFailed(SessionException failure) {
    LOG.log(Level.ERROR, "a turn could not be stored", failure);
    endInstead(ErrorMapping.of(failure));
  }

  private void mistake(Throwable failure) {
    LOG.log(Level.ERROR, "a turn failed by a mistake of the server", failure);
    endInstead(ErrorMapping.internal());
  }

  /**
   * Ends with this error, whatever ending was decided; where one was written already, without a
   * word.
   */
  private void endInstead(ApiError error) {
    if (phase == Phase.ENDED) {
      return;
    }
    boolean told = false;
    try {
      cancelUpstream();
      phase = Phase.ENDING;
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
      endingWritten = true;
      lastWords.run();
      writer.end();
      setAlarm();
    }
  }

  @Override
  public void progressed() {
    times.callerTook();
    askForMore();
    setAlarm();
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
    if (phase == Phase.ENDED) {
      return;
    }
    LOG.log(Level.DEBUG, why);
    if (phase != Phase.ENDING) {
      cancelUpstream();
      phase = Phase.ENDING;
      try {
        record.answers(reply.answers(AnswerStatus.CANCELLED));
        record.forceQuestion();
      } catch (SessionException e) {
        LOG.log(Level.ERROR, "an answer whose caller left could not be stored", e);
      }
    }
    writer.abandon();
    over();
  }

  private void over() {
    phase = Phase.ENDED;
    times.over();
    setAlarm();
    onEnd.accept(this);
  }

  private void alarmed() {
    Due due = times.due(situation());
    if (due != null) {
      switch (due) {
        case FORCE -> record.forceQuestion(disk, e -> mailbox.execute(() -> storeFailed(e)));
        case LATE -> fail(ErrorMapping.late());
        case BEGIN -> writer.beginUnanswered();
        case SILENT -> fail(ErrorMapping.silent());
        case STALLED -> callerLost("the caller takes nothing");
        case COMMENT -> writer.comment();
        case LINGERING -> upstream.cancel();
      }
    }
    // What else is due rings again at once, and sees what this has changed.
    setAlarm();
  }

  private void setAlarm() {
    long next = times.untilNext(situation());
    if (next == Alarm.NEVER) {
      alarm.cancel();
    } else {
      alarm.in(next);
    }
  }

  private Situation situation() {
    return new Situation(
        phase == Phase.WAITING,
        phase == Phase.ANSWERING,
        phase == Phase.ENDED,
        record.mustForce(),
        writer.streamBegun(),
        writer.queued() > 0,
        writer.waits(),
        reply.scanner().atBoundary(),
        upstream.isOver());
  }
}
