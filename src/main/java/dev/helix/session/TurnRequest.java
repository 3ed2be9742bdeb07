package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.transcript.MessageIds;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a caller asks in a turn. Immutable.
 *
 * @param messages the request's, in their order; any {@code id} or other field of a transcript that
 *     they bring along is not kept
 * @param mode who sends the conversation so far
 * @param sent in stored mode how much of the history is sent
 * @param ids what the client calls the messages
 * @param lease the right to this turn, checked when anything is written; null where it needs none
 * @param aside whether it may be a program's own prompt ({@link
 *     dev.helix.message.BackgroundPrompt#mayBe}), so that any other turn goes before it
 * @param retry whether the client says that it has sent this before and got no answer
 * @param author the user who asks, which is recorded with the question; null where that is the
 *     session's owner, or not known
 * @param response what is kept of the answer where it is a response, so that it can be asked for
 *     and followed by its id; else null
 */
public record TurnRequest(
    List<Message> messages,
    HistoryMode mode,
    SentHistory sent,
    MessageIds ids,
    Lease lease,
    boolean aside,
    boolean retry,
    String author,
    ResponseNote response) {
  public TurnRequest {
    messages = List.copyOf(messages);
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(ids, "ids");
    Objects.requireNonNull(sent, "sent");
  }

  /** A request that needs no lease, is no aside and no retry. */
  public TurnRequest(List<Message> messages, HistoryMode mode, SentHistory sent, MessageIds ids) {
    this(messages, mode, sent, ids, null, false, false, null, null);
  }

  /** The same with so many messages of a stored history at most. */
  public TurnRequest(List<Message> messages, HistoryMode mode, int maxMessages, MessageIds ids) {
    this(messages, mode, SentHistory.ofMessages(maxMessages), ids);
  }

  /** This request with a lease, or null for none. */
  public TurnRequest with(Lease other) {
    return new TurnRequest(messages, mode, sent, ids, other, aside, retry, author, response);
  }

  /** This request as an aside, or as none. */
  public TurnRequest asAside(boolean is) {
    return new TurnRequest(messages, mode, sent, ids, lease, is, retry, author, response);
  }

  /** This request as a retry, or as none. */
  public TurnRequest asRetry(boolean is) {
    return new TurnRequest(messages, mode, sent, ids, lease, aside, is, author, response);
  }

  /** This request of a user who is not the session's owner; null for none. */
  public TurnRequest by(String user) {
    return new TurnRequest(messages, mode, sent, ids, lease, aside, retry, user, response);
  }

  /** This request for a response; null for an answer without a note. */
  public TurnRequest responding(ResponseNote note) {
    return new TurnRequest(messages, mode, sent, ids, lease, aside, retry, author, note);
  }

  /** This request with all that its note has in the note itself. */
  TurnRequest whole() {
    return response == null ? this : responding(response.whole());
  }

  /** What stands apart from its note, by its names. */
  Map<String, String> apart() {
    return response == null ? Map.of() : response.apart();
  }

  /** Whether the turn follows the message that its ids name as the parent, and no other. */
  public boolean isFork() {
    return response != null && response.fork();
  }

  /** A request of a client that gives no ids, with the whole history. */
  public static TurnRequest of(List<Message> messages, HistoryMode mode) {
    return new TurnRequest(messages, mode, SentHistory.ALL, MessageIds.NONE);
  }
}
