package dev.helix.openai.conversations;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.items.CallCheck;
import dev.helix.openai.items.Compactions;
import dev.helix.openai.items.ItemNote;
import dev.helix.openai.items.PathItems;
import dev.helix.openai.request.JsonBytes;
import dev.helix.session.Erasing;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.text.Json;
import dev.helix.transcript.Transcript;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A conversation as the Conversations API tells it: a session that has a conversation id, and the
 * items of its current path. Its metadata are a note of the session. Immutable.
 *
 * @param state what was stored when the request came
 */
record StoredConversation(SessionManager sessions, SessionState state) {
  private static final String METADATA = "openai-metadata";

  /**
   * The conversation that a request is about.
   *
   * @param id as it stands in the request's path
   * @throws InvalidRequestException 404 if there is none, or it is another owner's
   */
  static StoredConversation of(String id, HttpServletRequest request)
      throws InvalidRequestException {
    if (request.getAttribute(SessionState.class.getName()) instanceof SessionState state
        && id.equals(state.conversationId())) {
      return new StoredConversation(
          (SessionManager) request.getAttribute(SessionManager.class.getName()), state);
    }
    throw unknown(id);
  }

  private static InvalidRequestException unknown(String id) {
    return notFound("Conversation with id '" + CallCheck.shown(id) + "' not found.");
  }

  private static InvalidRequestException notFound(String message) {
    return new InvalidRequestException(
        new ApiError(404, message, "invalid_request_error", null, null));
  }

  String id() {
    return state.conversationId();
  }

  SessionId session() {
    return state.sessionId();
  }

  /** The conversation object. */
  Map<String, Object> told() {
    return told(metadata());
  }

  private Map<String, Object> told(Map<String, Object> metadata) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("id", id());
    told.put("object", "conversation");
    told.put("created_at", state.createdAt().getEpochSecond());
    told.put("metadata", metadata);
    return told;
  }

  private Map<String, Object> metadata() {
    Map<String, Object> metadata = new LinkedHashMap<>();
    Optional<String> note = sessions.getContext(session(), METADATA);
    try {
      JsonNode json = Json.MAPPER.readTree(note.orElse("{}"));
      json.properties().forEach(pair -> metadata.put(pair.getKey(), pair.getValue().asText()));
    } catch (IOException e) {
      throw new SessionException("the note " + METADATA + " of " + session() + " is no JSON", e);
    }
    return metadata;
  }

  /** Replaces the metadata, on the disk on return; the conversation object with them. */
  Map<String, Object> withMetadata(Map<String, Object> metadata) {
    String json = new String(JsonBytes.of(metadata), StandardCharsets.UTF_8);
    sessions.saveContext(session(), METADATA, json);
    return told(metadata);
  }

  /** Deletes all of it. */
  Map<String, Object> delete() throws InvalidRequestException {
    if (!sessions.delete(session())) {
      throw unknown(id());
    }
    Map<String, Object> deleted = new LinkedHashMap<>();
    deleted.put("id", id());
    deleted.put("object", "conversation.deleted");
    deleted.put("deleted", true);
    return deleted;
  }

  /** The items of the current path, the oldest first, without what is still being answered. */
  List<Map<String, Object>> items() {
    return PathItems.of(path()).items();
  }

  private List<Message> path() {
    Transcript transcript = sessions.transcript(session());
    return transcript.pathTo(transcript.currentEnd(true)).stream()
        .filter(message -> !message.isAssistant() || Transcript.leads(message))
        .toList();
  }

  /** One of them. */
  Map<String, Object> item(String itemId) throws InvalidRequestException {
    return items().stream()
        .filter(item -> itemId.equals(item.get("id")))
        .findFirst()
        .orElseThrow(() -> noItem(itemId));
  }

  private InvalidRequestException noItem(String itemId) {
    return notFound(
        "Item with id '"
            + CallCheck.shown(itemId)
            + "' not found in conversation '"
            + CallCheck.shown(id())
            + "'.");
  }

  /** Whether one of them stands in a message with others. */
  boolean isAmongOthers(String itemId, Compactions own) {
    return path().stream()
        .anyMatch(
            message -> has(message, itemId) && AddedMessages.rest(message, itemId, own) != null);
  }

  private static boolean has(Message message, String itemId) {
    return PathItems.of(List.of(message)).items().stream()
        .anyMatch(item -> itemId.equals(item.get("id")));
  }

  /**
   * Erases one of them; the conversation object. One that is {@linkplain #isAmongOthers among
   * others} must be erased in the order of turns, as others may be joining it.
   */
  Map<String, Object> deleteItem(String itemId, Compactions own) throws InvalidRequestException {
    Erasing erasing = erasing(path(), itemId, own);
    if (erasing.ids().isEmpty() || sessions.erase(session(), erasing).isEmpty()) {
      throw noItem(itemId);
    }
    return told();
  }

  private static Erasing erasing(List<Message> path, String itemId, Compactions own) {
    Set<String> nodes = new HashSet<>();
    Map<String, Message> rests = new HashMap<>();
    Message stays = null;
    boolean ends = false;
    for (Message message : path) {
      boolean has = has(message, itemId);
      Message rest = has ? AddedMessages.rest(message, itemId, own) : null;
      if (rest != null) {
        rests.put(message.id(), rest);
      }
      if (has || ItemNote.isShownBy(message, itemId)) {
        nodes.add(message.id());
      }
      ends = nodes.contains(message.id()) && rest == null;
      stays = ends || message.isErased() ? stays : message;
    }
    if (ends && stays != null && !Transcript.leads(stays)) {
      // Without its answer a question would be on no path.
      nodes.add(stays.id());
      rests.put(stays.id(), stays.as(stays.element().asAdded()));
    }
    return new Erasing(nodes, rests);
  }
}
