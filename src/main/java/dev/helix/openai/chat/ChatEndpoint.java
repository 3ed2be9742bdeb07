package dev.helix.openai.chat;

import dev.helix.backend.ChatBackend;
import dev.helix.filter.Conversation;
import dev.helix.http.ApiError;
import dev.helix.http.BodyBudget;
import dev.helix.http.BodyBudgetException;
import dev.helix.http.ErrorResponse;
import dev.helix.http.RequestBody;
import dev.helix.http.RequestBodyException;
import dev.helix.openai.chat.Question.Placed;
import dev.helix.session.HistoryMode;
import dev.helix.session.Lease;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import dev.helix.turn.ConversationQueue;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.QuestionForcer;
import dev.helix.turn.RunningTurns;
import dev.helix.turn.Turn;
import dev.helix.turn.TurnPermit;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.stream.CallerStream;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The chat endpoint behind its servlets: reads and checks a request, places its question in the
 * session's transcript, asks the backend and lets a turn carry the answer. One for the application,
 * in the servlet context under the name of this class. Safe for use by many threads.
 *
 * <p>A request holds the container's thread while its body is read and its question is written, and
 * no thread after that. With stored history it may have to wait for the turn before it in its
 * conversation; then its question is written when that one is recorded, and no thread waits.
 */
public final class ChatEndpoint {
  private static final String HISTORY_HEADER = "X-Conversation-History";

  private final SessionManager sessions;
  private final ChatBackend backend;
  private final TurnSettings settings;
  private final BodyBudget budget;
  private final Executor executor;
  private final Executor disk;
  private final ScheduledExecutorService timers;
  private final RunningTurns running = new RunningTurns();
  private final ConversationQueue queue = new ConversationQueue();
  private final QuestionForcer forcer;

  /**
   * Puts the endpoint together; everything given stays the caller's to close.
   *
   * @param executor where turns do their work and callers are written to; some servers hold a
   *     thread up there for as long as a caller does not read, which must not hold up others
   * @param disk where questions are forced that have waited, so that no turn waits behind them
   */
  public ChatEndpoint(
      SessionManager sessions,
      ChatBackend backend,
      TurnSettings settings,
      BodyBudget budget,
      Executor executor,
      Executor disk,
      ScheduledExecutorService timers) {
    this.sessions = Objects.requireNonNull(sessions, "sessions");
    this.backend = Objects.requireNonNull(backend, "backend");
    this.settings = Objects.requireNonNull(settings, "settings");
    this.budget = Objects.requireNonNull(budget, "budget");
    this.executor = Objects.requireNonNull(executor, "executor");
    this.disk = Objects.requireNonNull(disk, "disk");
    this.timers = Objects.requireNonNull(timers, "timers");
    this.forcer = new QuestionForcer(disk, timers);
  }

  /**
   * Refuses new turns and those that have not begun, lets running ones finish for as long as the
   * settings grant, and ends the rest, whose answers are recorded as far as they came. Blocks until
   * all are over; may be called again.
   */
  public void drain() {
    running.drain(settings.shutdownGrace());
  }

  /** Whether no new turns are taken, because the application stops. */
  public boolean isStopping() {
    return running.isDraining();
  }

  /** Serves {@code POST /v1/chat/completions}. */
  void chat(HttpServletRequest request, HttpServletResponse response) throws IOException {
    RequestBody body = null;
    boolean handedOver = false;
    try {
      requireJson(request);
      body = RequestBody.read(request, settings.maxRequestBytes(), budget);
      ChatRequest chat = ChatRequest.parse(body.bytes());
      begin(request, response, chat, body);
      handedOver = true;
    } catch (InvalidRequestException e) {
      ErrorResponse.write(response, e.error());
    } catch (RequestBodyException e) {
      ErrorResponse.write(response, e.error());
    } catch (SessionException e) {
      ErrorMapping.log("a question could not be stored", e);
      ErrorResponse.write(response, ErrorMapping.of(e));
    } finally {
      if (body != null && !handedOver) {
        body.close();
      }
    }
  }

  private void begin(
      HttpServletRequest request, HttpServletResponse response, ChatRequest chat, RequestBody body)
      throws IOException, InvalidRequestException {
    Conversation conversation = Conversation.of(request);
    HistoryMode mode = historyMode(request, conversation);
    chat.requireQuestion(mode);
    Question question = question(request, chat, body, conversation, mode);
    if (!running.admit()) {
      throw new InvalidRequestException(ErrorMapping.stopping());
    }
    TurnPermit right =
        question.asked() != null && mode == HistoryMode.STORED
            ? right(question.session().sessionId())
            : null;
    boolean started = false;
    try {
      start(request, response, question, right, placedNow(question, right));
      started = true;
    } finally {
      if (!started) {
        leave(right);
        running.abandoned();
      }
    }
  }

  private TurnPermit right(SessionId session) {
    return new TurnPermit(
        sessions, session, settings.historyLease(), queue.join(session), disk, timers);
  }

  /** The question in its place; null where it has to wait for the turn before it. */
  private Placed placedNow(Question question, TurnPermit right) {
    if (right == null) {
      return question.place(sessions, null);
    }
    Optional<Lease> lease = right.take();
    return lease.isPresent() ? question.place(sessions, lease.get()) : null;
  }

  private Question question(
      HttpServletRequest request,
      ChatRequest chat,
      RequestBody body,
      Conversation conversation,
      HistoryMode mode) {
    SessionState session = (SessionState) request.getAttribute(SessionState.class.getName());
    boolean kept = session != null && conversation.isTurn();
    return new Question(
        chat,
        body,
        session,
        kept
            ? new TurnRequest(
                chat.messages(), mode, settings.historyLimit(), conversation.messageIds())
            : null,
        conversation.id() != null,
        forwarded(request));
  }

  /** Hands the request to a turn, which begins now or, if the question has no place yet, later. */
  private void start(
      HttpServletRequest request,
      HttpServletResponse response,
      Question question,
      TurnPermit right,
      Placed placed)
      throws IOException {
    AsyncContext async = request.startAsync();
    async.setTimeout(0);
    Turn turn =
        new Turn(
            settings,
            question.chat().stream(),
            executor,
            forcer,
            timers,
            question.body()::close,
            () -> leave(right),
            running::over);
    CallerStream caller = new CallerStream(async, response, turn.mailbox(), turn);
    turn.serve(caller);
    if (placed != null) {
      turn.begin(placed.record());
      running.add(turn);
      keep(right, turn);
      ask(turn, caller, placed);
    } else {
      running.add(turn);
      turn.waitInLine();
      right.whenTaken(
          () -> turn.whenWaiting(() -> beginLate(turn, caller, question, right)),
          e -> turn.whenWaiting(() -> notStored(turn, e)));
    }
    caller.open();
  }

  /** Begins a turn that has waited, in its mailbox. */
  private void beginLate(Turn turn, CallerStream caller, Question question, TurnPermit right) {
    try {
      Placed placed = placedNow(question, right);
      turn.begin(placed.record());
      keep(right, turn);
      ask(turn, caller, placed);
    } catch (BodyBudgetException e) {
      turn.fail(e.error());
    } catch (SessionException e) {
      notStored(turn, e);
    }
  }

  private static void notStored(Turn turn, SessionException failure) {
    ErrorMapping.log("a question could not be stored", failure);
    turn.fail(ErrorMapping.of(failure));
  }

  private static void keep(TurnPermit right, Turn turn) {
    if (right != null) {
      right.keep(() -> turn.stop(ErrorMapping.leaseLost()));
    }
  }

  private void ask(Turn turn, CallerStream caller, Placed placed) {
    if (placed.record().isSomewhere()) {
      caller.header("X-Session-ID", placed.call().session().sessionId().value());
    }
    try {
      turn.exchange(
          Objects.requireNonNull(
              backend.chat(placed.call(), turn), "the backend gave no exchange"));
    } catch (RuntimeException e) {
      turn.broken(e);
    }
  }

  private static void leave(TurnPermit right) {
    if (right != null) {
      right.leave();
    }
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
    String type = request.getContentType();
    String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    boolean json =
        media.equals("application/json")
            || (media.startsWith("application/") && media.endsWith("+json"));
    if (!json) {
      throw new InvalidRequestException(
          new ApiError(
              415,
              "The request must be sent with 'Content-Type: application/json'.",
              "invalid_request_error",
              null,
              "unsupported_media_type"));
    }
    if (request.getHeader("Content-Encoding") != null) {
      throw new InvalidRequestException(
          new ApiError(
              415,
              "A request body with a Content-Encoding is not read.",
              "invalid_request_error",
              null,
              "unsupported_content_encoding"));
    }
  }
}
