package dev.helix.turn.reply;

import dev.helix.backend.ReplyHead;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.text.DataUrlCut;
import dev.helix.transcript.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the backend has answered so far: a stream of events, which passes on while the answer is put
 * together on the side, or a whole body, which is gathered. Which of the two a reply of success is
 * shows in its first bytes. A stream that nobody asked for does not pass. Used from the turn's
 * mailbox.
 */
public final class BackendReply {
  /** How far the reply is. */
  public enum Progress {
    /** There is more to come. */
    MORE,
    /** Nothing that matters is to come. */
    COMPLETE,
    /** It is longer than is kept, and goes on. */
    TOO_LONG
  }

  /** Told of a stream as it comes. */
  public interface Events {
    /** It is a stream, as far as can be known. */
    default void begin(BackendReply reply) {}

    /** Whether what is kept of it must be all of it, images too; asked once. */
    default boolean needsAll() {
      return false;
    }

    /** Bytes that may pass to the caller as they are, in a buffer that is this one's. */
    void pass(ByteBuffer bytes);

    /** The data of an event, in an array that is good for the call only. */
    void chunk(byte[] bytes, int from, int length);
  }

  private final ReplyLimits limits;
  private final Events events;

  /** Puts a stream together that was not asked for; null where one was. */
  private final AssembledReply assembled;

  private final StreamedReply streamed;
  private final SseScanner scanner;

  /** Whether images are cut only when an answer is recorded. */
  private final boolean cutsLate;

  private ByteArrayOutputStream gathered = new ByteArrayOutputStream();

  /** What is kept of a body that passes; null where none does. */
  private DataUrlCut cut;

  /** What came last of it, which is withheld until it is recorded. */
  private WithheldEnd last;

  /** What a body said that was read; null where none was. */
  private WholeReply whole;

  private ReplyHead head;
  private StreamStart kind = StreamStart.UNKNOWN;

  /** Whether it says of itself that it is a stream. */
  private boolean called;

  /**
   * A reply that has not begun.
   *
   * @param limits how much of it is kept
   * @param stream whether a stream was asked for
   * @param choices how many choices were asked for
   * @param events told of what passes
   */
  public BackendReply(ReplyLimits limits, boolean stream, int choices, Events events) {
    this.limits = limits;
    this.events = events;
    this.assembled = stream ? null : new AssembledReply(limits.bytes());
    this.streamed = new StreamedReply(limits.bytes(), choices);
    // Who gets the whole gets its images too: they are cut when it is recorded.
    this.cutsLate = !stream || events.needsAll();
    ReplyLimits ofEvents = cutsLate ? new ReplyLimits(limits.bytes(), Long.MAX_VALUE) : limits;
    this.scanner = new SseScanner(stream ? events : assembled, streamed, ofEvents);
  }

  public void begin(ReplyHead replyHead) {
    head = replyHead;
    if (!isSuccess()) {
      kind = StreamStart.WHOLE;
    } else if (head.isOfType("text/event-stream")) {
      called = true;
      tellBegin();
    }
  }

  private void tellBegin() {
    if (assembled == null) {
      events.begin(this);
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

  /** The line ends that what was passed lacks to end with a complete event; empty for none. */
  public String missingEnd() {
    return scanner.missingEnd();
  }

  /** The index of a choice whose chunks have begun and go on; null where none does. */
  public Integer openChoice() {
    return isStream() ? streamed.openChoice() : null;
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
    gathered = new ByteArrayOutputStream();
    if (!called) {
      tellBegin();
    }
    return scan(ByteBuffer.wrap(first));
  }

  private Progress scan(ByteBuffer bytes) {
    scanner.feed(bytes);
    if (scanner.done() || scanner.error() != null) {
      return Progress.COMPLETE;
    }
    return isTooLong() ? Progress.TOO_LONG : Progress.MORE;
  }

  /** Whether it is a stream that the caller was to get in one piece, and not all of it is kept. */
  public boolean isTooLong() {
    return assembled != null && (streamed.isLost() || assembled.isTooLong());
  }

  private Progress gather(ByteBuffer bytes) {
    if (cut != null) {
      keep(bytes);
      last.add(bytes, events::pass);
      return Progress.MORE;
    }
    gathered.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    if (isSuccess()) {
      return gathered.size() > limits.bytes() ? Progress.TOO_LONG : Progress.MORE;
    }
    // What of an error's body is not read by then is no message for anybody.
    return gathered.size() > ReplyError.MOST_BYTES ? Progress.COMPLETE : Progress.MORE;
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
    ByteBuffer begun = ByteBuffer.wrap(gathered.toByteArray());
    gathered = new ByteArrayOutputStream(); // As it would keep its room.
    keep(begun);
    last = new WithheldEnd(begun);
  }

  /** The end of a body that passes, to be passed when it is recorded; null where none does. */
  public ByteBuffer last() {
    return last == null ? null : last.bytes();
  }

  /** There are no more bytes. */
  public void end() {
    scanner.end();
    if (cut != null) {
      cut.end();
    }
  }

  /** Whether the streamed answer is whole, by {@code [DONE]} or by its finish reasons. */
  public boolean isWhole() {
    return isStream()
        && !streamed.hasError()
        && (scanner.done() || (streamed.isFinished() && !streamed.isUnreadable()));
  }

  /** Whether something came in its stream that cannot be read. */
  public boolean isUnreadable() {
    return streamed.isUnreadable();
  }

  /** Whether not all that came in its stream is kept. */
  public boolean isLost() {
    return streamed.isLost();
  }

  /** Whether the backend has nothing more to say, though its stream goes on. */
  public boolean isOver() {
    return isStream() && streamed.isOver();
  }

  /** How much of a stream was read so far, in bytes of what it says. */
  public long size() {
    return isStream() ? streamed.size() : 0;
  }

  /** About how much of a stream is to be recorded by now. */
  public long kept() {
    return isStream() ? streamed.kept() : 0;
  }

  /** The error that the backend sent in its stream; null where it sent none. */
  public ReplyError error() {
    return scanner.error() != null ? scanner.error() : streamed.error();
  }

  /** Whether that error has passed to the caller, in a form that clients read. */
  public boolean hasToldError() {
    return assembled == null && scanner.error() == null && streamed.hasPlainError();
  }

  /** Whether the backend has worked for this reply: there is something of an answer. */
  public boolean hasContent() {
    if (head == null || !isSuccess()) {
      return false;
    }
    return isStream() ? streamed.hasContent() : cut != null || gathered.size() > 0;
  }

  /** The streamed answers so far; those without a finish reason get this status, or all failed. */
  public List<Answer> answers(AnswerStatus unfinished) {
    List<Answer> answers = streamed.answers(unfinished);
    return cutsLate ? answers.stream().map(this::shortened).toList() : answers;
  }

  /**
   * What the first answer of a stream says so far; null where it is no stream or none has begun.
   */
  public AnswerSoFar soFar() {
    return isStream() ? streamed.soFar() : null;
  }

  /** What its body says, where one was read; null before. */
  public WholeReply whole() {
    return whole;
  }

  /** The model that its stream names; null where it names none. */
  public String model() {
    return streamed.model();
  }

  /** How many tokens it tells of; null where it does not. */
  public TokenUsage usage() {
    return whole != null ? whole.usage() : streamed.usage();
  }

  private Answer shortened(Answer answer) {
    if (answer.message().length() <= limits.dataUrl()) {
      return answer;
    }
    byte[] message = DataUrlCut.of(answer.message().wireJson(), limits.dataUrl());
    return new Answer(
        Message.parse(message), answer.model(), answer.finishReason(), answer.status());
  }

  /**
   * The body that was gathered, or put together of a stream that was not asked for, or what is kept
   * of one that passes.
   */
  public byte[] body() {
    if (isAssembled()) {
      return assembled.body(streamed.answers(AnswerStatus.COMPLETED));
    }
    return cut == null ? gathered.toByteArray() : cut.bytes();
  }

  /** What a body says. */
  public WholeReply read(byte[] body) {
    whole = WholeReply.read(body, limits.bytes());
    return whole;
  }

  /** Whether the caller asked for a stream. */
  public boolean isStreamAsked() {
    return assembled == null;
  }

  /** Whether the caller gets it in one piece although it is a stream. */
  public boolean isAssembled() {
    return assembled != null && isStream();
  }

  /** The answers of a body, as they are to be recorded. */
  public List<Answer> answers(WholeReply whole) {
    return whole.answers(limits.dataUrl());
  }
}
