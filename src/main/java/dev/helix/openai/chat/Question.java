package dev.helix.openai.chat;

import dev.helix.backend.ChatCall;
import dev.helix.http.RequestBody;
import dev.helix.message.Message;
import dev.helix.session.Lease;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import dev.helix.turn.TurnRecord;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A chat request that was read and checked, and has not begun. It holds nothing of the container's,
 * so that it may wait.
 *
 * @param chat what was sent
 * @param body the memory that it takes, which stays the caller's to close
 * @param session the session that the request was given, or null
 * @param asked what is asked of the session; null where nothing is kept of the request
 * @param named whether the caller named the conversation, and so may be told what is stored of it
 * @param headers the caller's headers that go to the backend
 */
record Question(
    ChatRequest chat,
    RequestBody body,
    SessionState session,
    TurnRequest asked,
    boolean named,
    Map<String, String> headers) {

  /**
   * A question in its place.
   *
   * @param call what the backend is asked
   * @param record where the answer is recorded
   */
  record Placed(ChatCall call, TurnRecord record) {}

  /**
   * Places the question in its session's transcript, where it is to be kept. Blocks on the store.
   *
   * @param lease the right to the turn; null where it needs none
   * @throws dev.helix.session.SessionException if the store fails
   * @throws dev.helix.http.BodyBudgetException if there is no memory for the stored history
   */
  Placed place(SessionManager sessions, Lease lease) {
    if (asked == null) {
      return new Placed(call(chat.body(), session, List::of), TurnRecord.nowhere());
    }
    OpenTurn open = sessions.beginTurn(session, asked.with(lease));
    byte[] sent = chat.bodyWith(open);
    if (sent.length > body.length()) {
      body.countInstead((long) sent.length + body.length());
    }
    // Another conversation may have taken the name since the filter looked.
    SessionState used = open.session();
    return new Placed(
        call(
            sent, used, () -> named ? sessions.transcript(used.sessionId()).messages() : List.of()),
        TurnRecord.of(sessions, open));
  }

  private ChatCall call(byte[] sent, SessionState used, Supplier<List<Message>> transcript) {
    return new ChatCall(sent, chat.stream(), headers, used, transcript);
  }
}
