package dev.helix.access;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.filter.ConversationFilter;
import dev.helix.http.ErrorResponse;
import dev.helix.session.Owner;
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
import java.util.Objects;

/**
 * A servlet filter that finds out for whom a request speaks, and refuses it where that must be
 * proved and is not. Behind it a request has the attribute {@link Owner}, named by its class, which
 * {@link ConversationFilter} looks sessions up for; so this filter comes before that one.
 *
 * <pre>
 * POST /v1/chat/completions HTTP/1.1          HTTP/1.1 401 Unauthorized
 * Authorization: Bearer wrong          →      WWW-Authenticate: Bearer
 *                                             {"error":{…,"code":"invalid_api_key"}}
 * </pre>
 *
 * <p>With a keys file every request needs a key of it, else it gets 401 {@code invalid_api_key}.
 * With a secret for Open WebUI's tokens a bad {@code X-OpenWebUI-User-Jwt} gets 401 {@code
 * invalid_user_token}, and a request without one gets 401 {@code user_token_required}, unless its
 * key is a service's or it is a {@code GET} or {@code HEAD} of {@code /v1/models} or {@code
 * /v1/models/ID}, below the context path. Where {@code X-OpenWebUI-User-Id} is trusted, one that
 * makes no sense gets 400 {@code invalid_user_id}. A header with an empty value is absent; one
 * given twice is wrong.
 *
 * <p>The tenant is the key's, else the container's principal; the user is the token's, else the
 * trusted header's, else the principal where the tenant came from a key. Source: specification
 * section 1.
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
  private ServletContext context;

  /** A filter for {@code web.xml}, which reads its settings from its init-params and so on. */
  public AuthenticationFilter() {
    this.clock = Clock.systemUTC();
  }

  /** A filter with these settings, by this clock. */
  public AuthenticationFilter(AuthenticationSettings settings, Clock clock) {
    this.settings = Objects.requireNonNull(settings, "settings");
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * Reads the settings, unless the filter was made with some, and the keys file.
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
    Owner owner;
    try {
      owner = callers.owner(request);
    } catch (RefusedCallerException e) {
      if (e.error().status() == HttpServletResponse.SC_UNAUTHORIZED) {
        response.setHeader("WWW-Authenticate", "Bearer");
      }
      ErrorResponse.write(response, e.error());
      return;
    }
    request.setAttribute(Owner.class.getName(), owner);
    chain.doFilter(request, response);
  }

  /** From now on nobody is let in for a key. */
  @Override
  public void destroy() {
    if (context != null && callers.needKeys()) {
      context.removeAttribute(AuthenticationFilter.class.getName());
    }
  }
}
