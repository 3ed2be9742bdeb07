package dev.helix.chat;

import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend.Exchange;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.openai.ApiError;
import dev.helix.session.Answer;
import dev.helix.session.AnswerStatus;
import dev.helix.session.SessionException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;
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
 * (Specification section 3).
 */
final class Turn implements ReplyReceiver, CallerStream.Owner {
  private static final System.Logger LOG = System.getLogger(Turn.class.getName());

  /** How long an upstream may take to end its body behind {@code [DONE]} before it is given up. */
  private static final long LINGER_NANOS = 2_000_000_000L;

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
  private final Mailbox mailbox;
  private final Alarm alarm;
  private final TurnTimes times;
  private final ReplyWriter writer;
  private final UpstreamFlow upstream = new UpstreamFlow();
  private final UpstreamReply reply;
  private Phase phase = Phase.WAITING;
  private boolean questionForced;
  private boolean endWanted;

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
      ScheduledExecutorService timers,
      Runnable onHead,
      Consumer<Turn> onEnd) {
    this.settings = settings;
    this.record = record;
    this.onHead = onHead;
    this.onEnd = onEnd;
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

  /** Says that the question is on the disk, or, with a failure, that it can't be brought there. */
  void questionForced(SessionException failure) {
    mailbox.execute(
        () -> {
          questionForced = true;
          if (failure != null && phase != Phase.ENDED) {
            storageFailed(failure);
          }
          if (endWanted) {
            writer.end();
          }
        });
  }

  /** Ends the turn because the application stops; what came of the answer is recorded. */
  void stop() {
    mailbox.execute(() -> fail(ErrorMapping.stopping()));
  }

  // What comes from the upstream.

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

  // The endings.

  private void complete() {
    if (reply.isStream()) {
      streamComplete();
    } else {
      wholeComplete();
    }
  }

  private void streamComplete() {
    if (reply.hasToldError()) {
      phase = Phase.ENDING;
      if (record(reply.answers(AnswerStatus.FAILED))) {
        endWhenForced();
      }
    } else if (reply.isWhole()) {
      phase = Phase.ENDING;
      if (record(reply.answers(AnswerStatus.COMPLETED))) {
        writer.done(reply.scanner());
        endWhenForced();
      }
    } else {
      fail(
          ErrorMapping.upstream(
              502, "upstream_broken", "The upstream ended before its answer was complete."));
    }
  }

  private void wholeComplete() {
    int status = reply.head().status();
    byte[] body = reply.body();
    WholeReply whole = WholeReply.read(body);
    if (status >= 400) {
      upstream.cancel();
      phase = Phase.ENDING;
      writer.error(status, whole.errorBody(status), reply);
      endWhenForced();
    } else if (reply.isSuccess() && whole.isCompletion()) {
      phase = Phase.ENDING;
      if (record(whole.answers())) {
        writer.whole(reply.head(), body, whole);
        endWhenForced();
      }
    } else {
      fail(
          ErrorMapping.invalidResponse(
              "The upstream answered with status " + status + " and no chat completion."));
    }
  }

  private void fail(ApiError error) {
    if (phase == Phase.ENDING || phase == Phase.ENDED) {
      return;
    }
    cancelUpstream();
    phase = Phase.ENDING;
    if (record(reply.answers(AnswerStatus.FAILED))) {
      tell(error);
    }
  }

  /**
   * Brings the answers to disk. Where that fails the caller is told so, and not that all is well.
   */
  private boolean record(List<Answer> answers) {
    try {
      record.answers(answers);
      return true;
    } catch (SessionException e) {
      storageFailed(e);
      return false;
    }
  }

  private void storageFailed(SessionException failure) {
    LOG.log(Level.ERROR, "a turn could not be stored", failure);
    cancelUpstream();
    phase = Phase.ENDING;
    tell(ErrorMapping.of(failure));
  }

  private void mistake(RuntimeException failure) {
    LOG.log(Level.ERROR, "a turn failed by a mistake of the server", failure);
    if (phase == Phase.ENDING) {
      writer.abandon();
      over();
    } else if (phase != Phase.ENDED) {
      cancelUpstream();
      phase = Phase.ENDING;
      tell(ErrorMapping.internal());
    }
  }

  private void tell(ApiError error) {
    writer.error(error.status(), error.toJson(), reply);
    endWhenForced();
  }

  private void endWhenForced() {
    endWanted = true;
    if (questionForced) {
      writer.end();
    }
    setAlarm();
  }

  // What comes from the caller.

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
      } catch (SessionException e) {
        LOG.log(Level.ERROR, "an answer whose caller left could not be stored", e);
      }
    }
    writer.abandon();
    over();
  }

  private void over() {
    phase = Phase.ENDED;
    setAlarm();
    onEnd.accept(this);
  }

  // The timers.

  private void alarmed() {
    switch (phase) {
      case WAITING -> {
        if (times.firstByteMissed()) {
          fail(
              ErrorMapping.upstream(
                  504, "upstream_timeout", "The upstream did not answer in time."));
        } else if (times.mustBegin(writer.streamBegun())) {
          writer.beginUnanswered();
        }
      }
      case ANSWERING -> {
        if (writer.queued() == 0 && times.idle()) {
          fail(
              ErrorMapping.upstream(
                  504, "upstream_timeout", "The upstream fell silent within its answer."));
        }
      }
      case ENDED -> upstream.cancel();
      case ENDING -> {}
    }
    if (writer.queued() > 0 && times.callerStalled()) {
      callerLost("the caller takes nothing");
    }
    if (commentsFlow() && times.commentDue()) {
      writer.comment();
    }
    setAlarm();
  }

  /** Whether a comment may go out when the time for one comes. */
  private boolean commentsFlow() {
    return phase.compareTo(Phase.ENDING) < 0
        && writer.streamBegun()
        && writer.queued() == 0
        && reply.scanner().atBoundary();
  }

  private void setAlarm() {
    switch (phase) {
      case WAITING -> alarm.in(times.untilWaitingEnds(writer.streamBegun()));
      case ANSWERING -> alarm.in(times.untilIdle());
      case ENDED -> {
        if (upstream.isOver()) {
          alarm.cancel();
        } else {
          alarm.in(LINGER_NANOS);
        }
      }
      case ENDING -> {}
    }
    if (phase != Phase.ENDED && writer.queued() > 0) {
      alarm.in(times.untilStalled());
    }
    if (commentsFlow()) {
      alarm.in(times.untilComment());
    }
  }
}
