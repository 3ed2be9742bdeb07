package dev.helix.access;

import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
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
final class LateRefusal implements AsyncListener {
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
    context.addListener(new LateRefusal(response, error));
  }

  @Override
  public void onTimeout(AsyncEvent event) throws IOException {
    try {
      ErrorResponse.write(response, error);
    } finally {
      event.getAsyncContext().complete();
    }
  }

  /** The caller left, or the server stops: it ends the request itself. */
  @Override
  public void onError(AsyncEvent event) {}

  @Override
  public void onComplete(AsyncEvent event) {}

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
