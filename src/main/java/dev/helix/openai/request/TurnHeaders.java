package dev.helix.openai.request;

import dev.helix.filter.Conversation;
import dev.helix.filter.ConversationFilter;
import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.session.HistoryMode;
import dev.helix.session.SessionState;
import dev.helix.turn.TurnSettings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a request's headers say of the turn that it asks for, and the answer's of what is asked,
 * whatever the API. No state.
 */
public final class TurnHeaders {
  /** What SDKs of one generator send: how often they have sent the same before. */
  private static final String RETRIES = "X-Stainless-Retry-Count";

  private static final String HISTORY_HEADER = "X-Conversation-History";
  private static final String LEFT_OUT = "X-Helix-Tools-Left-Out";

  private TurnHeaders() {}

  /** The user who asks in a session that is not that user's alone; else null. */
  public static String author(HttpServletRequest request, SessionState session) {
    return session.owner().user() == null ? ConversationFilter.owner(request).user() : null;
  }

  /** Whether the client says that it has sent this before and got no answer. */
  public static boolean isRetry(HttpServletRequest request) {
    String count = request.getHeader(RETRIES);
    return count != null && count.strip().matches("0*[1-9][0-9]*");
  }

  /** The caller's headers that go to the backend. */
  public static Map<String, String> forwarded(HttpServletRequest request, TurnSettings settings) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : settings.forwardedHeaders()) {
      String value = request.getHeader(name);
      if (value != null) {
        headers.put(name, value);
      }
    }
    return headers;
  }

  /**
   * Returns where the body is JSON by its type.
   *
   * @throws InvalidRequestException 415 where it is not
   */
  public static void requireJson(HttpServletRequest request) throws InvalidRequestException {
    if (!RequestBody.isJson(request)) {
      throw new InvalidRequestException(
          new ApiError(
              415,
              "The request must be sent with 'Content-Type: application/json'.",
              "invalid_request_error",
              null,
              "unsupported_media_type"));
    }
  }

  /**
   * Tells the caller which kinds of tools are not sent to the backend; nothing where there are
   * none.
   */
  public static void tellLeftOut(List<String> kinds, HttpServletResponse response) {
    if (!kinds.isEmpty()) {
      response.setHeader(LEFT_OUT, String.join(", ", kinds));
    }
  }

  /** Whether a request says who sends the conversation so far. */
  public static boolean saysHistory(HttpServletRequest request) {
    String said = request.getHeader(HISTORY_HEADER);
    return said != null && !said.isBlank();
  }

  /**
   * Who sends the conversation so far: as the request says, else as is set.
   *
   * @throws InvalidRequestException if it says neither, or wants what is stored of a conversation
   *     that it does not name
   */
  public static HistoryMode historyMode(
      HttpServletRequest request, Conversation conversation, TurnSettings settings)
      throws InvalidRequestException {
    String asked = request.getHeader(HISTORY_HEADER);
    HistoryMode mode =
        switch (asked == null ? "" : asked.strip().toLowerCase(Locale.ROOT)) {
          case "" -> settings.history();
          case "client" -> HistoryMode.CLIENT;
          case "stored" -> HistoryMode.STORED;
          default ->
              throw new InvalidRequestException(
                  "invalid_history_mode",
                  HISTORY_HEADER,
                  "The header " + HISTORY_HEADER + " must be 'client' or 'stored'.");
        };
    if (mode == HistoryMode.STORED && conversation.isTurn() && conversation.id() == null) {
      throw new InvalidRequestException(
          "conversation_id_required",
          "X-Conversation-ID",
          "Stored history needs a conversation id: name the conversation in X-Conversation-ID.");
    }
    return conversation.isTurn() ? mode : HistoryMode.CLIENT;
  }
}
