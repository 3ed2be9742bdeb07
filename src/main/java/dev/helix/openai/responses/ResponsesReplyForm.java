package dev.helix.openai.responses;

import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.openai.items.CallCheck;
import dev.helix.openai.items.Layout;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.items.StoredOutput;
import dev.helix.openai.request.JsonBytes;
import dev.helix.session.AnswerGoneException;
import dev.helix.session.SessionException;
import dev.helix.session.WaitingCallException;
import dev.helix.transcript.Answer;
import dev.helix.turn.CallerOutput;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.PassedHeaders;
import dev.helix.turn.ReplyForm;
import dev.helix.turn.reply.AnswerSoFar;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.WholeAnswer;
import dev.helix.turn.reply.WholeReply;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The form of responses: the events or the object that a chat answer comes to. One for each turn.
 *
 * <p>How the response ends is decided once, when its answer is about to be recorded, or, where
 * nothing is recorded, when the caller is told. What is told then waits until it is recorded. Where
 * that fails the response failed, though its items are whole. A response whose caller left is
 * {@code cancelled}, and its last item incomplete: as OpenAI has it of one that was cancelled, and
 * nobody who is there was told anything else.
 */
final class ResponsesReplyForm implements ReplyForm {
  private static final String JSON = "application/json";

  private final AskedResponse asked;

  /** The id of the response that is followed; null for none. */
  private final Object previous;

  private final boolean streamAsked;
  private final Clock clock;
  private final ResponseEvents events;

  /** Null where no stream was asked for. */
  private final StreamedItems items;

  /** Whether a stream has begun. */
  private boolean stream;

  /** Null until it has one. */
  private BackendReply reply;

  /** What comes as a stream, or came whole; null until something has. */
  private AnswerSoFar answer;

  /** How it ended; null while it goes on. */
  private ResponseEnd end;

  /** Given the answer before its end is told, if it did not fail. */
  private Consumer<Message> next = answered -> {};

  /** What is told of its last items. */
  private final List<ByteBuffer> last = new ArrayList<>(0);

  private List<Object> output = List.of();

  /** How the items are cut out of the message; null for the usual way. */
  private Layout layout;

  /**
   * The form for a caller who asked for a stream, or did not.
   *
   * @param rawReasoning whether what was thought is told as it is, and not as a summary
   * @param seals what it is sealed with besides
   */
  ResponsesReplyForm(
      ResponseFrame frame,
      boolean streamAsked,
      boolean rawReasoning,
      SealedThoughts seals,
      Clock clock) {
    this.asked = new AskedResponse(frame, rawReasoning, seals);
    this.previous = frame.asked().get("previous_response_id");
    this.events = new ResponseEvents(frame.id(), frame.background(), seals);
    this.streamAsked = streamAsked;
    this.clock = clock;
    this.items = streamAsked ? new StreamedItems(events, asked.items()) : null;
  }

  /** Has the answer given to who goes on with it, before its end is told, if it did not fail. */
  ResponsesReplyForm before(Consumer<Message> goesOn) {
    next = goesOn;
    return this;
  }

  @Override
  public void commit(CallerOutput out) {
    beginStream(200, new LinkedHashMap<>(), out);
  }

  @Override
  public void begin(BackendReply begun, CallerOutput out) {
    reply = begun;
    if (!stream) {
      beginStream(begun.head().status(), PassedHeaders.of(begun.head()), out);
    }
  }

  private void beginStream(int status, Map<String, String> headers, CallerOutput out) {
    headers.put("Content-Type", "text/event-stream");
    headers.put("Cache-Control", "no-cache");
    // Tells nginx not to gather the events.
    headers.put("X-Accel-Buffering", "no");
    out.begin(status, headers);
    stream = true;
    events.begin(state -> asked.object(null, state, List.of()), out::write);
  }

  @Override
  public void pass(ByteBuffer bytes, CallerOutput out) {
    // The events are made of what the chunks say.
  }

  @Override
  public void chunk(byte[] bytes, int from, int length, CallerOutput out) {
    if (answer == null) {
      answer = reply.soFar();
    }
    if (answer != null) {
      items.grow(answer, out::write);
    }
  }

  @Override
  public void keepAlive(BackendReply begun, CallerOutput out) {
    events.comment(out::write);
  }

  @Override
  public String note(BackendReply ended, AnswerStatus status, byte[] error) {
    if (status == null) {
      return asked.note(null, null, List.of());
    }
    decide(ended, status, error);
    return asked.note(end, layout, output);
  }

  /** Decides how the response ends, unless that is done. */
  private void decide(BackendReply ended, AnswerStatus status, byte[] error) {
    if (end != null) {
      return;
    }
    end = ResponseEnd.of(ended, status, error, clock.instant().getEpochSecond());
    if (answer == null) {
      answer = answerOf(ended);
    }
    if (answer == null) {
      return;
    }
    Layout usual = Layout.usual(answer::field, end.isComplete());
    Layout told = usual;
    if (items != null) {
      Consumer<ByteBuffer> later = last::add;
      items.end(answer, end.isWhole(), end.isComplete(), end.lastItem(), later);
      told = items.layout(answer::field);
    }
    layout = told.equals(usual) ? null : told;
    output = asked.output(answer::field, told, end.lastItem());
  }

  private static AnswerSoFar answerOf(BackendReply reply) {
    WholeReply whole = reply.whole();
    if (whole == null || !whole.isCompletion()) {
      return reply.soFar();
    }
    List<Answer> answers = whole.answers();
    return answers.isEmpty()
        ? null
        : new WholeAnswer(
            StoredOutput.json(answers.get(0).message().wireJson()), whole.finishReason(), null);
  }

  private JsonBytes object(BackendReply ended) {
    WholeReply whole = ended.whole();
    String model = whole == null ? ended.model() : whole.model();
    return asked.object(model, end, output);
  }

  @Override
  public void done(BackendReply ended, CallerOutput out) {
    decide(ended, AnswerStatus.COMPLETED, null);
    giveOn(ended.answers(AnswerStatus.COMPLETED));
    tellEnd(ended, ResponseEnd.flaw(ended), out);
  }

  private void giveOn(List<Answer> answers) {
    if (end.isWhole() && !answers.isEmpty()) {
      next.accept(answers.get(0).message());
    }
  }

  @Override
  public void cancelled(BackendReply ended, CallerOutput out) {
    decide(ended, AnswerStatus.CANCELLED, null);
    tellEnd(ended, null, out);
  }

  @Override
  public ApiError refusal(SessionException failure) {
    if (failure instanceof WaitingCallException waiting) {
      return CallCheck.waits(waiting.callId()).error();
    }
    return failure instanceof AnswerGoneException && previous != null
        ? CurrentResponse.unknownPrevious(previous.toString()).error()
        : ErrorMapping.of(failure);
  }

  private void tellEnd(BackendReply ended, byte[] error, CallerOutput out) {
    last.forEach(out::write);
    if (error != null) {
      events.error(ResponseEnd.error(error), out::write);
    }
    events.over(end.status(), object(ended), out::write);
    events.done(out::write);
  }

  /** As a stream where one was asked for, though the backend gave none. */
  @Override
  public void whole(BackendReply ended, byte[] body, WholeReply whole, CallerOutput out) {
    decide(ended, AnswerStatus.COMPLETED, null);
    if (streamAsked) {
      begin(ended, out);
      giveOn(whole.answers());
      tellEnd(ended, ResponseEnd.flaw(ended), out);
    } else {
      out.whole(ended.head().status(), ended.head(), JSON, object(ended).toArray());
    }
  }

  @Override
  public void told(BackendReply ended, CallerOutput out) {
    throw new IllegalStateException("this form tells failures itself");
  }

  /** A response of its own, or, where a stream was begun, its last events. */
  @Override
  public void fail(BackendReply ended, int status, byte[] json, CallerOutput out) {
    if (stream) {
      decide(ended, AnswerStatus.FAILED, json);
      // The answer may be whole and not recorded.
      end = ResponseEnd.failed(ended, ResponseEnd.error(json));
      tellEnd(ended, json, out);
    } else {
      out.whole(status, ended.head(), JSON, json);
    }
  }

  @Override
  public boolean tellsFailures() {
    return true;
  }

  @Override
  public boolean needsAll() {
    return true;
  }
}
