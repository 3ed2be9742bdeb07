package dev.helix.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;

/**
 * The web application's error page, and the answer to every path that no other servlet has: an
 * error in JSON. It serves no files. Thread-safe.
 */
public final class ErrorServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1;

  private static final String PATH = "/error";
  private static final String CUT = "dev.helix.cut";

  /** A failure without a trace: nothing in the server's code is wrong. */
  private static final class Missing extends ServletException {
    @Serial private static final long serialVersionUID = 1;

    Missing() {
      super("the answer broke off, and so does the response");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  /**
   * Ends an asynchronous request, whose response has begun, in a failure of this servlet. Some
   * servers close the connection then.
   */
  public static void failBehind(AsyncContext async) {
    async.getRequest().setAttribute(CUT, true);
    async.dispatch(PATH);
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    if (response.isCommitted()) {
      if (request.getAttribute(CUT) != null
          && request.getDispatcherType() == DispatcherType.ASYNC) {
        throw new Missing();
      }
      return; // There is no place for another answer.
    }
    Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
    ErrorResponse.write(
        request,
        response,
        status instanceof Integer code
            ? error(code, (Throwable) request.getAttribute(RequestDispatcher.ERROR_EXCEPTION))
            : ApiError.nothingAt(request.getRequestURI()));
  }

  private static ApiError error(int code, Throwable cause) {
    int status = code < 400 || code > 599 ? 500 : code;
    return switch (status) {
      case 404 -> plain(404, "There is nothing here.", "not_found");
      case 405 -> plain(405, "The method is not allowed here.", "method_not_allowed");
      case 413 -> plain(413, "The request is too large.", "request_too_large");
      case 415 -> plain(415, "The media type is not supported.", "unsupported_media_type");
      case 500 -> ApiError.of(cause);
      case 503 ->
          new ApiError(503, "The server is not available.", "server_error", null, "unavailable");
      default -> plain(status, "The server refused the request: status " + status + ".", null);
    };
  }

  private static ApiError plain(int status, String message, String code) {
    String type = status < 500 ? "invalid_request_error" : "server_error";
    return new ApiError(status, message, type, null, code);
  }
}
