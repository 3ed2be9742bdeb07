package dev.helix.bench.filter;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import dev.helix.access.AuthenticationFilter;
import dev.helix.access.AuthenticationSettings;
import dev.helix.bench.filter.StubRequest.Call;
import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.Owner;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.Answer;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.UUID;

/**
 * The filter over a file store, in which each conversation has a turn, recorded as an application
 * records it.
 */
final class Ours implements Way {
  private static final String SECRET = "a secret that only Open WebUI and this server know";
  private static final String USER = "0b5f6a0e-8f0d-4a58-b1a3-6d3c0a4f2f11";

  private final SessionManager manager;
  private final ConversationFilter filter;
  private final AuthenticationFilter before;
  private final FilterChain behind = (request, response) -> read(request.getAttribute(NAME));
  private final FilterChain between;
  private final List<Call> calls;

  private static final String NAME = SessionState.class.getName();

  private Ours(Path folder, Owner owner, AuthenticationFilter before, List<Call> calls) {
    this.manager = new SessionManager(FileSessionStore.open(folder), Clock.systemUTC());
    this.filter = new ConversationFilter(manager, FilterSettings.defaults());
    this.between = (request, response) -> filter.doFilter(request, response, behind);
    this.before = before;
    this.calls = calls;
    Way.ids().forEach(id -> record(owner, id));
  }

  /** Requests that name their conversation, and nobody is asked who they are. */
  static Ours anonymous(Path folder) {
    return new Ours(
        folder, Owner.ANONYMOUS, null, Way.ids().map(id -> Way.call(id, null)).toList());
  }

  /** The same with a chat, into which the filter looks for what kind of request it is. */
  static Ours chat(Path folder) {
    byte[] body = Way.chat();
    return new Ours(
        folder, Owner.ANONYMOUS, null, Way.ids().map(id -> Way.call(id, body)).toList());
  }

  /** The same as the first, of a user whom a token names; each request has a token of its own. */
  static Ours withToken(Path folder) throws ServletException {
    AuthenticationFilter before =
        new AuthenticationFilter(
            new AuthenticationSettings(null, SECRET, Duration.ofSeconds(30), false),
            Clock.systemUTC());
    before.init(new NoConfig());
    return new Ours(
        folder,
        new Owner(null, USER),
        before,
        Way.ids().map(id -> Way.call(id, null, "X-OpenWebUI-User-Jwt", token())).toList());
  }

  private static String token() {
    Instant now = Instant.now();
    return JWT.create()
        .withIssuer("open-webui")
        .withSubject(USER)
        .withJWTId(UUID.randomUUID().toString())
        .withClaim("email", "ada@example.org")
        .withClaim("name", "Ada")
        .withClaim("role", "user")
        .withIssuedAt(now)
        .withExpiresAt(now.plus(Duration.ofHours(1)))
        .sign(Algorithm.HMAC256(SECRET));
  }

  private void record(Owner owner, String id) {
    SessionState session = manager.getOrCreateSession(owner, null, id);
    OpenTurn turn =
        manager.beginTurn(session, List.of(Message.of("user", QUESTION)), HistoryMode.STORED);
    SessionState unused =
        manager.completeTurn(
            turn,
            List.of(
                new Answer(
                    Message.of("assistant", "Through the park."),
                    "example",
                    "stop",
                    AnswerStatus.COMPLETED)));
  }

  private static void read(Object attached) {
    if (!(attached instanceof SessionState state) || state.originalRequest() == null) {
      throw new IllegalStateException("not the session that is stored: " + attached);
    }
  }

  @Override
  public List<Call> calls() {
    return calls;
  }

  @Override
  public void handle(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    if (before == null) {
      filter.doFilter(request, response, behind);
    } else {
      before.doFilter(request, response, between);
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  /** What a container tells a filter that was made with its settings. */
  private static final class NoConfig implements FilterConfig {
    @Override
    public String getFilterName() {
      return "authentication";
    }

    @Override
    public ServletContext getServletContext() {
      return StubRequest.nothing(ServletContext.class);
    }

    @Override
    public String getInitParameter(String name) {
      return null;
    }

    @Override
    public Enumeration<String> getInitParameterNames() {
      return Collections.emptyEnumeration();
    }
  }
}
