package dev.helix.filter;

import dev.helix.filter.ChatBody.Shape;
import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.session.OwnerScope;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/**
 * Which session a request of the Responses API has. What another owner has is to an asker as if it
 * were not there: the answer is the same, and so is what the store is asked. Thread-safe.
 */
final class ResponseSessions {
  private static final String INVALID = "invalid_request_error";

  private final SessionManager manager;
  private final OwnerScope scope;
  private final ConversationFields fields;
  private final boolean recordUnstored;

  /**
   * The sessions of a manager.
   *
   * @param fields the configured ones; those of the API itself mean what they do in it
   * @param recordUnstored whether a conversation that is named is made also for what is not kept
   */
  ResponseSessions(
      SessionManager manager, OwnerScope scope, ConversationFields fields, boolean recordUnstored) {
    this.recordUnstored = recordUnstored;
    this.manager = manager;
    this.scope = scope;
    this.fields = fields.without(ResponsesBody.PREVIOUS, ResponsesBody.CONVERSATION);
  }

  /**
   * What a request says, and its session.
   *
   * @param said what its headers say
   * @param body null where nobody looked at it
   * @throws InvalidRequestException if it names what is not there, or two conversations
   */
  Found find(ResponsesPath path, Conversation said, byte[] body, HttpServletRequest request)
      throws InvalidRequestException {
    if (path.kind() == ResponsesPath.Kind.BEGINS) {
      return conversing(ResponseId.newConversation(), said, true, request);
    }
    if (path.kind() == ResponsesPath.Kind.CONVERSES) {
      return conversing(path.id(), said, false, request);
    }
    if (!path.hasBody()) {
      return ofResponse(path.id(), fields.orOfPath(said, null, request), request);
    }
    Conversation named = fields.orOfPath(said, body, request);
    ResponsesBody says = body == null ? null : ResponsesBody.read(body).orElse(null);
    if (says == null) {
      return new Found(named, ofConversation(named.id(), request).orElse(null), null);
    }
    if (!says.clear()) {
      return new Found(named, null, null);
    }
    if (says.previous() != null) {
      return following(says.previous(), said, named, request);
    }
    if (says.conversation() != null) {
      return goingOn(says.conversation(), said, request);
    }
    boolean makes = path.kind() == ResponsesPath.Kind.MAKES;
    Shape shape =
        makes && Attachment.mayBePrompt(named, body, request)
            ? ResponsesPrompt.shape(body, named.id() != null)
            : Shape.TURN;
    boolean recorded = says.kept() || (recordUnstored && named.id() != null);
    boolean made = recorded && makes && shape != Shape.PROMPT;
    return Attachment.found(named, shape, session(named, made, request));
  }

  /** The session of the response in the path, which decides whatever else the request names. */
  private Found ofResponse(String text, Conversation named, HttpServletRequest request) {
    Optional<ResponseId> id = ResponseId.parse(text);
    Optional<SessionState> state = id.flatMap(known -> stored(known, named, request));
    return state.isEmpty()
        ? new Found(named, null, null)
        : found(named, state.get(), new NamedResponse(id.get(), false));
  }

  /**
   * The session of the response that the new one follows.
   *
   * @param said what the headers say, and {@code named} what the configured fields or the path do
   *     where these say nothing
   */
  private Found following(
      String text, Conversation said, Conversation named, HttpServletRequest request)
      throws InvalidRequestException {
    Optional<ResponseId> id = ResponseId.parse(text);
    Optional<SessionState> state = id.flatMap(known -> stored(known, named, request));
    if (state.isEmpty()) {
      throw new InvalidRequestException(
          "previous_response_not_found",
          ResponsesBody.PREVIOUS,
          "Previous response with id '" + IdRules.shown(text) + "' not found.");
    }
    if (said.id() != null && !said.id().equals(state.get().conversationId())) {
      throw mismatch(ResponsesBody.PREVIOUS, "is a response of");
    }
    return found(named, state.get(), new NamedResponse(id.get(), true));
  }

  /** What was found of a response, without a conversation id that is not its session's. */
  private static Found found(Conversation named, SessionState state, NamedResponse response) {
    boolean its = named.id() != null && named.id().equals(state.conversationId());
    return new Found(its ? named : new Conversation(null, null, named.task()), state, response);
  }

  private Found goingOn(String id, Conversation said, HttpServletRequest request)
      throws InvalidRequestException {
    if (said.id() != null && !said.id().equals(id)) {
      throw mismatch(ResponsesBody.CONVERSATION, "names");
    }
    Optional<SessionState> state =
        id.isEmpty() || !IdRules.isId(id) ? Optional.empty() : stored(id, request);
    if (state.isEmpty()) {
      String message = "Conversation with id '" + IdRules.shown(id) + "' not found.";
      throw new InvalidRequestException(new ApiError(404, message, INVALID, null, null));
    }
    Conversation conversation =
        said.id() != null
            ? said
            : said.named(id, ConversationHeaders.messageIds(request), ResponsesBody.CONVERSATION);
    return new Found(conversation, state.get(), null);
  }

  /** The session of the conversation that a request is about, whatever else it names. */
  private Found conversing(String id, Conversation said, boolean made, HttpServletRequest request) {
    Conversation none = new Conversation(null, null, said.task());
    Optional<SessionState> state =
        IdRules.isId(id)
            ? ofConversation(id, request)
                .filter(found -> made || found.status() != SessionStatus.NEW)
            : Optional.empty();
    return state
        .map(found -> new Found(none.named(id, none.messageIds(), null), found, null))
        .orElseGet(() -> new Found(none, null, null));
  }

  private static InvalidRequestException mismatch(String field, String does) {
    return new InvalidRequestException(
        "conversation_mismatch",
        field,
        "'"
            + field
            + "' "
            + does
            + " another conversation than a header of the request names: send one of the two, or"
            + " the same conversation in both.");
  }

  /**
   * The session of a request that names no response and no conversation of the API.
   *
   * @param made whether there may be one of which nothing is stored
   */
  private SessionState session(Conversation named, boolean made, HttpServletRequest request) {
    if (named.id() != null) {
      return ofConversation(named.id(), request)
          .filter(state -> made || state.status() != SessionStatus.NEW)
          .orElse(null);
    }
    // Under a first message, what is stored would be sent to whoever begins alike.
    boolean own = made && named.task() == null;
    return own ? manager.randomSession(Attachment.owner(request)) : null;
  }

  private Optional<SessionState> stored(
      ResponseId id, Conversation named, HttpServletRequest request) {
    return switch (id.form()) {
      case 's' -> manager.ownSession(Attachment.owner(request), id.session());
      case 'u', 'c', 'a', 'b' ->
          id.conversation().flatMap(conversation -> stored(conversation, request));
      default ->
          // One that was given before there were aliases may need the name.
          named.id() != null && id.isOf(named.id())
              ? stored(named.id(), request)
              : manager.aliases().find(scope.of(Attachment.owner(request)), id.digits());
    };
  }

  private Optional<SessionState> stored(String conversationId, HttpServletRequest request) {
    return ofConversation(conversationId, request)
        .filter(state -> state.status() != SessionStatus.NEW);
  }

  /** The session of a conversation; empty where there is none, or nothing of it is kept. */
  private Optional<SessionState> ofConversation(String id, HttpServletRequest request) {
    return id == null || Conversation.isTemporary(id)
        ? Optional.empty()
        : Optional.of(manager.getOrCreateSession(scope.of(Attachment.owner(request)), null, id));
  }
}
