package dev.helix.backend;

import dev.helix.message.Message;
import dev.helix.session.SessionState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * One chat completion to be answered.
 *
 * @param body the request's JSON in UTF-8, as it is to be answered: the caller's own, or the
 *     caller's with the stored history before its messages. The array must not be changed.
 * @param stream whether server-sent events are asked for
 * @param headers the caller's headers that the configuration lists for forwarding, by name
 * @param session the session of the conversation, or null where the request has none
 * @param transcript reads what is stored of the conversation, oldest first, this call's question
 *     included; blocks on the store, so it is for {@link ChatBackend#chat} itself and not for I/O
 *     threads. Gives an empty list where nothing is known that may be told to this caller (a
 *     session that was only guessed from a first message, Specification section 1)
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and a copy would double its memory.
public record ChatCall(
    byte[] body,
    boolean stream,
    Map<String, String> headers,
    SessionState session,
    Supplier<List<Message>> transcript) {
  public ChatCall {
    Objects.requireNonNull(body, "body");
    headers = Map.copyOf(headers);
    Objects.requireNonNull(transcript, "transcript");
  }
}
