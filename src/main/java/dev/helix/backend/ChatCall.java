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
 * @param body the request's JSON in UTF-8: the caller's own, or the caller's with the stored
 *     history before its messages. The array must not be changed
 * @param stream whether server-sent events are asked for
 * @param headers the caller's headers that the configuration lists for forwarding, by name
 * @param session the session of the conversation, or null where the request has none
 * @param transcript reads the stored messages of the conversation, oldest first, with this call's
 *     question. It blocks on the store and is not for I/O threads. Empty where nothing may be told
 *     to this caller, such as of a session that was found by its first message
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
