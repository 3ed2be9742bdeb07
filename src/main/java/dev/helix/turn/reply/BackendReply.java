package dev.helix.turn.reply;

import dev.helix.backend.ReplyHead;
import dev.helix.message.AnswerStatus;
import dev.helix.text.DataUrlCut;
import dev.helix.transcript.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the backend has answered so far: a stream of events, which passes on while the answer is put
 * together on the side, or a whole body, which is gathered. Used from the turn's mailbox.
 */
public final class BackendReply {
  private static final int MAX_ERROR_BYTES = 256 * 1024;

  /** How far the reply is. */
  public enum Progress {
    /** There is more to come. */
    MORE,
    /** Nothing that matters is to come. */
    COMPLETE,
    /** It is a body that is longer than is kept, and goes on. */
    TOO_LONG
  }

  /** Told of a stream as it comes. */
  public interface Events {
    /** Bytes that may pass to the caller as they are, in a buffer that is this one's. */
    void pass(ByteBuffer bytes);

    /** The data of an event, in an array that is good for the call only. */
    void chunk(byte[] bytes, int from, int length);
  }

  private final ReplyLimits limits;
  private final Events events;
  private final StreamedReply streamed;
  private final SseScanner scanner;
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();

  /** What is kept of a body that passes; null where none does. */
  private DataUrlCut cut;

  /** What came last of it, which is withheld until it is recorded. */
  private ByteBuffer last;

  private ReplyHead head;
  private boolean stream;

  /**
   * A reply that has not begun.
   *
   * @param limits how much of it is kept
   * @param events told of a stream's events
   */
  public BackendReply(ReplyLimits limits, Events events) {
    this.limits = limits;
    this.events = events;
    this.streamed = new StreamedReply(limits.bytes());
    this.scanner = new SseScanner(events, streamed, limits);
  }

  public void begin(ReplyHead replyHead) {
    head = replyHead;
    stream = isSuccess() && head.isOfType("text/event-stream");
  }

  /** Null until the reply begins. */
  public ReplyHead head() {
    return head;
  }

  public boolean isSuccess() {
    return head.status() >= 200 && head.status() < 300;
  }

  /** Whether it is a stream of events. */
  public boolean isStream() {
    return stream;
  }

  /** Whether what was passed ends with a complete event, so that something may be put in. */
  public boolean atBoundary() {
    return scanner.atBoundary();
  }

  /** The {@code [DONE]} that was withheld, as it came; null where there was none. */
  public byte[] doneEvent() {
    return scanner.done() ? scanner.doneEvent() : null;
  }

  /** Takes the next bytes. */
  public Progress take(ByteBuffer bytes) {
    if (stream) {
      scanner.feed(bytes);
      if (scanner.done()) {
        return Progress.COMPLETE;
      }
      return Progress.MORE;
    }
    if (cut != null) {
      keep(bytes);
      events.pass(last);
      last = bytes.slice();
      return Progress.MORE;
    }
    gathered.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    if (isSuccess()) {
      return gathered.size() > limits.bytes() ? Progress.TOO_LONG : Progress.MORE;
    }
    // What of an error's body is not read by then is no message for anybody.
    return gathered.size() > MAX_ERROR_BYTES ? Progress.COMPLETE : Progress.MORE;
  }

  private void keep(ByteBuffer bytes) {
    if (cut.length() <= limits.bytes()) {
      int from = bytes.arrayOffset() + bytes.position();
      cut.add(bytes.array(), from, from + bytes.remaining());
    }
  }

  /** From now on the body passes as it comes, and only what is to be recorded is kept of it. */
  public void passOn() {
    cut = new DataUrlCut(limits.dataUrl());
    last = ByteBuffer.wrap(gathered.toByteArray());
    gathered.reset();
    keep(last);
  }

  /** The end of a body that passes, to be passed when it is recorded; null where none does. */
  public ByteBuffer last() {
    return last;
  }

  /** There are no more bytes. */
  public void end() {
    if (stream) {
      scanner.end();
    } else if (cut != null) {
      cut.end();
    }
  }

  /** Whether the streamed answer is whole, by {@code [DONE]} or by its finish reasons. */
  public boolean isWhole() {
    return stream
        && !streamed.hasError()
        && (scanner.done() || (streamed.isFinished() && !streamed.isUnreadable()));
  }

  /** Whether something came in its stream that cannot be read. */
  public boolean isUnreadable() {
    return streamed.isUnreadable();
  }

  /** Whether the backend has nothing more to say, though its stream goes on. */
  public boolean isOver() {
    return stream && streamed.isOver();
  }

  /** How much of a stream was read so far, in bytes of what it says. */
  public long size() {
    return stream ? streamed.size() : 0;
  }

  /** Whether the backend sent an error in its stream, which has passed to the caller. */
  public boolean hasToldError() {
    return streamed.hasError();
  }

  /** The streamed answers so far; those without a finish reason get this status. */
  public List<Answer> answers(AnswerStatus unfinished) {
    return streamed.answers(unfinished);
  }

  /** The body that was gathered, or what is kept of one that passes. */
  public byte[] body() {
    return cut == null ? gathered.toByteArray() : cut.bytes();
  }

  /** The answers of a body, as they are to be recorded. */
  public List<Answer> answers(WholeReply whole) {
    return whole.answers(limits.dataUrl());
  }
}
