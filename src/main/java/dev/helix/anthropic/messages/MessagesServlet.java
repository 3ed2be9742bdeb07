package dev.helix.anthropic.messages;

import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.openai.request.TurnEndpoint;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;

/**
 * {@code /v1/messages}: Anthropic's Messages API over the session that {@link
 * dev.helix.filter.ConversationFilter} found for the request.
 *
 * <pre>
 * POST /v1/messages                  answers, streamed or whole
 * POST /v1/messages/count_tokens     estimates the tokens of such a request
 * </pre>
 *
 * <p>{@code message_stop}, or the body of a whole answer, is sent when question and answer are
 * forced to disk. Every error is JSON in Anthropic's form. It needs asynchronous support in itself
 * and in all filters before it, and in the servlet context what {@link TurnEndpoint} needs. Source:
 * ADR 78. Safe for use by many threads.
 */
public final class MessagesServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1;

  private transient MessagesEndpoint endpoint;

  @Override
  public void init() throws ServletException {
    endpoint = new MessagesEndpoint(TurnEndpoint.of(getServletContext()));
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String behind = request.getPathInfo();
    String path = behind == null ? "" : behind.replaceFirst("/$", "");
    boolean counts = path.equals("/count_tokens");
    if (!counts && !path.isEmpty()) {
      ErrorResponse.write(request, response, ApiError.nothingAt(request.getRequestURI()));
    } else if (!request.getMethod().equals("POST")) {
      response.setHeader("Allow", "POST");
      ErrorResponse.write(
          request, response, ApiError.methodNotAllowed(request.getMethod(), "POST"));
    } else if (counts) {
      endpoint.count(request, response);
    } else {
      endpoint.create(request, response);
    }
  }
}
