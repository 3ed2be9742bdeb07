package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.SessionState;
import java.util.List;

/**
 * The file of a session that holds all of its original request, of which the state may have the
 * beginning only. No state.
 */
public final class RequestFile {
  public static final String PATH = "input/request.md";

  static final String HEAD = "# User Request\n\n";

  private RequestFile() {}

  /**
   * Whether it must be made where there is none: the request came later than the session, or an
   * older state has more of it.
   *
   * @param before the {@code status.json} before a change
   */
  public static boolean isDue(byte[] before, SessionState next) {
    String request = next.originalRequest();
    return request != null && !request.equals(SessionState.wholeRequest(before));
  }

  /**
   * Whether another takes its place, as it is of an aside.
   *
   * @param before the {@code status.json} before a change
   */
  public static boolean isReplaced(byte[] before, SessionState next) {
    SessionState old = SessionState.parse(next.sessionId(), before);
    return old.provisional()
        && next.originalRequest() != null
        && !next.originalRequest().equals(old.originalRequest());
  }

  /**
   * What is in it.
   *
   * @param state with an original request
   * @param elements of the log, of which the request is one
   * @param stored another text that may be the request, or null
   */
  public static byte[] of(SessionState state, List<Message> elements, String stored) {
    String request =
        elements.stream()
            .filter(element -> element.role().equals("user"))
            .map(Message::text)
            .filter(state::isOfRequest)
            .findFirst()
            .orElse(state.isOfRequest(stored) ? stored : state.originalRequest());
    return (HEAD + request).getBytes(UTF_8);
  }
}
