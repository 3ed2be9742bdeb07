package dev.helix.openai.conversations;

import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.openai.items.ItemPage;
import dev.helix.openai.request.JsonResource;
import dev.helix.openai.request.TurnEndpoint;
import dev.helix.session.OwnerSeals;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.util.List;
import java.util.Map;

/**
 * {@code /v1/conversations}: OpenAI's Conversations API over the session that {@link
 * dev.helix.filter.ConversationFilter} found for the request.
 *
 * <pre>
 * POST   /v1/conversations                   makes a conversation
 * GET    /v1/conversations/ID                a conversation
 * POST   /v1/conversations/ID                replaces its metadata
 * DELETE /v1/conversations/ID                erases it
 * GET    /v1/conversations/ID/items          its items
 * POST   /v1/conversations/ID/items          adds some
 * GET    /v1/conversations/ID/items/ITEM     one of them
 * DELETE /v1/conversations/ID/items/ITEM     erases it
 * </pre>
 *
 * <p>What is answered is on the disk. Every error is JSON in OpenAI's form. It needs asynchronous
 * support in itself and in all filters before it, and in the servlet context what {@link
 * TurnEndpoint#of} needs. Source: ADR 76. Safe for use by many threads.
 */
public final class ConversationsServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1;

  private transient ConversationsEndpoint endpoint;

  @Override
  public void init() throws ServletException {
    endpoint =
        new ConversationsEndpoint(
            TurnEndpoint.of(getServletContext()),
            TurnEndpoint.needed(getServletContext(), OwnerSeals.class));
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    List<String> path = JsonResource.path(request);
    if (path.isEmpty()) {
      if (JsonResource.allowed(request, response, "POST")) {
        endpoint.create(request, response);
      }
    } else if (path.size() == 1) {
      if (JsonResource.allowed(request, response, "GET, POST, DELETE")) {
        conversation(path.get(0), request, response);
      }
    } else if (path.size() > 3 || !path.get(1).equals("items")) {
      ErrorResponse.write(response, ApiError.nothingAt(request.getRequestURI()));
    } else if (path.size() == 2) {
      if (JsonResource.allowed(request, response, "GET, POST")) {
        items(path.get(0), request, response);
      }
    } else if (JsonResource.allowed(request, response, "GET, DELETE")) {
      item(path.get(0), path.get(2), request, response);
    }
  }

  private void conversation(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    switch (request.getMethod()) {
      case "POST" -> endpoint.update(id, request, response);
      case "DELETE" ->
          JsonResource.tell(response, () -> StoredConversation.of(id, request).delete());
      default -> JsonResource.tell(response, () -> StoredConversation.of(id, request).told());
    }
  }

  private void items(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getMethod().equals("POST")) {
      endpoint.add(id, request, response);
      return;
    }
    JsonResource.tell(
        response,
        () -> {
          StoredConversation conversation = StoredConversation.of(id, request);
          return ItemPage.of(request).of(endpoint.sealed(conversation.items(), request));
        });
  }

  private void item(
      String id, String item, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getMethod().equals("DELETE")) {
      endpoint.deleteItem(id, item, request, response);
      return;
    }
    JsonResource.tell(
        response,
        () -> {
          Map<String, Object> found = StoredConversation.of(id, request).item(item);
          return endpoint.sealed(List.of(found), request).get(0);
        });
  }
}
