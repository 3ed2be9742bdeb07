package dev.helix.openai.responses;

import dev.helix.backend.FirstModel;
import dev.helix.http.ApiError;
import dev.helix.http.BodyBudget;
import dev.helix.http.ErrorResponse;
import dev.helix.http.FrameCheck;
import dev.helix.openai.background.Background;
import dev.helix.openai.request.JsonResource;
import dev.helix.openai.request.TurnEndpoint;
import dev.helix.openai.socket.Sockets;
import dev.helix.session.OwnerSeals;
import dev.helix.turn.Turns;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.util.List;

/**
 * {@code /v1/responses}: OpenAI's Responses API over the session that {@link
 * dev.helix.filter.ConversationFilter} found for the request.
 *
 * <pre>
 * POST   /v1/responses                   makes a response, streamed or whole
 * GET    /v1/responses                   opens a WebSocket, whose frames make responses
 * POST   /v1/responses/input_tokens      about how many tokens it would be asked with
 * POST   /v1/responses/compact           a summary in place of what it would be asked with
 * GET    /v1/responses/ID                a stored response, or its events with ?stream=true
 * POST   /v1/responses/ID/cancel         ends it, where it is made in the background
 * GET    /v1/responses/ID/input_items    what it was asked
 * DELETE /v1/responses/ID                erases it
 * </pre>
 *
 * <p>{@code response.completed}, or the body of a whole response, is sent when question and answer
 * are forced to disk. Every error is JSON in OpenAI's form. It needs asynchronous support in itself
 * and in all filters before it, and {@link Turns}, a {@link BodyBudget} and {@link OwnerSeals} in
 * the servlet context; a {@link FirstModel} there is asked where a request names no model. Source:
 * ADR 73. Safe for use by many threads.
 */
public final class ResponsesServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1;

  private transient ResponsesEndpoint endpoint;

  /** Null where the application has none. */
  private transient Sockets sockets;

  private transient TriedResponses tried;
  private transient StoredResponses stored;

  @Override
  public void init() throws ServletException {
    TurnEndpoint turns = TurnEndpoint.of(getServletContext());
    Object settings = getServletContext().getAttribute(ResponseSettings.class.getName());
    OwnerSeals seals = TurnEndpoint.needed(getServletContext(), OwnerSeals.class);
    BackgroundResponses background =
        new BackgroundResponses(
            turns.turns(), seals, Background.of(getServletContext()).orElse(null));
    endpoint =
        new ResponsesEndpoint(
            turns,
            settings == null ? ResponseSettings.DEFAULT : (ResponseSettings) settings,
            seals,
            background);
    sockets = Sockets.of(getServletContext()).orElse(null);
    tried = new TriedResponses(turns, endpoint);
    stored = new StoredResponses(turns.turns(), seals, background);
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    List<String> path = JsonResource.path(request);
    if (path.isEmpty() && sockets != null && FrameCheck.mayOpen(request)) {
      sockets.open(request, response, endpoint.ofSocket(request));
    } else if (path.isEmpty()) {
      if (JsonResource.allowed(request, response, "POST")) {
        endpoint.create(request, response);
      }
    } else if (path.size() == 1 && path.get(0).equals("input_tokens")) {
      if (JsonResource.allowed(request, response, "POST")) {
        tried.count(request, response);
      }
    } else if (path.size() == 1 && path.get(0).equals("compact")) {
      if (JsonResource.allowed(request, response, "POST")) {
        tried.compact(request, response);
      }
    } else if (path.size() == 1) {
      if (JsonResource.allowed(request, response, "GET, DELETE")) {
        stored.answer(path.get(0), request, response);
      }
    } else if (path.size() == 2 && path.get(1).equals("input_items")) {
      if (JsonResource.allowed(request, response, "GET")) {
        stored.inputItems(path.get(0), request, response);
      }
    } else if (path.size() == 2 && path.get(1).equals("cancel")) {
      if (JsonResource.allowed(request, response, "POST")) {
        stored.cancel(path.get(0), request, response);
      }
    } else {
      ErrorResponse.write(response, ApiError.nothingAt(request.getRequestURI()));
    }
  }
}
