package dev.helix.openai.responses;

import dev.helix.backend.FirstModel;
import dev.helix.filter.Conversation;
import dev.helix.filter.NamedResponse;
import dev.helix.filter.ResponseId;
import dev.helix.http.BodyBudget;
import dev.helix.http.ErrorResponse;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RefusedBody;
import dev.helix.http.RequestBody;
import dev.helix.http.RequestBodyException;
import dev.helix.message.Message;
import dev.helix.openai.request.TurnHeaders;
import dev.helix.session.HistoryMode;
import dev.helix.session.ResponseNote;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.StoredAnswer;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.Placer;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.TurnCall;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Responses before the engine: reads and checks a request and makes a turn's call of it. Safe for
 * use by many threads.
 */
final class ResponsesEndpoint {
  private static final String LEFT_OUT = "X-Helix-Tools-Left-Out";
  private static final String PREVIOUS = "previous_response_id";

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
      ResponsesReplyForm form = new ResponsesReplyForm(turn.frame(), asked.stream(), false, clock);
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

  private Resolved resolve(ResponseRequest request, HttpServletRequest http)
      throws InvalidRequestException {
    refuseBackground(request);
    Conversation conversation = Conversation.of(http);
    SessionState session = (SessionState) http.getAttribute(SessionState.class.getName());
    StoredAnswer previous = previous(request, http, session);
    HistoryMode mode =
        previous != null || request.conversation() != null
            ? HistoryMode.STORED
            : TurnHeaders.historyMode(http, conversation, settings);
    boolean kept = request.store() && session != null && conversation.isTurn();
    boolean calls = previous != null && Transcript.callsTools(previous.message());
    boolean reads = mode == HistoryMode.STORED && !(kept && request.isPlain() && !calls);
    Transcript stored =
        reads && session != null ? manager(http).transcript(session.sessionId()) : null;
    List<Message> path = path(stored, previous);
    ResponseRequest asked = onPath(request, path);
    String node = Placer.newId();
    String id = kept ? ResponseId.of(session, node).value() : unkeptId();
    ResponseFrame frame =
        new ResponseFrame(id, node, clock.instant().getEpochSecond(), asked.asked());
    if (!kept) {
      boolean results = asked.beginsWithResult();
      List<Message> sent = settings.sentHistory().latest(Transcript.sent(path, results), results);
      return new Resolved(asked, frame, null, null, sent, stored == null ? null : stored.system());
    }
    MessageIds ids =
        previous == null
            ? conversation.messageIds()
            : new MessageIds(null, previous.message().id(), null);
    TurnRequest turn =
        new TurnRequest(asked.messages(), mode, settings.sentHistory(), ids)
            .asRetry(TurnHeaders.isRetry(http))
            .by(TurnHeaders.author(http, session))
            .responding(new ResponseNote(node, frame.note(), previous != null));
    return new Resolved(asked, frame, session, turn, List.of(), null);
  }

  private static void refuseBackground(ResponseRequest request) throws InvalidRequestException {
    if (request.background()) {
      throw new InvalidRequestException(
          "unsupported_parameter",
          "background",
          "Responses are not made in the background here: leave 'background' out.");
    }
  }

  /** The response that is followed, which has an answer; null where none is named. */
  private StoredAnswer previous(
      ResponseRequest request, HttpServletRequest http, SessionState session)
      throws InvalidRequestException {
    if (request.previousResponseId() == null) {
      return null;
    }
    StoredAnswer answer =
        session == null
            ? null
            : NamedResponse.of(http)
                .flatMap(named -> manager(http).answer(session.sessionId(), named.id().nodeEnd()))
                .orElse(null);
    String id = CallCheck.shown(request.previousResponseId());
    if (answer == null) {
      throw new InvalidRequestException(
          "previous_response_not_found",
          PREVIOUS,
          "Previous response with id '" + id + "' not found.");
    }
    Map<String, Object> response =
        ResponseObject.stored(answer.message(), turns.isRunning(answer.message().id()));
    Object status = response.get("status");
    boolean answered = response.get("output") instanceof List<?> output && !output.isEmpty();
    if (!answered || status.equals(ResponseEnd.FAILED) || status.equals(OutputItem.IN_PROGRESS)) {
      throw new InvalidRequestException(
          "invalid_value",
          PREVIOUS,
          "Previous response with id '" + id + "' is " + status + ": it cannot be followed.");
    }
    return answer;
  }

  /** What is stored before the request, as far as that is read. */
  private static List<Message> path(Transcript stored, StoredAnswer previous) {
    if (stored == null) {
      return List.of();
    }
    return previous == null
        ? stored.currentPath()
        : stored.pathTo(stored.get(previous.message().id()));
  }

  /** The request without what the path has, and with what it refers to. */
  private static ResponseRequest onPath(ResponseRequest request, List<Message> path)
      throws InvalidRequestException {
    ResponseRequest asked = request;
    if (!request.isPlain()) {
      PathItems items = PathItems.of(path);
      Set<String> references = request.itemReferences();
      Set<String> known = new HashSet<>(ResponseRequest.idsOnPath(path));
      known.addAll(items.ids());
      known.removeAll(references);
      asked = request.without(known);
      if (!references.isEmpty()) {
        asked = asked.resolved(items.messages(references));
      }
    }
    asked.checkCalls(path);
    return asked;
  }

  /** The id of a response that nobody can ask for. */
  private static String unkeptId() {
    String digits = (UUID.randomUUID().toString() + UUID.randomUUID()).replace("-", "");
    return "resp_n" + digits.substring(0, 48);
  }

  private static SessionManager manager(HttpServletRequest http) {
    return (SessionManager) http.getAttribute(SessionManager.class.getName());
  }
}
