package dev.helix.openai.chat;

import dev.helix.filter.Conversation;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.message.BackgroundPrompt;
import dev.helix.openai.request.TurnEndpoint;
import dev.helix.openai.request.TurnHeaders;
import dev.helix.session.HistoryMode;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.MessageIds;
import dev.helix.turn.ReplyForm;
import dev.helix.turn.TurnCall;
import dev.helix.turn.TurnSettings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Chat completions before the engine: reads and checks a request and makes a turn's call of it.
 * Safe for use by many threads.
 */
final class ChatEndpoint {
  private static final String METADATA = "metadata.";

  private final TurnEndpoint endpoint;
  private final TurnSettings settings;

  ChatEndpoint(TurnEndpoint endpoint) {
    this.endpoint = endpoint;
    this.settings = endpoint.settings();
  }

  void chat(HttpServletRequest request, HttpServletResponse response) throws IOException {
    endpoint.serve(
        request,
        response,
        body -> {
          ChatRequest chat = withModel(withoutId(ChatRequest.parse(body.bytes()), request));
          ReplyForm form = new ChatReplyForm(chat.stream(), settings.signOfLife());
          endpoint.turns().begin(call(request, chat, body), form, request, response);
          return true;
        });
  }

  /** What is in the metadata for us alone does not go to the backend. */
  private static ChatRequest withoutId(ChatRequest chat, HttpServletRequest request) {
    String field = Conversation.of(request).field();
    return field != null && field.startsWith(METADATA)
        ? chat.withoutMetadata(field.substring(METADATA.length()))
        : chat;
  }

  /** A request without a model goes as it came where no list of models can be had. */
  private ChatRequest withModel(ChatRequest chat) {
    return chat.namesModel() ? chat : endpoint.firstModel().map(chat::withModel).orElse(chat);
  }

  private TurnCall call(HttpServletRequest request, ChatRequest chat, RequestBody body)
      throws InvalidRequestException {
    Conversation conversation = Conversation.of(request);
    HistoryMode mode = TurnHeaders.historyMode(request, conversation, settings);
    SessionState session = (SessionState) request.getAttribute(SessionState.class.getName());
    boolean kept = session != null && conversation.isTurn();
    return new TurnCall(
        session,
        kept
            ? new TurnRequest(
                    chat.messages(), mode, settings.sentHistory(), conversation.messageIds())
                .asAside(isAside(chat, mode, conversation))
                .asRetry(TurnHeaders.isRetry(request))
                .by(TurnHeaders.author(request, session))
            : null,
        conversation.id() != null,
        chat.stream(),
        chat.choices(),
        TurnHeaders.forwarded(request, settings),
        body,
        (history, system) -> chat.bodyWith(history, system, settings.sentHistory().reasoning()));
  }

  /** Who sends only what is new, or says which message it is, asks for itself if at all. */
  private static boolean isAside(ChatRequest chat, HistoryMode mode, Conversation conversation) {
    boolean sendsAll = mode == HistoryMode.CLIENT;
    if (sendsAll && conversation.messageIds().equals(MessageIds.NONE)) {
      return BackgroundPrompt.mayBe(chat.messages(), chat.stream());
    }
    return BackgroundPrompt.hasOnlySystem(chat.messages(), chat.stream());
  }
}
