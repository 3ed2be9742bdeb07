package dev.helix.chat;

import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend.Exchange;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.openai.ApiError;
import dev.helix.session.Answer;
import dev.helix.session.AnswerStatus;
import dev.helix.session.SessionException;
import java.io.ByteArrayOutputStream;
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
 *   WAITING ──head──▶ STREAMING ──[DONE], end──▶ (recorded) ──▶ ENDING ──all written──▶ ENDED
 *      └──────head──▶ BUFFERING ──end──────────▶ (recorded) ──▶ ENDING
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
  private static final int MAX_ERROR_BYTES = 256 * 1024;

  /**
   * How long an upstream may take to end its body behind {@code [DONE]} before its connection is
   * given up.
   */
  private static final long LINGER_NANOS = 2_000_000_000L;

  private enum Phase {
    WAITING,
    BUFFERING,
    STREAMING,
    ENDING,
    ENDED
  }

  private final ChatSettings settings;
  private final TurnRecord record;
  private final Runnable onHead;
  private final Consumer<Turn> onEnd;
  private final Mailbox mailbox;
  private final Alarm alarm;
  private final ReplyWriter writer;
  private final TurnTimes times;
  private final SseScanner scanner = new SseScanner();
  private final StreamedReply streamed = new StreamedReply();
  private final ByteArrayOutputStream buffered = new ByteArrayOutputStream();
  private final SseScanner.Sink sink =
      new SseScanner.Sink() {
        @Override
        public void pass(ByteBuffer bytes) {
          writer.write(bytes);
        }

        @Override
        public void event(byte[] data) {
          streamed.add(data);
        }
      };

  private Phase phase = Phase.WAITING;
  private Exchange exchange;
  private boolean upstreamEnded;
  private boolean cancelWanted;
  private ReplyHead head;
  private int owed;
  private boolean questionForced;
  private boolean endWanted;

  /**
   * A turn that waits for its upstream.
   *
   * @param stream whether the caller asked for a stream
   * @param onHead run once when the upstream's status is known, or will not be: the request is
   *     needed no longer
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
          exchange = running;
          if (cancelWanted) {
            exchange.cancel();
          } else {
            askForMore();
          }
          setAlarm();
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

  /** Says that the backend threw where it must not: there is no exchange. */
  void broken(RuntimeException failure) {
    mailbox.execute(
        () -> {
          upstreamEnded = true;
          mistake(failure);
        });
  }

  /** Ends the turn because the application stops; what came of the answer is recorded. */
  void stop() {
    mailbox.execute(() -> fail(ErrorMapping.stopping()));
  }

  // What comes from the upstream.

  @Override
  public void head(ReplyHead replyHead) {
    mailbox.execute(
        () -> {
          if (phase != Phase.WAITING) {
            return;
          }
          onHead.run();
          times.upstreamSpoke();
          head = replyHead;
          if (isSuccess() && head.isOfType("text/event-stream")) {
            phase = Phase.STREAMING;
            writer.beginStream(head);
          } else {
            phase = Phase.BUFFERING;
          }
          setAlarm();
        });
  }

  @Override
  public void data(ByteBuffer bytes) {
    mailbox.execute(
        () -> {
          times.upstreamSpoke();
          owed += bytes.remaining();
          if (phase == Phase.STREAMING) {
            scanner.feed(bytes, sink);
            if (scanner.done()) {
              streamComplete();
            } else if (streamed.size() + scanner.held() > settings.maxReplyBytes()) {
              fail(ErrorMapping.invalidResponse("The upstream's answer is too long."));
            } else {
              writer.flush();
              if (writer.queued() > settings.streamBufferBytes()) {
                callerLost("the caller reads too slowly");
              }
            }
          } else if (phase == Phase.BUFFERING) {
            buffered.write(
                bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            if (isSuccess() && buffered.size() > settings.maxReplyBytes()) {
              fail(ErrorMapping.invalidResponse("The upstream's answer is too long."));
            } else if (!isSuccess() && buffered.size() > MAX_ERROR_BYTES) {
              cancelUpstream();
              bufferedComplete();
            }
          }
          askForMore();
          setAlarm();
        });
  }

  @Override
  public void end() {
    mailbox.execute(
        () -> {
          upstreamEnded = true;
          if (phase == Phase.STREAMING) {
            scanner.end(sink);
            streamComplete();
          } else if (phase == Phase.BUFFERING) {
            bufferedComplete();
          }
          setAlarm();
        });
  }

  @Override
  public void failed(BackendException cause) {
    mailbox.execute(
        () -> {
          upstreamEnded = true;
          if (phase == Phase.STREAMING && streamed.isFinished() && !streamed.hasError()) {
            // It broke behind the answer's end: nothing is missing.
            scanner.end(sink);
            streamComplete();
          } else {
            LOG.log(System.Logger.Level.DEBUG, "the upstream failed", cause);
            fail(ErrorMapping.of(cause));
          }
        });
  }

  private boolean isSuccess() {
    return head.status() >= 200 && head.status() < 300;
  }

  private void askForMore() {
    if (owed > 0 && exchange != null && writer.queued() < FIRST_WINDOW) {
      exchange.request(owed);
      owed = 0;
      times.upstreamAsked();
    }
  }

  private void cancelUpstream() {
    if (phase == Phase.WAITING) {
      onHead.run();
    }
    if (exchange != null && !upstreamEnded) {
      exchange.cancel();
    }
    cancelWanted = true;
  }

  // The endings.

  private void streamComplete() {
    if (streamed.hasMalformed()) {
      LOG.log(System.Logger.Level.WARNING, "the upstream's stream had data that is no JSON");
    }
    if (streamed.hasError()) {
      // The upstream's own error event has passed: it says all.
      phase = Phase.ENDING;
      record(streamed.answers(AnswerStatus.FAILED));
      endWhenForced();
    } else if (scanner.done() || streamed.isFinished()) {
      phase = Phase.ENDING;
      if (record(streamed.answers(AnswerStatus.COMPLETED))) {
        writer.done(scanner);
        endWhenForced();
      }
    } else {
      fail(
          ErrorMapping.upstream(
              502, "upstream_broken", "The upstream ended before its answer was complete."));
    }
  }

  private void bufferedComplete() {
    WholeReply reply = WholeReply.read(buffered.toByteArray());
    if (head.status() >= 400) {
      phase = Phase.ENDING;
      writer.error(head.status(), reply.errorBody(head.status()), head, scanner);
      endWhenForced();
    } else if (isSuccess() && reply.isCompletion()) {
      phase = Phase.ENDING;
      if (record(reply.answers())) {
        writer.whole(head, buffered.toByteArray(), reply);
        endWhenForced();
      }
    } else {
      fail(
          ErrorMapping.invalidResponse(
              "The upstream answered with status "
                  + head.status()
                  + " and something that is no chat completion."));
    }
  }

  private void fail(ApiError error) {
    if (phase == Phase.ENDING || phase == Phase.ENDED) {
      return;
    }
    cancelUpstream();
    phase = Phase.ENDING;
    if (record(streamed.answers(AnswerStatus.FAILED))) {
      writer.error(error.status(), error.toJson(), null, scanner);
      endWhenForced();
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
    LOG.log(System.Logger.Level.ERROR, "a turn could not be stored", failure);
    cancelUpstream();
    phase = Phase.ENDING;
    ApiError error = ErrorMapping.of(failure);
    writer.error(error.status(), error.toJson(), null, scanner);
    endWhenForced();
  }

  private void endWhenForced() {
    endWanted = true;
    if (questionForced) {
      writer.end();
    }
    setAlarm();
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
    LOG.log(System.Logger.Level.DEBUG, why);
    if (phase != Phase.ENDING) {
      cancelUpstream();
      phase = Phase.ENDING;
      try {
        record.answers(streamed.answers(AnswerStatus.CANCELLED));
      } catch (SessionException e) {
        LOG.log(System.Logger.Level.ERROR, "a cancelled answer could not be stored", e);
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

  private void mistake(RuntimeException e) {
    LOG.log(System.Logger.Level.ERROR, "a turn failed by a mistake of the server", e);
    if (phase == Phase.ENDING) {
      writer.abandon();
      over();
    } else if (phase != Phase.ENDED) {
      cancelUpstream();
      phase = Phase.ENDING;
      ApiError error = ErrorMapping.internal();
      writer.error(error.status(), error.toJson(), null, scanner);
      endWhenForced();
    }
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
      case STREAMING, BUFFERING -> {
        if (writer.queued() == 0 && times.idle()) {
          fail(
              ErrorMapping.upstream(
                  504, "upstream_timeout", "The upstream fell silent within its answer."));
        }
      }
      case ENDED -> {
        if (!upstreamEnded) {
          cancelUpstream();
        }
      }
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
        && scanner.atBoundary();
  }

  private void setAlarm() {
    switch (phase) {
      case WAITING -> alarm.in(times.untilWaitingEnds(writer.streamBegun()));
      case STREAMING, BUFFERING -> alarm.in(times.untilIdle());
      case ENDED -> {
        if (upstreamEnded || cancelWanted) {
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
