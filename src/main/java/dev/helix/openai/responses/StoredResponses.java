package dev.helix.openai.responses;

import dev.helix.filter.NamedResponse;
import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.http.InvalidRequestException;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.StoredAnswer;
import dev.helix.text.Json;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What is read and erased of responses that are stored. Safe for use by many threads. */
final class StoredResponses {
  private final Turns turns;

  StoredResponses(Turns turns) {
    this.turns = turns;
  }

  /** {@code GET} and {@code DELETE} of a response. */
  void answer(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    tell(
        response,
        () -> {
          StoredAnswer answer = find(id, request);
          if (request.getMethod().equals("DELETE")) {
            return delete(id, answer, request);
          }
          if ("true".equals(request.getParameter("stream"))) {
            throw unknown(id); // Only what runs in the background has a log of its events.
          }
          return ResponseObject.stored(
              answer.message(), turns.isRunning(answer.message().id()));
        });
  }

  /** The items that a response was asked. */
  void inputItems(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    tell(
        response,
        () -> {
          ItemPage page = ItemPage.of(request);
          return page.of(InputItems.of(find(id, request).asked()));
        });
  }

  private static Map<String, Object> delete(
      String id, StoredAnswer answer, HttpServletRequest request) throws InvalidRequestException {
    if (!manager(request).eraseAnswer(session(id, request).sessionId(), answer)) {
      throw unknown(id);
    }
    Map<String, Object> deleted = new LinkedHashMap<>();
    deleted.put("id", id);
    deleted.put("object", "response");
    deleted.put("deleted", true);
    return deleted;
  }

  private static StoredAnswer find(String id, HttpServletRequest request)
      throws InvalidRequestException {
    Object named = request.getAttribute(NamedResponse.class.getName());
    if (!(named instanceof NamedResponse response)) {
      throw unknown(id);
    }
    Optional<StoredAnswer> answer =
        manager(request).answer(session(id, request).sessionId(), response.id().nodeEnd());
    return answer.orElseThrow(() -> unknown(id));
  }

  private static SessionState session(String id, HttpServletRequest request)
      throws InvalidRequestException {
    if (request.getAttribute(SessionState.class.getName()) instanceof SessionState state) {
      return state;
    }
    throw unknown(id);
  }

  private static SessionManager manager(HttpServletRequest request) {
    return (SessionManager) request.getAttribute(SessionManager.class.getName());
  }

  private static InvalidRequestException unknown(String id) {
    return new InvalidRequestException(
        new ApiError(
            404, "Response with id '" + id + "' not found.", "invalid_request_error", null, null));
  }

  /** What is told of stored responses, or why there is nothing to tell. */
  @FunctionalInterface
  private interface Telling {
    Map<String, Object> of() throws InvalidRequestException;
  }

  private static void tell(HttpServletResponse response, Telling telling) throws IOException {
    byte[] body;
    try {
      body = Json.MAPPER.writeValueAsBytes(telling.of());
    } catch (InvalidRequestException e) {
      ErrorResponse.write(response, e.error());
      return;
    } catch (SessionException e) {
      ErrorResponse.write(response, ErrorMapping.of(e));
      return;
    }
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
