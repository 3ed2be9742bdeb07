package dev.helix.turn.reply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.backend.ReplyHead;
import dev.helix.message.AnswerStatus;
import dev.helix.text.Json;
import dev.helix.transcript.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the backend has answered so far: a stream of events, which passes on while the answer is put
 * together on the side, or a whole body, which is gathered. Which of the two a reply of success is
 * shows in its first bytes. A stream that nobody asked for does not pass. Used from the turn's
 * mailbox.
 */
public final class BackendReply {
  private static final int MAX_ERROR_BYTES = 256 * 1024;

  /** How far the reply is. */
  public enum Progress {
    /** There is more to come. */
    MORE,
    /** Nothing that matters is to come. */
    COMPLETE,
    /** It is longer than is kept. */
    TOO_LONG
  }

  /** Told of a stream as it comes. */
  public interface Events {
    /** It is a stream, as far as can be known. */
    default void begin() {}

    /** Bytes that may pass to the caller as they are, in a buffer that is this one's. */
    void pass(ByteBuffer bytes);

    /** The data of an event, in an array that is good for the call only. */
    void chunk(byte[] bytes, int from, int length);
  }

  private final long maxBytes;
  private final Events events;

  /** Puts a stream together that was not asked for; null where one was. */
  private final AssembledReply assembled;

  private final StreamedReply streamed = new StreamedReply();
  private final SseScanner scanner;
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
  private ReplyHead head;
  private StreamStart kind = StreamStart.UNKNOWN;

  /** Whether it says of itself that it is a stream. */
  private boolean called;

  /**
   * A reply that has not begun.
   *
   * @param maxBytes how much of it is kept
   * @param stream whether a stream was asked for
   * @param events told of a stream's events
   */
  public BackendReply(long maxBytes, boolean stream, Events events) {
    this.maxBytes = maxBytes;
    this.assembled = stream ? null : new AssembledReply();
    this.events = stream ? events : assembled;
    this.scanner = new SseScanner(this.events, streamed);
  }

  public void begin(ReplyHead replyHead) {
    head = replyHead;
    if (!isSuccess()) {
      kind = StreamStart.WHOLE;
    } else if (head.isOfType("text/event-stream")) {
      called = true;
      events.begin();
    }
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
    return kind == StreamStart.STREAM || (kind == StreamStart.UNKNOWN && called);
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
    return switch (kind) {
      case STREAM -> scan(bytes);
      case WHOLE -> gather(bytes);
      case UNKNOWN -> takeFirst(bytes);
    };
  }

  private Progress takeFirst(ByteBuffer bytes) {
    Progress progress = gather(bytes);
    byte[] first = gathered.toByteArray();
    kind = StreamStart.of(first, called);
    if (kind != StreamStart.STREAM) {
      return progress;
    }
    gathered.reset();
    if (!called) {
      events.begin();
    }
    int from = StreamStart.behindMark(first);
    return scan(ByteBuffer.wrap(first, from, first.length - from));
  }

  private Progress scan(ByteBuffer bytes) {
    scanner.feed(bytes);
    if (scanner.done() || scanner.error() != null) {
      return Progress.COMPLETE;
    }
    return streamed.size() + scanner.held() > maxBytes ? Progress.TOO_LONG : Progress.MORE;
  }

  private Progress gather(ByteBuffer bytes) {
    gathered.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    if (isSuccess()) {
      return gathered.size() > maxBytes ? Progress.TOO_LONG : Progress.MORE;
    }
    // What of an error's body is not read by then is no message for anybody.
    return gathered.size() > MAX_ERROR_BYTES ? Progress.COMPLETE : Progress.MORE;
  }

  /** There are no more bytes. */
  public void end() {
    scanner.end();
  }

  /** Whether the streamed answer is whole, by {@code [DONE]} or by its finish reasons. */
  public boolean isWhole() {
    return isStream() && error() == null && (scanner.done() || streamed.isFinished());
  }

  /** The error that the backend sent in its stream; null where it sent none. */
  public ReplyError error() {
    if (scanner.error() != null || !streamed.hasError()) {
      return scanner.error();
    }
    ObjectNode chunk = Json.MAPPER.createObjectNode();
    chunk.set("error", streamed.error());
    return ReplyError.underSuccess(chunk.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Whether that error has passed to the caller, in a form that clients read. */
  public boolean hasToldError() {
    return assembled == null
        && scanner.error() == null
        && streamed.hasError()
        && streamed.error().path("message").isTextual();
  }

  /** Whether the backend has worked for this reply: there is something of an answer. */
  public boolean hasContent() {
    if (head == null || !isSuccess()) {
      return false;
    }
    return isStream() ? !streamed.answers(AnswerStatus.FAILED).isEmpty() : gathered.size() > 0;
  }

  /** The streamed answers so far; those without a finish reason get this status. */
  public List<Answer> answers(AnswerStatus unfinished) {
    return streamed.answers(unfinished);
  }

  /** The body that was gathered, or put together of a stream that was not asked for. */
  public byte[] body() {
    return isStream()
        ? assembled.body(streamed.answers(AnswerStatus.COMPLETED))
        : gathered.toByteArray();
  }

  /** Whether the caller gets it in one piece although it is a stream. */
  public boolean isAssembled() {
    return assembled != null && isStream();
  }
}
