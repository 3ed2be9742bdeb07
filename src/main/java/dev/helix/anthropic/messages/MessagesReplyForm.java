package dev.helix.anthropic.messages;

import dev.helix.http.ApiError;
import dev.helix.http.ErrorForm;
import dev.helix.text.Json;
import dev.helix.transcript.Answer;
import dev.helix.turn.CallerOutput;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.PassedHeaders;
import dev.helix.turn.ReplyForm;
import dev.helix.turn.reply.AnswerSoFar;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.WholeAnswer;
import dev.helix.turn.reply.WholeReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The form of Anthropic's messages: what the backend says is told as a message of blocks, in one
 * body or as events, and errors as Anthropic tells them. One for each turn.
 */
final class MessagesReplyForm implements ReplyForm {
  private static final String JSON = "application/json";

  private final ToldMessage message;
  private final boolean streamAsked;

  /** Null until a stream begins. */
  private MessageEvents events;

  private StreamedBlocks blocks;
  private BackendReply reply;
  private AnswerSoFar answer;

  /**
   * The form for a caller who asked for a stream, or did not.
   *
   * @param model the model that is asked; null for none
   * @param stops the texts before which the answer is to stop
   * @param thoughts whether what a model thought is told
   */
  MessagesReplyForm(String model, boolean streamAsked, Set<String> stops, boolean thoughts) {
    String id = "msg_" + UUID.randomUUID().toString().replace("-", "");
    this.message = new ToldMessage(id, model, stops, thoughts);
    this.streamAsked = streamAsked;
  }

  @Override
  public void commit(CallerOutput out) {
    beginStream(200, new LinkedHashMap<>(), out);
  }

  @Override
  public void begin(BackendReply begun, CallerOutput out) {
    reply = begun;
    if (events == null) {
      beginStream(begun.head().status(), PassedHeaders.of(begun.head()), out);
    }
  }

  private void beginStream(int status, Map<String, String> headers, CallerOutput out) {
    headers.put("Content-Type", "text/event-stream");
    headers.put("Cache-Control", "no-cache");
    // Tells nginx not to gather the events.
    headers.put("X-Accel-Buffering", "no");
    out.begin(status, headers);
    events = new MessageEvents(out::write);
    blocks = new StreamedBlocks(events, message);
    events.begin(message);
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
      blocks.grow(answer);
    }
  }

  @Override
  public void keepAlive(BackendReply begun, CallerOutput out) {
    events.ping();
  }

  @Override
  public void done(BackendReply ended, CallerOutput out) {
    ApiError flaw = ErrorMapping.flaw(ended);
    if (flaw == null) {
      end(ended, answer == null ? ended.soFar() : answer);
    } else {
      events.error(ErrorForm.ANTHROPIC.json(flaw));
    }
  }

  private void end(BackendReply ended, AnswerSoFar whole) {
    blocks.end(whole);
    events.end(message.end(whole), ended.usage());
  }

  /** As a stream where one was asked for, though the backend gave none. */
  @Override
  public void whole(BackendReply ended, byte[] body, WholeReply whole, CallerOutput out) {
    ApiError flaw = ErrorMapping.flaw(ended);
    if (flaw != null) {
      fail(ended, flaw.status(), flaw.toJson(), out);
      return;
    }
    AnswerSoFar said = answerOf(whole);
    if (streamAsked) {
      begin(ended, out);
      end(ended, said);
    } else {
      byte[] json = message.whole(whole.model(), said, ended.usage());
      out.whole(ended.head().status(), ended.head(), JSON, json);
    }
  }

  /** The first answer of a completion, which has one. */
  @SuppressWarnings("unchecked") // As Jackson reads an object.
  private static AnswerSoFar answerOf(WholeReply whole) {
    List<Answer> answers = whole.answers();
    try {
      byte[] json = answers.get(0).message().wireJson();
      return new WholeAnswer(
          Json.MAPPER.readValue(json, Map.class), whole.finishReason(), whole.stoppedBefore());
    } catch (IOException e) {
      throw new IllegalStateException("it was JSON", e);
    }
  }

  @Override
  public void told(BackendReply ended, CallerOutput out) {
    throw new IllegalStateException("this form tells failures itself");
  }

  /** A response of its own, or, where a stream was begun, its last event. */
  @Override
  public void fail(BackendReply ended, int status, byte[] json, CallerOutput out) {
    byte[] error = ErrorForm.ANTHROPIC.json(error(status, json));
    if (events != null) {
      events.error(error);
    } else {
      out.whole(status, ended.head(), JSON, error);
    }
  }

  /** The error that is in a body of OpenAI's form. */
  private static ApiError error(int status, byte[] json) {
    try {
      String why = Json.MAPPER.readTree(json).path("error").path("message").asText();
      return new ApiError(status, why, "", null, null);
    } catch (IOException e) {
      throw new IllegalArgumentException("an error must be JSON", e);
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
