package dev.helix.anthropic.messages;

import dev.helix.filter.Conversation;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.message.BackgroundPrompt;
import dev.helix.message.Message;
import dev.helix.openai.request.JsonBytes;
import dev.helix.openai.request.TurnEndpoint;
import dev.helix.openai.request.TurnHeaders;
import dev.helix.session.HistoryMode;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import dev.helix.turn.TurnCall;
import dev.helix.turn.TurnSettings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Messages before the engine: reads and checks a request and makes a turn's call of it. Safe for
 * use by many threads.
 */
final class MessagesEndpoint {
  /** Sent by an agent with all that it asks, for itself and for its user. */
  private static final String AGENT = "X-Claude-Code-Session-Id";

  private final TurnEndpoint endpoint;
  private final TurnSettings settings;

  MessagesEndpoint(TurnEndpoint endpoint) {
    this.endpoint = endpoint;
    this.settings = endpoint.settings();
  }

  void create(HttpServletRequest request, HttpServletResponse response) throws IOException {
    endpoint.serve(
        request,
        response,
        body -> {
          MessagesRequest asked = withModel(MessagesRequest.parse(body.bytes()));
          TurnCall call = call(request, asked, body);
          TurnHeaders.tellLeftOut(asked.leftOut(), response);
          MessagesReplyForm form =
              new MessagesReplyForm(
                  asked.model(), asked.stream(), asked.stops(), asked.showsThoughts());
          endpoint.turns().begin(call, form, request, response);
          return true;
        });
  }

  /** Estimates the tokens of a request, of which nothing is kept. */
  void count(HttpServletRequest request, HttpServletResponse response) throws IOException {
    endpoint.serve(
        request,
        response,
        body -> {
          long tokens = MessagesRequest.parseToCount(body.bytes()).tokens(reasoning());
          byte[] json =
              new JsonBytes(32).raw("{\"input_tokens\":").number(tokens).raw("}").toArray();
          response.setContentType("application/json");
          response.setContentLength(json.length);
          response.getOutputStream().write(json);
          return false;
        });
  }

  private boolean reasoning() {
    return settings.sentHistory().reasoning();
  }

  /** A request without a model goes as it came where no list of models can be had. */
  private MessagesRequest withModel(MessagesRequest asked) {
    return asked.namesModel() ? asked : endpoint.firstModel().map(asked::withModel).orElse(asked);
  }

  private TurnCall call(HttpServletRequest request, MessagesRequest asked, RequestBody body)
      throws InvalidRequestException {
    Conversation conversation = Conversation.of(request);
    // Clients of this API send all messages, whatever is set for others.
    HistoryMode mode =
        TurnHeaders.saysHistory(request)
            ? TurnHeaders.historyMode(request, conversation, settings)
            : HistoryMode.CLIENT;
    SessionState session = (SessionState) request.getAttribute(SessionState.class.getName());
    boolean kept = session != null && conversation.isTurn();
    return new TurnCall(
        session,
        kept
            ? new TurnRequest(
                    asked.messages(), mode, settings.sentHistory(), conversation.messageIds())
                .asAside(isAside(asked, mode, request))
                .asRetry(TurnHeaders.isRetry(request))
                .by(TurnHeaders.author(request, session))
            : null,
        conversation.id() != null,
        asked.stream(),
        1,
        TurnHeaders.forwarded(request, settings),
        body,
        (history, system) -> asked.bodyWith(history, system, reasoning()));
  }

  /**
   * Whether a request may be a client's own: for one token, which tries whether it is let in; or
   * without the tools that an agent's user would have it use, where it has the shape of a prompt of
   * its own, or is an agent's and no answer is in it.
   */
  private static boolean isAside(
      MessagesRequest asked, HistoryMode mode, HttpServletRequest request) {
    if (mode == HistoryMode.STORED) {
      return BackgroundPrompt.hasOnlySystem(asked.messages(), asked.stream());
    }
    if (asked.isForOneToken() || asked.hasTools()) {
      return asked.isForOneToken();
    }
    return BackgroundPrompt.mayBe(asked.messages(), asked.stream())
        || (request.getHeader(AGENT) != null
            && asked.messages().stream().noneMatch(Message::isAssistant));
  }
}
