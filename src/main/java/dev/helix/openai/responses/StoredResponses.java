package dev.helix.openai.responses;

import dev.helix.filter.ConversationFilter;
import dev.helix.filter.NamedResponse;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.items.Included;
import dev.helix.openai.items.ItemPage;
import dev.helix.openai.items.PathItems;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.request.JsonResource;
import dev.helix.session.OwnerSeals;
import dev.helix.session.SessionId;
import dev.helix.session.SessionLook;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.StoredAnswer;
import dev.helix.text.Json;
import dev.helix.transcript.Transcript;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What is read and erased of responses that are stored. Safe for use by many threads. */
final class StoredResponses {
  private final Turns turns;
  private final OwnerSeals seals;
  private final BackgroundResponses background;

  StoredResponses(Turns turns, OwnerSeals seals, BackgroundResponses background) {
    this.turns = turns;
    this.seals = seals;
    this.background = background;
  }

  /** {@code GET} and {@code DELETE} of a response. */
  void answer(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getMethod().equals("DELETE")) {
      show(id, request, response, look -> delete(id, look, request));
      return;
    }
    JsonResource.tell(
        response,
        () -> {
          if ("true".equals(request.getParameter("stream"))) {
            background.stream(id, finder(id, request), request, response);
            return null;
          }
          boolean included = Included.of(request).reasoning();
          return CurrentResponse.read(turns, finder(id, request))
              .orElseThrow(() -> CurrentResponse.unknown(id))
              .object(thoughts(seals, request), included);
        });
  }

  /** The items that a response was asked. */
  void inputItems(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    show(
        id,
        request,
        response,
        look -> {
          ItemPage page = ItemPage.of(request);
          return sealed(page.of(PathItems.of(find(id, look, request).asked()).items()), request);
        });
  }

  /** A list of items, with what was thought sealed in them where the request includes that. */
  private Map<String, Object> sealed(Map<String, Object> list, HttpServletRequest request)
      throws InvalidRequestException {
    boolean included = Included.of(request).reasoning();
    thoughts(seals, request).where(included).addTo((List<?>) list.get("data"));
    return list;
  }

  /** What a model thought and who asks may take along. */
  static SealedThoughts thoughts(OwnerSeals seals, HttpServletRequest request) {
    return new SealedThoughts(seals, ConversationFilter.owner(request));
  }

  /** {@code POST} to end a response that is made in the background. */
  void cancel(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    JsonResource.tell(
        response, () -> background.cancel(id, finder(id, request), request, response));
  }

  private static Map<String, Object> delete(String id, SessionLook look, HttpServletRequest request)
      throws InvalidRequestException {
    StoredAnswer answer = find(id, look, request);
    Set<String> nodes = own(answer, look.transcript());
    look.close(); // Erasing reads for itself.
    SessionId session = session(id, request).sessionId();
    if (!manager(request).erase(session, nodes).contains(answer.message().id())) {
      throw CurrentResponse.unknown(id);
    }
    Map<String, Object> deleted = new LinkedHashMap<>();
    deleted.put("id", id);
    deleted.put("object", "response");
    deleted.put("deleted", true);
    return deleted;
  }

  /** All that has the response's id, and of what it was asked all that nothing else answers. */
  private static Set<String> own(StoredAnswer answer, Transcript transcript) {
    String response = answer.message().element().responseId();
    Map<String, Set<String>> below = new HashMap<>();
    Set<String> own = new HashSet<>();
    for (Message message : transcript.messages()) {
      below.computeIfAbsent(message.parentId(), none -> new HashSet<>()).add(message.id());
      if (response.equals(message.element().responseId())) {
        own.add(message.id());
      }
    }
    List<Message> asked = answer.asked();
    for (int i = asked.size() - 1; i >= 0; i--) {
      String id = asked.get(i).id();
      if (!own.containsAll(below.getOrDefault(id, Set.of()))) {
        break;
      }
      own.add(id);
    }
    return own;
  }

  private static StoredAnswer find(String id, SessionLook look, HttpServletRequest request)
      throws InvalidRequestException {
    return NamedResponse.of(request)
        .flatMap(named -> look.answer(named.id().nodeEnd()))
        .orElseThrow(() -> CurrentResponse.unknown(id));
  }

  /** Reads what is stored of a response; it does not need the request any more. */
  private static Supplier<Optional<StoredAnswer>> finder(String id, HttpServletRequest request)
      throws InvalidRequestException {
    SessionId session = session(id, request).sessionId();
    SessionManager sessions = manager(request);
    Optional<NamedResponse> named = NamedResponse.of(request);
    return () -> named.flatMap(response -> sessions.answer(session, response.id().nodeEnd()));
  }

  private static SessionState session(String id, HttpServletRequest request)
      throws InvalidRequestException {
    if (request.getAttribute(SessionState.class.getName()) instanceof SessionState state) {
      return state;
    }
    throw CurrentResponse.unknown(id);
  }

  private static SessionManager manager(HttpServletRequest request) {
    return (SessionManager) request.getAttribute(SessionManager.class.getName());
  }

  /** What a look at the session shows, or why there is nothing to tell. */
  @FunctionalInterface
  private interface Showing {
    Map<String, Object> of(SessionLook look) throws InvalidRequestException;
  }

  private static void show(
      String id, HttpServletRequest request, HttpServletResponse response, Showing showing)
      throws IOException {
    JsonResource.send(
        response,
        () -> {
          // Closed before it is sent: whoever takes it may be slow.
          try (SessionLook look = manager(request).look(session(id, request).sessionId())) {
            return Json.MAPPER.writeValueAsBytes(showing.of(look));
          }
        });
  }
}
