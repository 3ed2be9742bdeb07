package dev.helix.openai.responses;

import dev.helix.http.BodyBudgetException;
import dev.helix.http.BodyHolder;
import dev.helix.http.BodyRoom;
import dev.helix.http.FrameCheck;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.message.Message;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.RequestJson;
import dev.helix.openai.request.TurnEndpoint;
import dev.helix.openai.responses.ResponsesEndpoint.Resolved;
import dev.helix.openai.socket.FrameAnswers;
import dev.helix.session.SessionException;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The responses that the frames of one WebSocket ask for: {@code {"type":"response.create", …}}
 * with the fields of {@code POST /v1/responses}. The last response, where it is not stored, may be
 * followed by the next frame; what was said up to it is kept until then, and counts as a body does.
 * A frame that follows it is answered as if all of that stood in its own input. Frames come one at
 * a time; {@link #close} may come at any time. Source: ADR 81.
 */
final class SocketResponses implements FrameAnswers {
  private static final String TYPE = "response.create";
  private static final String PREVIOUS = "previous_response_id";
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private final ResponsesEndpoint responses;
  private final TurnEndpoint endpoint;
  private final BodyRoom room; // guarded by this
  private Last last; // guarded by this
  private boolean closed; // guarded by this

  /** The last response, and what was said up to it. */
  private record Last(String id, List<Message> said) {}

  SocketResponses(ResponsesEndpoint responses, TurnEndpoint endpoint, HttpServletRequest opening) {
    this.responses = responses;
    this.endpoint = endpoint;
    this.room = new BodyRoom(endpoint.budget(), BodyHolder.of(opening));
  }

  @Override
  public List<byte[]> answer(
      HttpServletRequest frame, RequestBody body, FrameCheck filters, Turns.Callers callers)
      throws InvalidRequestException, IOException {
    try {
      return begin(frame, body, filters, callers);
    } catch (SessionException e) {
      throw new InvalidRequestException(ErrorMapping.of(e));
    }
  }

  private List<byte[]> begin(
      HttpServletRequest frame, RequestBody body, FrameCheck filters, Turns.Callers callers)
      throws InvalidRequestException, IOException {
    byte[] json = RequestJson.utf8(body.bytes());
    JsonFields fields = JsonFields.ofBody(json);
    if (!TYPE.equals(fields.text("type"))) {
      throw new InvalidRequestException(
          "invalid_value", "type", "A message must have the type '" + TYPE + "'.");
    }
    Last followed = followed(fields.text(PREVIOUS));
    if (followed != null && fields.get("conversation") != null) {
      throw ResponseRequestReader.both();
    }
    byte[] content = followed == null ? json : without(fields.get(PREVIOUS), json);
    filters.check(frame, content);
    ResponseRequest asked = responses.asked(content, RequestPurpose.FRAME, frame);
    if (followed != null) {
      asked = asked.after(followed.id(), followed.said());
    }
    Resolved turn = responses.resolve(asked, frame);
    responses.logLeftOut(asked);
    if (!fields.flag("generate", true)) {
      return unasked(turn);
    }
    ResponsesReplyForm form = responses.form(turn, frame).before(answer -> keep(turn, answer));
    endpoint.turns().begin(turn.call(frame, body, endpoint.settings()), form, frame, callers);
    return null;
  }

  private synchronized Last followed(String id) {
    return last != null && last.id().equals(id) ? last : null;
  }

  /** The JSON with null in a value's place, which is at least as long. */
  private static byte[] without(JsonSlice value, byte[] json) {
    byte[] content = json.clone();
    Arrays.fill(content, value.from(), value.to(), (byte) ' ');
    System.arraycopy(NULL, 0, content, value.from(), NULL.length);
    return content;
  }

  /** A response of which nothing is asked, so that a later one may follow it. */
  private List<byte[]> unasked(Resolved turn) {
    ResponseFrame frame = turn.frame();
    AskedResponse asked = new AskedResponse(frame, false, SealedThoughts.NONE);
    ResponseEvents events = new ResponseEvents(frame.id(), false, SealedThoughts.NONE);
    List<byte[]> told = new ArrayList<>();
    events.begin(state -> asked.object(null, state, List.of()), event -> told.add(bytes(event)));
    ResponseEnd end = responses.ended();
    events.over(end.status(), asked.object(null, end, List.of()), event -> told.add(bytes(event)));
    keep(turn, null);
    return told;
  }

  private static byte[] bytes(ByteBuffer event) {
    byte[] bytes = new byte[event.remaining()];
    event.get(bytes);
    return bytes;
  }

  /** Keeps what was said up to a response, unless that is stored or there is no room for it. */
  private synchronized void keep(Resolved turn, Message answer) {
    failed();
    if (closed || turn.frame().kept() != null || turn.readsLater()) {
      return;
    }
    List<Message> said = turn.said();
    if (answer != null) {
      said.add(answer);
    }
    try {
      room.hold(said.stream().mapToLong(Message::length).sum(), 0);
      last = new Last(turn.frame().id(), List.copyOf(said));
    } catch (BodyBudgetException e) {
      room.giveBack(); // The next one will not find it, and sends it all.
    }
  }

  @Override
  public synchronized void failed() {
    last = null;
    room.giveBack();
  }

  @Override
  public synchronized void close() {
    closed = true;
    failed();
  }
}
