package dev.helix.health;

import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.Turns;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How the application is, for balancers and supervisors: {@code GET /health/live} says that it
 * answers at all, {@code GET /health/ready} that it can take turns, for which its store must be
 * reachable and writable and it must not be stopping. {@code damaged} is how often something of a
 * session was found damaged since the start, which the log names.
 *
 * <pre>
 * 200 {"status":"ready"}
 * 200 {"status":"ready","damaged":1}
 * 503 {"error":{"message":"…","type":"server_error","param":null,"code":"storage_unavailable"}}
 * </pre>
 *
 * <p>Safe for use by many threads. The store is asked at most once a second, whoever asks: others
 * get what it said last.
 */
public final class HealthServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1;
  private static final Set<String> METHODS = Set.of("GET", "HEAD", "OPTIONS");
  private static final long NANOS_KNOWN = 1_000_000_000L;

  /** Held by the one who asks the store. */
  private final transient ReentrantLock asking = new ReentrantLock();

  private transient volatile StoreHealth last;

  /** What the store said, with null for all is well, and when, in nanoseconds. */
  private record StoreHealth(ApiError failure, long at) {
    boolean isRecent() {
      return System.nanoTime() - at < NANOS_KNOWN;
    }
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    if (METHODS.contains(request.getMethod())) {
      super.service(request, response);
    } else {
      response.setHeader("Allow", "GET, HEAD, OPTIONS");
      ErrorResponse.write(response, ApiError.methodNotAllowed(request.getMethod(), "GET"));
    }
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader("Cache-Control", "no-store");
    switch (String.valueOf(request.getPathInfo())) {
      case "/live" -> say(response, "\"live\"");
      case "/ready" -> {
        ApiError failure = failure();
        if (failure == null) {
          int damages = sessions().damages();
          say(response, damages == 0 ? "\"ready\"" : "\"ready\",\"damaged\":" + damages);
        } else {
          ErrorResponse.write(response, failure);
        }
      }
      default -> ErrorResponse.write(response, ApiError.nothingAt(request.getRequestURI()));
    }
  }

  private ApiError failure() {
    Turns turns = (Turns) getServletContext().getAttribute(Turns.class.getName());
    return turns.isStopping() ? ErrorMapping.stopping() : storeFailure();
  }

  private ApiError storeFailure() {
    StoreHealth known = last;
    if (known != null && known.isRecent()) {
      return known.failure();
    }
    // Only one thread waits for a store that does not answer; the others give up soon.
    try {
      if (!asking.tryLock(NANOS_KNOWN, TimeUnit.NANOSECONDS)) {
        return ErrorMapping.notReady();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ErrorMapping.stopping();
    }
    try {
      StoreHealth now = last;
      if (now == null || !now.isRecent()) {
        now = new StoreHealth(ask(), System.nanoTime());
        last = now;
      }
      return now.failure();
    } finally {
      asking.unlock();
    }
  }

  private SessionManager sessions() {
    return (SessionManager) getServletContext().getAttribute(SessionManager.class.getName());
  }

  private ApiError ask() {
    try {
      sessions().check();
      return null;
    } catch (SessionException e) {
      ErrorMapping.log("not ready", e);
      return ErrorMapping.notReady(e);
    }
  }

  private static void say(HttpServletResponse response, String status) throws IOException {
    byte[] body = ("{\"status\":" + status + "}").getBytes(StandardCharsets.UTF_8);
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
