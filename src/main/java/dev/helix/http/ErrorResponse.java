package dev.helix.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Sends an {@link ApiError}: its status and its JSON body. No state. */
public final class ErrorResponse {
  private ErrorResponse() {}

  /**
   * Sends an error in place of what was written so far. Blocks.
   *
   * @throws IllegalStateException if the response is committed: then it is too late for a status
   */
  public static void write(HttpServletResponse response, ApiError error) throws IOException {
    response.resetBuffer();
    byte[] body = error.toJson();
    response.setStatus(error.status());
    if (error.retryAfter() != null) {
      response.setHeader("Retry-After", error.retryAfterSeconds());
    }
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
    // Some containers wait for the rest of the request before they send what they hold.
    response.getOutputStream().close();
  }
}
