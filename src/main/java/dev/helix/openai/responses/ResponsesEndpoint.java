package dev.helix.openai.responses;

import dev.helix.filter.Conversation;
import dev.helix.filter.ConversationFilter;
import dev.helix.filter.NamedResponse;
import dev.helix.filter.RefusedSession;
import dev.helix.filter.ResponseId;
import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.message.BackgroundPrompt;
import dev.helix.message.Message;
import dev.helix.openai.items.CallCheck;
import dev.helix.openai.items.Compactions;
import dev.helix.openai.items.PathItems;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.request.TurnEndpoint;
import dev.helix.openai.request.TurnHeaders;
import dev.helix.session.HistoryMode;
import dev.helix.session.OwnerSeals;
import dev.helix.session.ResponseNote;
import dev.helix.session.SessionLook;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.StoredAnswer;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import dev.helix.turn.TurnCall;
import dev.helix.turn.TurnCall.BackendRequest;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Responses before the engine: reads and checks a request and makes a turn's call of it. Safe for
 * use by many threads.
 */
final class ResponsesEndpoint {
  private static final String PREVIOUS = "previous_response_id";

  /** How many characters a response tells again of what it was asked, which it keeps. */
  private static final int MOST_ECHOED = 1 << 22;

  private final TurnEndpoint endpoint;
  private final Turns turns;
  private final TurnSettings settings;
  private final ResponseSettings responses;
  private final LeftOutTools leftOut = new LeftOutTools();
  private final OwnerSeals seals;
  private final Clock clock = Clock.systemUTC();
  private final BackgroundResponses background;

  ResponsesEndpoint(
      TurnEndpoint endpoint,
      ResponseSettings responses,
      OwnerSeals seals,
      BackgroundResponses background) {
    this.endpoint = endpoint;
    this.responses = responses;
    this.seals = seals;
    this.background = background;
    this.turns = endpoint.turns();
    this.settings = endpoint.settings();
  }

  void create(HttpServletRequest request, HttpServletResponse response) throws IOException {
    endpoint.serve(
        request,
        response,
        body -> {
          ResponseRequest asked = asked(body.bytes(), RequestPurpose.RESPONSE, request);
          Resolved turn = resolve(asked, request);
          tellLeftOut(asked, response);
          ResponseFrame frame = turn.frame();
          ResponsesReplyForm form = form(turn, request);
          TurnCall call = turn.call(request, body, settings);
          if (frame.background()) {
            background.begin(frame, asked.stream(), call, form, request, response);
          } else {
            turns.begin(call, form, request, response);
          }
          return true;
        });
  }

  /** What answers the frames of one WebSocket. */
  SocketResponses ofSocket(HttpServletRequest http) {
    return new SocketResponses(this, endpoint, http);
  }

  /** Reads a request for a response. */
  ResponseRequest asked(byte[] body, RequestPurpose purpose, HttpServletRequest http)
      throws InvalidRequestException {
    return withModel(parse(body, purpose, http));
  }

  /** The form of the answer. */
  ResponsesReplyForm form(Resolved turn, HttpServletRequest http) {
    ResponseRequest asked = turn.asked();
    SealedThoughts seals = compactions(http).thoughts().where(asked.included().reasoning());
    return new ResponsesReplyForm(
        turn.frame(), asked.streams(), responses.rawReasoning(), seals, clock);
  }

  /** A response for which nothing is asked of a backend. */
  ResponseEnd ended() {
    return new ResponseEnd(
        ResponseEnd.COMPLETED, clock.instant().getEpochSecond(), null, null, null);
  }

  /** Says to the log alone which kinds of tools are not sent. */
  void logLeftOut(ResponseRequest asked) {
    leftOut.log(asked.leftOut());
  }

  /** Says which kinds of tools are not sent. */
  void tellLeftOut(ResponseRequest asked, HttpServletResponse response) {
    leftOut.tell(asked.leftOut(), response);
  }

  /** Reads a request of this purpose. */
  ResponseRequest parse(byte[] body, RequestPurpose purpose, HttpServletRequest http)
      throws InvalidRequestException {
    return ResponseRequest.parse(body, purpose, compactions(http), responses);
  }

  /** The summaries of who asks. */
  Compactions compactions(HttpServletRequest http) {
    return new Compactions(seals, ConversationFilter.owner(http));
  }

  /** A request without a model goes as it came where no list of models can be had. */
  private ResponseRequest withModel(ResponseRequest asked) {
    return asked.namesModel() ? asked : endpoint.firstModel().map(asked::withModel).orElse(asked);
  }

  /**
   * What is asked, of what, and as which response.
   *
   * @param asked without what is stored already
   * @param request null where nothing is kept
   * @param context what is sent before it where nothing is kept, with its system message
   */
  record Resolved(
      ResponseRequest asked,
      ResponseFrame frame,
      SessionState session,
      TurnRequest request,
      List<Message> context,
      Message system) {
    /** The same with a user's words behind all; they are not kept. */
    Resolved asking(String words) {
      return new Resolved(asked.asking(words), frame, null, null, context, system);
    }

    /** All that is sent, without the instructions, where nothing stored is sent with it. */
    List<Message> said() {
      List<Message> said = new ArrayList<>(context);
      if (system != null) {
        said.add(0, system);
      }
      said.addAll(asked.messages());
      return said;
    }

    /** Whether something stored is sent with it that is not known yet. */
    boolean readsLater() {
      return request != null && request.mode() == HistoryMode.STORED;
    }

    TurnCall call(HttpServletRequest http, RequestBody body, TurnSettings settings) {
      boolean reasoning = settings.sentHistory().reasoning();
      BackendRequest sent =
          request == null
              ? (none, absent) -> {
                body.countAhead(
                    context.stream().mapToLong(Message::length).sum() + asked.lengthBefore());
                return asked.bodyWith(context, system, reasoning);
              }
              : (history, stored) -> asked.bodyWith(history, stored, reasoning);
      return new TurnCall(
          session,
          request,
          false,
          asked.streams(),
          1,
          TurnHeaders.forwarded(http, settings),
          body,
          shrinking(sent, reasoning));
    }

    private BackendRequest shrinking(BackendRequest sent, boolean reasoning) {
      if (asked.isForSummary()) {
        return new ShortenedRequest(asked, sent, context, system, reasoning);
      }
      return asked.truncates()
          ? new TruncatedRequest(asked, sent, context, system, reasoning)
          : sent;
    }
  }

  /** Finds what is sent for a request, and in which session it is kept. */
  Resolved resolve(ResponseRequest request, HttpServletRequest http)
      throws InvalidRequestException {
    RefusedSession.check(http);
    SessionState session = (SessionState) http.getAttribute(SessionState.class.getName());
    // What is read counts until it is known what is asked.
    try (SessionLook look = session == null ? null : manager(http).look(session.sessionId())) {
      return resolve(request, http, session, look);
    }
  }

  private Resolved resolve(
      ResponseRequest request, HttpServletRequest http, SessionState session, SessionLook look)
      throws InvalidRequestException {
    Conversation conversation = Conversation.of(http);
    StoredAnswer previous = previous(request, http, look);
    if (request.conversation() != null
        && (session == null || !request.conversation().equals(session.conversationId()))) {
      throw noConversation(request.conversation());
    }
    HistoryMode mode = mode(request, http, conversation, previous);
    boolean kept = request.store() && session != null && conversation.isTurn();
    if (request.background()) {
      background.check(kept);
    }
    boolean calls = previous != null && Transcript.callsTools(previous.message());
    boolean stands = session != null && session.status() != SessionStatus.NEW;
    boolean recorded = kept || recordsUnstored(request, conversation, session, previous);
    // What is kept is checked when its turn begins, so that most need no path before.
    boolean needsNone = kept && request.isPlain() && !calls && request.saysSomething();
    boolean bringsAll = !recorded && request.lengthBefore() > 0; // What is stored is in that.
    boolean reads = mode == HistoryMode.STORED && !needsNone && !bringsAll;
    SessionLook.Path path =
        !stands || !reads
            ? SessionLook.Path.NONE
            : previous == null
                ? look.currentPath(request.hasOutputs() || !recorded)
                : look.path(previous.message().id());
    ResponseRequest asked = onPath(request, path.messages(), stands ? look : null);
    boolean results = asked.beginsWithResult();
    List<Message> sent =
        settings.sentHistory().latest(Transcript.sent(path.messages(), results), results);
    asked.checkSaysSomething(sent, path.system());
    String node = ResponseNote.newNode();
    String id = kept ? ResponseId.of(session, node).value() : ResponseFrame.unkeptId();
    long now = clock.instant().getEpochSecond();
    ResponseFrame frame =
        kept
            ? new ResponseFrame(id, node, now, asked.asked())
            : ResponseFrame.unkept(id, node, now, asked.asked());
    if (kept && frame.kept().size() > MOST_ECHOED) {
      throw new InvalidRequestException(
          new ApiError(
              413,
              "The response would tell again more than 4 MiB of what it was asked: instructions,"
                  + " tools, text and metadata are too long together.",
              "invalid_request_error",
              null,
              "request_too_large"));
    }
    if (!recorded) {
      return new Resolved(asked, frame, null, null, sent, path.system());
    }
    MessageIds ids =
        previous == null
            ? conversation.messageIds()
            : new MessageIds(
                conversation.messageIds().question(),
                previous.message().id(),
                conversation.messageIds().answer());
    TurnRequest turn =
        new TurnRequest(asked.messages(), mode, settings.sentHistory(), ids)
            .asAside(isAside(asked, mode, conversation))
            .asRetry(TurnHeaders.isRetry(http))
            .by(TurnHeaders.author(http, session))
            .responding(
                kept
                    ? new ResponseNote(node, frame.note(), previous != null, frame.kept().apart())
                    : null);
    return new Resolved(asked, frame, session, turn, List.of(), null);
  }

  /** Whether a response that is not kept is recorded, as a turn of the conversation it names. */
  private boolean recordsUnstored(
      ResponseRequest request,
      Conversation conversation,
      SessionState session,
      StoredAnswer previous) {
    boolean named = conversation.id() != null && request.conversation() == null;
    return responses.recordUnstored()
        && request.makesResponse()
        && named
        && session != null
        && conversation.isTurn()
        && previous == null;
  }

  /** Who sends a named conversation whole may ask for itself, as in a chat. */
  private static boolean isAside(
      ResponseRequest asked, HistoryMode mode, Conversation conversation) {
    if (mode != HistoryMode.CLIENT || conversation.id() == null) {
      return false;
    }
    return conversation.messageIds().equals(MessageIds.NONE)
        ? BackgroundPrompt.mayBe(asked.messages(), asked.stream())
        : BackgroundPrompt.hasOnlySystem(asked.messages(), asked.stream());
  }

  /** The response that is followed, which has an answer; null where none is named. */
  private StoredAnswer previous(ResponseRequest request, HttpServletRequest http, SessionLook look)
      throws InvalidRequestException {
    if (request.previousResponseId() == null) {
      return null;
    }
    CurrentResponse current =
        NamedResponse.of(http)
            .filter(named -> look != null)
            .flatMap(named -> CurrentResponse.read(turns, () -> look.answer(named.id().nodeEnd())))
            .orElseThrow(() -> CurrentResponse.unknownPrevious(request.previousResponseId()));
    String id = CallCheck.shown(request.previousResponseId());
    Map<String, Object> response = current.object();
    Object status = response.get("status");
    boolean answered = response.get("output") instanceof List<?> output && !output.isEmpty();
    if (!answered || status.equals(ResponseEnd.FAILED) || !ResponseEnd.isOver(status)) {
      throw new InvalidRequestException(
          "invalid_value",
          PREVIOUS,
          "Previous response with id '" + id + "' is " + status + ": it cannot be followed.");
    }
    return current.answer();
  }

  /** Who sends the conversation so far; a new session has none that could be stored. */
  private HistoryMode mode(
      ResponseRequest request,
      HttpServletRequest http,
      Conversation conversation,
      StoredAnswer previous)
      throws InvalidRequestException {
    if (previous != null || request.conversation() != null) {
      return HistoryMode.STORED;
    }
    boolean open = conversation.id() == null && !TurnHeaders.saysHistory(http);
    return open ? HistoryMode.CLIENT : TurnHeaders.historyMode(http, conversation, settings);
  }

  private static InvalidRequestException noConversation(String id) {
    String message = "Conversation with id '" + CallCheck.shown(id) + "' not found.";
    return new InvalidRequestException(
        new ApiError(404, message, "invalid_request_error", null, null));
  }

  /**
   * The request without what the path has, and with what else it refers to.
   *
   * @param stored what references are looked up in; null where there is nothing
   */
  private static ResponseRequest onPath(
      ResponseRequest request, List<Message> path, SessionLook stored)
      throws InvalidRequestException {
    ResponseRequest asked = request;
    if (!request.isPlain()) {
      Set<String> known = new HashSet<>(ResponseRequest.idsOnPath(path));
      path.forEach(message -> known.addAll(PathItems.ids(message)));
      asked = asked.without(known);
      Set<String> references = asked.itemReferences();
      if (!references.isEmpty()) {
        List<Message> all = stored == null ? List.of() : stored.transcript().messages();
        List<Message> named =
            all.stream()
                .filter(message -> PathItems.ids(message).stream().anyMatch(references::contains))
                .toList();
        asked = asked.resolved(PathItems.of(named).messages(references));
      }
    }
    asked.checkCalls(path);
    return asked;
  }

  private static SessionManager manager(HttpServletRequest http) {
    return (SessionManager) http.getAttribute(SessionManager.class.getName());
  }
}
