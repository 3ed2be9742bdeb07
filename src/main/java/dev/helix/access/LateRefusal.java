package dev.helix.access;

import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.http.ErrorServlet;
import dev.helix.http.UnreadBodyFilter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * An error that is sent after a while, in which no thread waits: the container's time-out of an
 * asynchronous request is the clock. Thread-safe, as it holds nothing but its own request.
 */
final class LateRefusal {
  private final HttpServletResponse response;
  private final ApiError error;

  private LateRefusal(HttpServletResponse response, ApiError error) {
    this.response = response;
    this.error = error;
  }

  /** Makes the request asynchronous and answers it then. */
  static void after(
      Duration wait, HttpServletRequest request, HttpServletResponse response, ApiError error) {
    AsyncContext context = request.startAsync(request, response);
    context.setTimeout(wait.toMillis());
    LateRefusal refusal = new LateRefusal(response, error);
    WhenDue listener = refusal::refuse;
    context.addListener(listener);
  }

  private void refuse(AsyncEvent event) throws IOException {
    AsyncContext context = event.getAsyncContext();
    HttpServletRequest request = (HttpServletRequest) context.getRequest();
    boolean cut = false;
    try {
      ErrorResponse.write(request, response, error);
      cut = isToBeCut(request);
    } finally {
      if (cut) {
        ErrorServlet.failBehind(context);
      } else {
        context.complete();
      }
    }
  }

  /** Whether the connection must be closed, as its caller sends a body for too long. */
  private static boolean isToBeCut(HttpServletRequest request) {
    try {
      UnreadBodyFilter.answeredLate(request);
      return false;
    } catch (IOException slow) {
      return true;
    }
  }

  /**
   * Hears that the time is over. A lambda: WildFly takes each class that implements AsyncListener
   * for one that it has to make.
   */
  @FunctionalInterface
  private interface WhenDue extends AsyncListener {
    @Override
    void onTimeout(AsyncEvent event) throws IOException;

    /** The caller left, or the server stops: it ends the request itself. */
    @Override
    default void onError(AsyncEvent event) {}

    @Override
    default void onComplete(AsyncEvent event) {}

    @Override
    default void onStartAsync(AsyncEvent event) {}
  }
}
