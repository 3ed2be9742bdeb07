package dev.helix.access;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.http.ApiError;
import dev.helix.http.BodyHolder;
import dev.helix.http.ErrorResponse;
import dev.helix.http.FrameCheck;
import dev.helix.http.InvalidRequestException;
import dev.helix.session.Owner;
import dev.helix.session.Viewer;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

/**
 * A servlet filter that finds the {@link Owner} of each request, and refuses requests that do not
 * prove theirs. Behind it a request has the owner, and the {@link Viewer}, as attributes named by
 * their classes. It comes before {@code ConversationFilter}, which looks up that owner's sessions.
 *
 * <pre>
 * POST /v1/chat/completions HTTP/1.1          HTTP/1.1 401 Unauthorized
 * Authorization: Bearer wrong          →      WWW-Authenticate: Bearer
 *                                             {"error":{…,"code":"invalid_api_key"}}
 * </pre>
 *
 * <p>What is refused, and with which error:
 *
 * <ul>
 *   <li>With a keys file, a request without a key of it: 401 {@code invalid_api_key}.
 *   <li>With a secret for Open WebUI's tokens, a bad {@code X-OpenWebUI-User-Jwt}: 401 {@code
 *       invalid_user_token}. Without a token: 401 {@code user_token_required}, unless the key is a
 *       service's or an operator's, or the request is a {@code GET} or {@code HEAD} of {@code
 *       /v1/models} or {@code /v1/models/ID}, or the same without {@code /v1}, below the context
 *       path.
 *   <li>Where {@code X-OpenWebUI-User-Id} is trusted, a value that is no user's name: 400 {@code
 *       invalid_user_id}.
 * </ul>
 *
 * A header with an empty value counts as absent; one given twice is refused.
 *
 * <p>The tenant is the key's, else the container's principal. The user is the token's, else the
 * trusted header's, else the principal where the tenant is a key's. Source: specification section
 * 1.
 *
 * <p>An address that sends more than ten wrong keys or tokens within a minute waits for the answer
 * to each further one, where the filter supports asynchronous requests. No thread waits, and nobody
 * with a key.
 *
 * <p>Each frame of a WebSocket is looked at as the request that opened it, which it has the headers
 * of: a key that is removed, or a token that has expired, ends what may be asked.
 *
 * <p>Thread-safe. It may read the keys file, at most once a second.
 */
public final class AuthenticationFilter implements Filter {
  private static final Logger LOG = System.getLogger(AuthenticationFilter.class.getName());

  private final String seen =
      AuthenticationFilter.class.getName()
          + "@"
          + Integer.toHexString(System.identityHashCode(this));
  private final Clock clock;
  private AuthenticationSettings settings;
  private Callers callers;
  private Guesses guesses;
  private ServletContext context;

  /** A filter for {@code web.xml}, which reads its settings in {@link #init}. */
  public AuthenticationFilter() {
    this.clock = Clock.systemUTC();
  }

  /** A filter with these settings, by this clock. */
  public AuthenticationFilter(AuthenticationSettings settings, Clock clock) {
    this.settings = Objects.requireNonNull(settings, "settings");
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * Reads the keys file, and the settings unless the filter was made with some.
   *
   * @throws ServletException naming every setting that cannot be used
   */
  @Override
  public void init(FilterConfig config) throws ServletException {
    try {
      if (settings == null) {
        Settings source = Settings.forFilter(config);
        settings = AuthenticationSettings.from(source);
        source.check();
        source.unknownInitParams().forEach(line -> LOG.log(Level.WARNING, line));
      }
      callers = new Callers(settings, clock);
      guesses = new Guesses(clock);
    } catch (InvalidSettingsException e) {
      throw new ServletException(config.getFilterName() + ": " + e.getMessage(), e);
    } catch (BrokenKeysException e) {
      throw new ServletException(
          config.getFilterName() + ": the keys file cannot be used: " + e.getMessage(), e);
    }
    context = config.getServletContext();
    if (callers.needKeys()) {
      // LoopbackFilter may let everyone come this far: nobody without a key comes further.
      context.setAttribute(AuthenticationFilter.class.getName(), true);
    }
  }

  /** Whether an application lets nobody in without a key. */
  static boolean asksForKeys(ServletContext context) {
    return Boolean.TRUE.equals(context.getAttribute(AuthenticationFilter.class.getName()));
  }

  @Override
  public void doFilter(ServletRequest anyRequest, ServletResponse anyResponse, FilterChain chain)
      throws IOException, ServletException {
    // A request that is dispatched again, asynchronously or to an error page, has been here.
    if (!(anyRequest instanceof HttpServletRequest request)
        || !(anyResponse instanceof HttpServletResponse response)
        || request.getAttribute(seen) != null) {
      chain.doFilter(anyRequest, anyResponse);
      return;
    }
    request.setAttribute(seen, true);
    guesses.report();
    try {
      identify(request, callers.viewer(request));
    } catch (InvalidRequestException e) {
      refuse(request, response, e.error());
      return;
    }
    if (FrameCheck.mayOpen(request)) {
      // A key that is taken back, or a token that expires, is none for the next frame either.
      FrameCheck.add(request, (frame, body) -> identify(frame, callers.viewerOfFrame(frame)));
    }
    chain.doFilter(request, response);
  }

  private static void identify(HttpServletRequest request, Viewer viewer) {
    Owner owner = viewer.owner();
    request.setAttribute(Owner.class.getName(), owner);
    request.setAttribute(Viewer.class.getName(), viewer);
    new BodyHolder(owner.tenant(), owner.user()).holds(request);
  }

  private void refuse(HttpServletRequest request, HttpServletResponse response, ApiError error)
      throws IOException {
    if (error.status() == HttpServletResponse.SC_UNAUTHORIZED) {
      response.setHeader("WWW-Authenticate", "Bearer");
    }
    Duration wait =
        callers.isGuess(request, error.code())
            ? guesses.wrong(request.getRemoteAddr())
            : Duration.ZERO;
    if (wait.isZero() || !request.isAsyncSupported()) {
      ErrorResponse.write(request, response, error);
    } else {
      LateRefusal.after(wait, request, response, error);
    }
  }

  /** Tells {@link LoopbackFilter} that keys are asked for no longer. */
  @Override
  public void destroy() {
    guesses.flush();
    if (context != null && callers.needKeys()) {
      context.removeAttribute(AuthenticationFilter.class.getName());
    }
  }
}
