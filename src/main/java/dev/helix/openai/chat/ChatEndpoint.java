package dev.helix.openai.chat;

import dev.helix.filter.Conversation;
import dev.helix.http.ApiError;
import dev.helix.http.BodyBudget;
import dev.helix.http.ErrorResponse;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.http.RequestBodyException;
import dev.helix.session.HistoryMode;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import dev.helix.turn.ReplyForm;
import dev.helix.turn.TurnCall;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Chat completions before the engine: reads and checks a request and makes a turn's call of it.
 * Safe for use by many threads.
 */
final class ChatEndpoint {
  private static final String HISTORY_HEADER = "X-Conversation-History";

  private final Turns turns;
  private final TurnSettings settings;
  private final BodyBudget budget;

  ChatEndpoint(Turns turns, BodyBudget budget) {
    this.turns = turns;
    this.settings = turns.settings();
    this.budget = budget;
  }

  void chat(HttpServletRequest request, HttpServletResponse response) throws IOException {
    RequestBody body = null;
    boolean handedOver = false;
    try {
      requireJson(request);
      body = RequestBody.read(request, settings.maxRequestBytes(), budget);
      ChatRequest chat = ChatRequest.parse(body.bytes());
      ReplyForm form = new ChatReplyForm(chat.stream());
      turns.begin(call(request, chat, body), form, request, response);
      handedOver = true;
    } catch (InvalidRequestException e) {
      ErrorResponse.write(response, e.error());
    } catch (RequestBodyException e) {
      ErrorResponse.write(response, e.error());
      RequestBody.discardRefused(request, settings.maxRequestBytes());
    } finally {
      if (body != null && !handedOver) {
        body.close();
      }
    }
  }

  private TurnCall call(HttpServletRequest request, ChatRequest chat, RequestBody body)
      throws InvalidRequestException {
    Conversation conversation = Conversation.of(request);
    HistoryMode mode = historyMode(request, conversation);
    chat.requireQuestion(mode);
    SessionState session = (SessionState) request.getAttribute(SessionState.class.getName());
    boolean kept = session != null && conversation.isTurn();
    return new TurnCall(
        session,
        kept
            ? new TurnRequest(
                chat.messages(), mode, settings.historyLimit(), conversation.messageIds())
            : null,
        conversation.id() != null,
        chat.stream(),
        forwarded(request),
        body,
        chat::bodyWith);
  }

  private HistoryMode historyMode(HttpServletRequest request, Conversation conversation)
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

  private Map<String, String> forwarded(HttpServletRequest request) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : settings.forwardedHeaders()) {
      String value = request.getHeader(name);
      if (value != null) {
        headers.put(name, value);
      }
    }
    return headers;
  }

  private static void requireJson(HttpServletRequest request) throws InvalidRequestException {
    if (!RequestBody.isJson(request)) {
      throw unsupported(
          "unsupported_media_type",
          "The request must be sent with 'Content-Type: application/json'.");
    }
    if (request.getHeader("Content-Encoding") != null) {
      throw unsupported(
          "unsupported_content_encoding", "A request body with a Content-Encoding is not read.");
    }
  }

  private static InvalidRequestException unsupported(String code, String message) {
    return new InvalidRequestException(
        new ApiError(415, message, "invalid_request_error", null, code));
  }
}
