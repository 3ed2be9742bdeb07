package dev.helix.openai.responses;

import dev.helix.backend.FirstModel;
import dev.helix.filter.Conversation;
import dev.helix.filter.NamedResponse;
import dev.helix.filter.ResponseId;
import dev.helix.http.ApiError;
import dev.helix.http.BodyBudget;
import dev.helix.http.ErrorResponse;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RefusedBody;
import dev.helix.http.RequestBody;
import dev.helix.http.RequestBodyException;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.openai.TurnHeaders;
import dev.helix.session.HistoryMode;
import dev.helix.session.ResponseNote;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.StoredAnswer;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.tree.Placer;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.TurnCall;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Responses before the engine: reads and checks a request and makes a turn's call of it. Safe for
 * use by many threads.
 */
final class ResponsesEndpoint {
  private static final String LEFT_OUT = "X-Helix-Tools-Left-Out";

  private final Turns turns;
  private final TurnSettings settings;
  private final BodyBudget budget;
  private final FirstModel firstModel;
  private final Clock clock = Clock.systemUTC();

  /** The endpoint; {@code firstModel} is asked where a request names no model. */
  ResponsesEndpoint(Turns turns, BodyBudget budget, FirstModel firstModel) {
    this.turns = turns;
    this.settings = turns.settings();
    this.budget = budget;
    this.firstModel = firstModel;
  }

  void create(HttpServletRequest request, HttpServletResponse response) throws IOException {
    RequestBody body = null;
    boolean handedOver = false;
    try {
      TurnHeaders.requireJson(request);
      body = RequestBody.read(request, settings.maxRequestBytes(), budget);
      body.work();
      ResponseRequest asked = withModel(ResponseRequest.parse(body.bytes()));
      Resolved turn = resolve(asked, request);
      if (!asked.leftOut().isEmpty()) {
        response.setHeader(LEFT_OUT, String.join(", ", asked.leftOut()));
      }
      ResponsesReplyForm form = new ResponsesReplyForm(turn.frame(), asked.stream());
      turns.begin(turn.call(request, body, settings), form, request, response);
      handedOver = true;
    } catch (InvalidRequestException e) {
      ErrorResponse.write(response, e.error());
    } catch (SessionException e) {
      ErrorResponse.write(response, ErrorMapping.of(e));
    } catch (RequestBodyException e) {
      RefusedBody.tell(request, response, e, settings.maxRequestBytes(), budget);
    } finally {
      if (body != null && !handedOver) {
        body.close();
      }
    }
  }

  /** A request without a model goes as it came where no list of models can be had. */
  private ResponseRequest withModel(ResponseRequest asked) {
    return asked.namesModel() ? asked : firstModel.id().map(asked::withModel).orElse(asked);
  }

  /**
   * What is asked, of what, and as which response.
   *
   * @param asked without what is stored already
   * @param request null where nothing is kept
   * @param context what is sent before it where nothing is kept, with its system message
   */
  private record Resolved(
      ResponseRequest asked,
      ResponseFrame frame,
      SessionState session,
      TurnRequest request,
      List<Message> context,
      Message system) {
    TurnCall call(HttpServletRequest http, RequestBody body, TurnSettings settings) {
      boolean reasoning = settings.sentHistory().reasoning();
      return new TurnCall(
          session,
          request,
          false,
          asked.stream(),
          1,
          TurnHeaders.forwarded(http, settings),
          body,
          request == null
              ? (none, absent) -> asked.bodyWith(context, system, reasoning)
              : (history, stored) -> asked.bodyWith(history, stored, reasoning));
    }
  }

  private Resolved resolve(ResponseRequest asked, HttpServletRequest request)
      throws InvalidRequestException {
    Conversation conversation = Conversation.of(request);
    SessionState session = (SessionState) request.getAttribute(SessionState.class.getName());
    StoredAnswer previous = previous(asked, request, session);
    boolean named = asked.conversation() != null || previous != null;
    HistoryMode mode =
        named ? HistoryMode.STORED : TurnHeaders.historyMode(request, conversation, settings);
    boolean kept = asked.store() && session != null && conversation.isTurn();
    boolean reads = mode == HistoryMode.STORED && session != null && !(kept && asked.isPlain());
    Transcript stored = reads ? manager(request).transcript(session.sessionId()) : null;
    List<Message> path = path(stored, previous);
    ResponseRequest fresh = asked.without(onPath(path));
    fresh.checkCalls(path);
    String node = Placer.newId();
    String id = kept ? ResponseId.of(session, node).value() : ResponseId.unkept();
    ResponseFrame frame =
        new ResponseFrame(id, node, clock.instant().getEpochSecond(), asked.asked());
    if (!kept) {
      boolean results = fresh.beginsWithResult();
      List<Message> sent = settings.sentHistory().latest(Transcript.sent(path, results), results);
      Message system = stored == null ? null : stored.system();
      return new Resolved(fresh, frame, null, null, sent, system);
    }
    MessageIds ids =
        previous == null
            ? conversation.messageIds()
            : new MessageIds(null, previous.message().id(), null);
    TurnRequest turn =
        new TurnRequest(fresh.messages(), mode, settings.sentHistory(), ids)
            .asRetry(TurnHeaders.isRetry(request))
            .by(TurnHeaders.author(request, session))
            .responding(new ResponseNote(node, frame.note(), previous != null));
    return new Resolved(fresh, frame, session, turn, List.of(), null);
  }
}
