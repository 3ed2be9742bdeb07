package dev.helix.http;

import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Sends an {@link ApiError}: its status and its JSON body. No state. */
public final class ErrorResponse {
  private ErrorResponse() {}

  /**
   * Sends an error in place of what was written so far, in OpenAI's form. Blocks.
   *
   * @throws IllegalStateException if the response is committed: then it is too late for a status
   */
  public static void write(HttpServletResponse response, ApiError error) throws IOException {
    write(response, error, ErrorForm.OPENAI);
  }

  /**
   * Sends an error as {@link #write(HttpServletResponse, ApiError)}, in the form of its request.
   */
  public static void write(HttpServletRequest request, HttpServletResponse response, ApiError error)
      throws IOException {
    write(response, error, ErrorForm.of(request));
  }

  private static void write(HttpServletResponse response, ApiError error, ErrorForm form)
      throws IOException {
    response.resetBuffer();
    byte[] body = form.json(error);
    response.setStatus(error.status());
    if (error.retryAfter() != null) {
      response.setHeader("Retry-After", error.retryAfterSeconds());
    }
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
    if (isCatalinas(response)) {
      response.flushBuffer();
    } else {
      // Some containers wait for the rest of the request before they send what they hold.
      response.getOutputStream().close();
    }
  }

  /** Tomcat closes the request's body with the response, whose rest could not be read then. */
  private static boolean isCatalinas(ServletResponse response) {
    ServletResponse inner = response;
    while (inner instanceof ServletResponseWrapper wrapper) {
      inner = wrapper.getResponse();
    }
    return inner.getClass().getName().startsWith("org.apache.catalina.");
  }
}
