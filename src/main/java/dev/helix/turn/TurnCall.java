package dev.helix.turn;

import dev.helix.backend.ChatCall;
import dev.helix.http.RequestBody;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What an endpoint asks of {@link Turns}: whose session, which messages in which place, and the
 * request for the backend. It holds nothing of the container's, so that it may wait. Immutable.
 *
 * @param session the session that the request was given, with its owner; null where it has none
 * @param asked what is asked of the session; null where nothing is kept of the request
 * @param named whether the caller named the conversation, and so may be told what is stored of it
 * @param stream whether the caller wants a stream
 * @param choices how many choices the caller wants
 * @param headers the caller's headers that go to the backend
 * @param memory the caller's body, whose memory is given back when the backend has it
 * @param request the request for the backend
 */
public record TurnCall(
    SessionState session,
    TurnRequest asked,
    boolean named,
    boolean stream,
    int choices,
    Map<String, String> headers,
    RequestBody memory,
    BackendRequest request) {

  /** Makes the body of the request for the backend. Called once. */
  @FunctionalInterface
  public interface BackendRequest {
    /**
     * The body, in UTF-8 JSON.
     *
     * @param history what is sent before the caller's own messages, oldest first; may be empty
     * @param system the system message that is sent before all; null where the caller's stands
     */
    byte[] body(List<Message> history, Message system);
  }

  /** A request that may be sent with less of the conversation. Used by one thread at a time. */
  public interface ShrinkingRequest extends BackendRequest {
    /** A body that is shorter than the last; null where nothing more may be left out. */
    byte[] shorter();
  }

  public TurnCall {
    headers = Map.copyOf(headers);
    Objects.requireNonNull(memory, "memory");
    Objects.requireNonNull(request, "request");
  }

  /** Whether the turn waits for the one before it in its conversation. */
  boolean isOrdered() {
    return asked != null && asked.mode() == HistoryMode.STORED && !asked.isFork();
  }

  /** The node of the response that the answer is; null for any other. */
  String responseNode() {
    return asked == null || asked.response() == null ? null : asked.response().node();
  }

  /**
   * What the backend is asked for a turn of which nothing is stored.
   *
   * @throws dev.helix.http.BodyBudgetException if there is no memory for the changed request
   */
  ChatCall unkept() {
    byte[] body = request.body(List.of(), null);
    memory.countWith(body);
    return call(body, session, List::of);
  }

  /**
   * What the backend is asked for a turn whose question is stored.
   *
   * @param transcript reads what is stored of the conversation
   * @throws dev.helix.http.BodyBudgetException if there is no memory for the stored history
   */
  ChatCall kept(OpenTurn open, Supplier<List<Message>> transcript) {
    long history = open.history().stream().mapToLong(Message::length).sum();
    if (history > 0) {
      memory.countAhead(history);
    }
    byte[] body = request.body(open.history(), open.system());
    memory.countWith(body);
    return call(body, open.session(), named ? transcript : List::of);
  }

  private ChatCall call(byte[] body, SessionState used, Supplier<List<Message>> transcript) {
    return new ChatCall(body, stream, headers, used, transcript);
  }
}
