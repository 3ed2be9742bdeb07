package dev.helix.filter;

import dev.helix.http.BodyBudget;
import dev.helix.http.RequestBody;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.Owner;
import dev.helix.session.OwnerScope;
import dev.helix.session.ResponseNote;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.Answer;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * An application's own endpoint behind the filter, which tells what it finds at each request. Who
 * asks stands in the header {@code X-Owner}.
 */
final class ResponsesServer implements AutoCloseable {
  static final String NODE = "m-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
  static final String FIELD = "prompt_cache_key";
  static final String HEADER = "X-Conversation-ID";
  static final Owner ANN = new Owner("acme", "ann");
  static final Owner BOB = new Owner("acme", "bob");
  static final int LIMIT = 4096;
  private static final String OWNER = "X-Owner";

  /** What the endpoint found. */
  record Seen(
      Conversation conversation,
      SessionState session,
      NamedResponse response,
      boolean read,
      String body) {
    String sessionId() {
      return session == null ? null : session.sessionId().value();
    }
  }

  private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
  private final BodyBudget budget = new BodyBudget(64 * LIMIT);
  private final SessionManager manager;
  private final TestServer server;

  /**
   * A server whose filter gives requests of these methods sessions, of all where there are none.
   */
  ResponsesServer(SessionManager manager, OwnerScope scope, String context, String... methods)
      throws Exception {
    this.manager = manager;
    FilterSettings settings =
        new FilterSettings(
            FilterSettings.defaults().headers(),
            List.of(FIELD, ResponsesBody.CONVERSATION, ResponsesBody.PREVIOUS),
            List.of(methods),
            FilterSettings.Fallback.FIRST_MESSAGE,
            scope,
            LIMIT,
            64 * LIMIT,
            4,
            Duration.ofSeconds(20));
    server =
        new TestServer()
            .at(context)
            .filter((Whose) ResponsesServer::whose, "/*")
            .filterOfForwards(new ConversationFilter(manager, settings, budget), "/v1/*")
            .filterOfForwards(new ConversationFilter(manager, settings, budget), "/responses/*")
            .filterOfForwards(new ConversationFilter(manager, settings, budget), "/conversations/*")
            .servlet(new ConversationPathServlet(), "/c/*")
            .endpoint("/v1/*", this::look)
            .endpoint("/responses/*", this::look)
            .endpoint("/conversations/*", this::look)
            .start();
  }

  ResponsesServer(SessionManager manager, OwnerScope scope) throws Exception {
    this(manager, scope, "/");
  }

  private interface Whose extends Filter {}

  private static void whose(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String owner = ((HttpServletRequest) request).getHeader(OWNER);
    if (owner != null) {
      String[] names = owner.split(":", 2);
      request.setAttribute(Owner.class.getName(), new Owner(names[0], names[1]));
    }
    chain.doFilter(request, response);
  }

  private void look(HttpServletRequest request, HttpServletResponse response) throws IOException {
    boolean read = request.getAttribute(RequestBody.class.getName()) != null;
    seen.add(
        new Seen(
            Conversation.of(request),
            (SessionState) request.getAttribute(SessionState.class.getName()),
            NamedResponse.of(request).orElse(null),
            read,
            new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
    response.setStatus(204);
  }

  /** A session of which a turn is stored. */
  SessionState keep(SessionState session) {
    OpenTurn turn =
        manager.beginTurn(session, List.of(Message.of("user", "Hallo")), HistoryMode.CLIENT);
    Message answer = Message.of("assistant", "Hallo.");
    return manager.completeTurn(
        turn, List.of(new Answer(answer, "m", "stop", AnswerStatus.COMPLETED)));
  }

  SessionState keep(Owner owner, String conversationId) {
    return keep(manager.getOrCreateSession(owner, null, conversationId));
  }

  /** A session in which a response was made. */
  SessionState respond(Owner owner, String conversationId) {
    SessionState session = manager.getOrCreateSession(owner, null, conversationId);
    String note = "{\"id\":\"" + response(session) + "\"}";
    return manager
        .beginTurn(
            session,
            TurnRequest.of(List.of(Message.of("user", "Hallo")), HistoryMode.CLIENT)
                .responding(new ResponseNote(NODE, note, false)))
        .session();
  }

  static String response(SessionState session) {
    return ResponseId.of(session, NODE).value();
  }

  static RawHttp.Request as(Owner owner, RawHttp.Request request) {
    return owner.isAnonymous()
        ? request
        : request.header(OWNER, owner.tenant() + ":" + owner.user());
  }

  RawHttp.Response send(RawHttp.Request request) throws IOException {
    return server.send(request);
  }

  /** Makes a response, with single quotes in the body for double ones. */
  RawHttp.Response post(String body, String... namesAndValues) throws IOException {
    return post(Owner.ANONYMOUS, body, namesAndValues);
  }

  RawHttp.Response post(Owner owner, String body, String... namesAndValues) throws IOException {
    RawHttp.Request request = as(owner, RawHttp.post("/v1/responses"));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      request.header(namesAndValues[i], namesAndValues[i + 1]);
    }
    return send(request.json(body.replace('\'', '"')));
  }

  /** What the endpoint found at the one request that has reached it since this was asked last. */
  Seen seen() {
    if (seen.size() != 1) {
      throw new AssertionError("so many requests have come through: " + seen.size());
    }
    return seen.remove();
  }

  boolean reached() {
    return !seen.isEmpty();
  }

  @Override
  public void close() throws Exception {
    server.close();
    if (budget.usedBytes() != 0) {
      throw new AssertionError("bytes are counted that nobody holds: " + budget.usedBytes());
    }
  }
}
