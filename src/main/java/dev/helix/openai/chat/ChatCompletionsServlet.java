package dev.helix.openai.chat;

import dev.helix.backend.FirstModel;
import dev.helix.http.ApiError;
import dev.helix.http.BodyBudget;
import dev.helix.http.ErrorResponse;
import dev.helix.openai.request.TurnEndpoint;
import dev.helix.turn.Turns;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;

/**
 * {@code POST /v1/chat/completions}: answers a chat completion as OpenAI does, streamed or whole,
 * and records question and answer in the session that {@link dev.helix.filter.ConversationFilter}
 * found for the request.
 *
 * <pre>
 * POST /v1/chat/completions HTTP/1.1            HTTP/1.1 200 OK
 * Content-Type: application/json                X-Session-ID: conv-trip-to-rome
 * X-Conversation-ID: trip-to-rome         →     X-Conversation-ID: trip-to-rome
 *                                               Content-Type: text/event-stream
 * {"model": "llama3.2", "stream": true,
 *  "messages": [{"role": "user",                data: {"choices":[{"delta":{"content":"Take"}}]}
 *    "content": "What shall I pack?"}]}         …
 *                                               data: [DONE]
 * </pre>
 *
 * <p>{@code [DONE]}, or the body of a whole answer, is sent when question and answer are forced to
 * disk. Every error is JSON in OpenAI's form. It needs asynchronous support in itself and in all
 * filters before it, and {@link Turns} and a {@link BodyBudget} in the servlet context; a {@link
 * FirstModel} there is asked where a request names no model. Source: Specification sections 3 and
 * 6. Safe for use by many threads.
 */
public final class ChatCompletionsServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1;

  private transient ChatEndpoint endpoint;

  @Override
  public void init() throws ServletException {
    endpoint = new ChatEndpoint(TurnEndpoint.of(getServletContext()));
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String behind = request.getPathInfo();
    if (behind != null && !behind.equals("/")) {
      ErrorResponse.write(response, ApiError.nothingAt(request.getRequestURI()));
    } else if (request.getMethod().equals("POST")) {
      endpoint.chat(request, response);
    } else {
      response.setHeader("Allow", "POST");
      ErrorResponse.write(response, ApiError.methodNotAllowed(request.getMethod(), "POST"));
    }
  }
}
