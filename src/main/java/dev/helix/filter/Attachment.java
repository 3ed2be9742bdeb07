package dev.helix.filter;

import dev.helix.access.AuthenticationFilter;
import dev.helix.access.Callers;
import dev.helix.filter.FilterSettings.Fallback;
import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.http.FrameCheck;
import dev.helix.http.InvalidRequestException;
import dev.helix.session.Owner;
import dev.helix.session.OwnerScope;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.StoreUnavailableException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;

/** Finds the session of a request, and makes it the request's attribute. Thread-safe. */
final class Attachment {
  private static final String SESSION_HEADER = "X-Session-ID";
  private static final String CONVERSATION_HEADER = "X-Conversation-ID";
  private static final ApiError LOOKUP_FAILED =
      new ApiError(
          503,
          "The session could not be looked up in the store.",
          "server_error",
          null,
          "session_store_unavailable",
          Duration.ofSeconds(5));
  private static final Logger LOG = System.getLogger(ConversationFilter.class.getName());

  private final SessionManager manager;
  private final Fallback fallback;
  private final OwnerScope scope;
  private final ConversationFields fields;
  private final ResponseSessions responses;
  private final boolean passesRefusals;
  private final FallbackNotice notice = new FallbackNotice();

  /** What attaches a manager's sessions. */
  Attachment(SessionManager manager, FilterSettings settings, ConversationFields fields) {
    this.manager = manager;
    this.fallback = settings.fallback();
    this.scope = settings.ownerScope();
    this.fields = fields;
    this.responses = new ResponseSessions(manager, scope, fields, settings.recordUnstored());
    this.passesRefusals = settings.refusals() == FilterSettings.Refusals.ATTACH;
  }

  /**
   * Attaches the request's session, where it has one.
   *
   * @param body null where nobody looked at it
   * @return false where that could not be done, and the request has been answered
   */
  boolean attach(
      ResponsesPath path,
      Conversation said,
      byte[] body,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    Found found;
    try {
      found =
          path.kind() == ResponsesPath.Kind.OTHER
              ? lookUp(() -> ofChat(said, body, request, response))
              : attach(path, said, body, request);
    } catch (InvalidRequestException e) {
      ErrorResponse.write(request, response, e.error());
      return false;
    }
    keep(found, request);
    if (request.getAttribute(RefusedSession.class.getName()) == null) {
      tell(found, response);
    }
    return true;
  }

  /**
   * Attaches the session of a request of the Responses API.
   *
   * @param body null where nobody looked at it
   * @throws InvalidRequestException if that cannot be done
   */
  Found attach(ResponsesPath path, Conversation said, byte[] body, HttpServletRequest request)
      throws InvalidRequestException {
    Found found =
        lookUp(
            () -> {
              try {
                return responses.find(path, said, body, request);
              } catch (InvalidRequestException e) {
                if (!passesRefusals) {
                  throw e;
                }
                request.setAttribute(RefusedSession.class.getName(), new RefusedSession(e.error()));
                return new Found(said, null, null);
              }
            });
    keep(found, request);
    return found;
  }

  private interface Lookup {
    Found find() throws InvalidRequestException;
  }

  private static Found lookUp(Lookup lookup) throws InvalidRequestException {
    try {
      return lookup.find();
    } catch (SessionException e) {
      boolean passes = e instanceof StoreUnavailableException;
      LOG.log(
          passes ? Level.WARNING : Level.ERROR,
          "the session of a request could not be looked up" + (passes ? ": " + e.getMessage() : ""),
          passes ? null : e);
      throw new InvalidRequestException(LOOKUP_FAILED);
    }
  }

  private static void keep(Found found, HttpServletRequest request) {
    request.setAttribute(Conversation.class.getName(), found.conversation());
    if (found.response() != null) {
      request.setAttribute(NamedResponse.class.getName(), found.response());
    }
    if (found.session() != null) {
      request.setAttribute(SessionState.class.getName(), found.session());
    }
  }

  private static void tell(Found found, HttpServletResponse response) {
    echo(found.conversation(), response);
    if (found.session() != null && found.conversation().isTurn()) {
      response.setHeader(SESSION_HEADER, found.session().sessionId().value());
    }
  }

  /**
   * Has each frame of a WebSocket given the session that a request for a response would have, and
   * tells who opens it which one a frame has that names no other.
   *
   * @param said what the headers of the request say that opens it
   * @throws InvalidRequestException if that session cannot be looked up
   */
  void attachToFrames(
      ConversationHeaders headers,
      Conversation said,
      HttpServletRequest request,
      HttpServletResponse response)
      throws InvalidRequestException {
    FrameCheck.add(
        request,
        (frame, body) -> {
          frame.setAttribute(SessionManager.class.getName(), manager);
          Found unused = attach(ResponsesPath.of(frame), headers.read(frame), body, frame);
        });
    if (said.id() != null) {
      SessionState state = said.temporary() ? null : lookUp(() -> named(said, request)).session();
      tell(new Found(said, state, null), response);
    }
  }

  private Found named(Conversation said, HttpServletRequest request) {
    return new Found(
        said, manager.getOrCreateSession(scope.of(owner(request)), null, said.id()), null);
  }

  private Found ofChat(
      Conversation said, byte[] body, HttpServletRequest request, HttpServletResponse response)
      throws InvalidRequestException {
    Conversation named = fields.orOfPath(said, body, request);
    ChatBody.Shape shape = shape(named, body, request);
    Conversation conversation = shape == ChatBody.Shape.PROMPT ? named.detected() : named;
    echo(conversation, response);
    SessionState state = session(conversation, body, request);
    return found(named, shape, state);
  }

  /** What was found of a request of this shape; one in doubt begins a conversation. */
  static Found found(Conversation named, ChatBody.Shape shape, SessionState state) {
    boolean goesOn = named.id() != null && state != null && state.status() != SessionStatus.NEW;
    boolean prompt = shape == ChatBody.Shape.PROMPT || (shape == ChatBody.Shape.DOUBTFUL && goesOn);
    return new Found(prompt ? named.detected() : named, state, null);
  }

  private static void echo(Conversation conversation, HttpServletResponse response) {
    if (conversation.id() != null) {
      response.setHeader(CONVERSATION_HEADER, conversation.echo());
    }
  }

  /** What the body says of the kind of request, where no header does. */
  private static ChatBody.Shape shape(Conversation said, byte[] body, HttpServletRequest request) {
    return mayBePrompt(said, body, request)
        ? ChatBody.shape(body, said.id() != null)
        : ChatBody.Shape.TURN;
  }

  /** Whether a request may be a background prompt by its body: no header says what it is. */
  static boolean mayBePrompt(Conversation said, byte[] body, HttpServletRequest request) {
    boolean open = body != null && !ConversationHeaders.sayKind(request);
    return open && (said.id() != null || ConversationHeaders.areOfOpenWebUi(request));
  }

  private SessionState session(Conversation conversation, byte[] body, HttpServletRequest request) {
    if (conversation.id() != null) {
      return conversation.temporary()
          ? null
          : manager.getOrCreateSession(scope.of(owner(request)), null, conversation.id());
    }
    if (conversation.task() != null || fallback == Fallback.NONE) {
      return null;
    }
    if (fallback == Fallback.RANDOM) {
      return manager.randomSession(owner(request));
    }
    Optional<ChatBody.First> first = body == null ? Optional.empty() : ChatBody.firstMessage(body);
    first.ifPresent(found -> notice.taken(request, body, found.preamble()));
    return first
        .map(found -> manager.getOrCreateSession(owner(request), found.text(), null))
        .orElse(null);
  }

  /** Whose session it is: as {@link AuthenticationFilter} found out, else the container. */
  static Owner owner(HttpServletRequest request) {
    return request.getAttribute(Owner.class.getName()) instanceof Owner known
        ? known
        : new Owner(Callers.principal(request), null);
  }
}
