package dev.helix.http;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/**
 * A filter before all others for servers that read the rest of a body, which nobody has read, on
 * the request's thread and as slowly as it is sent: Tomcat. A few such senders are waited for, for
 * ten seconds; the connections of others are closed. On other servers it does nothing. Thread-safe.
 */
public final class UnreadBodyFilter implements Filter {
  private static final String NAME = UnreadBodyFilter.class.getName();

  /** Of these nobody reads a body; some are answered when this filter has returned. */
  private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD", "OPTIONS", "DELETE");

  /** Half of what is read on, in bytes. */
  private static final long LIMIT = 1 << 20;

  private static final int SENDERS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final BodyBudget budget = new BodyBudget(1, SENDERS, PATIENCE);
  private boolean needed;

  @Override
  public void init(FilterConfig config) {
    needed = RefusedBody.isReadByServer(config.getServletContext());
  }

  @Override
  public void doFilter(ServletRequest anyRequest, ServletResponse anyResponse, FilterChain chain)
      throws IOException, ServletException {
    if (!needed
        || !(anyRequest instanceof HttpServletRequest request)
        || !(anyResponse instanceof HttpServletResponse response)
        || !hasBody(request)) {
      chain.doFilter(anyRequest, anyResponse);
      return;
    }
    if (WITHOUT_BODY.contains(request.getMethod()) && !RefusedBody.readOn(request, LIMIT, budget)) {
      ErrorResponse.write(request, response, RequestBodyException.tooSlow().error());
      RefusedBody.cut(request);
    }
    request.setAttribute(NAME, this);
    chain.doFilter(request, response);
    if (!request.isAsyncStarted() && !request.getInputStream().isFinished()) {
      response.flushBuffer();
      RefusedBody.discard(request, LIMIT, budget);
    }
  }

  /** Whether something may come that the server would wait for. */
  private static boolean hasBody(HttpServletRequest request) {
    return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
  }

  /**
   * Does the same for a request that was answered when this filter had returned, before it is
   * completed. Blocks.
   *
   * @throws IOException if the connection must be closed
   */
  public static void answeredLate(HttpServletRequest request) throws IOException {
    if (request.getAttribute(NAME) instanceof UnreadBodyFilter before) {
      RefusedBody.discard(request, LIMIT, before.budget);
    }
  }
}
