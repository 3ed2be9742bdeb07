package dev.helix.filter;

import dev.helix.access.AuthenticationFilter;
import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.filter.FilterSettings.Fallback;
import dev.helix.http.BodyBudget;
import dev.helix.http.BodyHolder;
import dev.helix.http.BufferedRequest;
import dev.helix.http.ErrorResponse;
import dev.helix.http.FrameCheck;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RefusedBody;
import dev.helix.http.RequestBody;
import dev.helix.http.RequestBodyException;
import dev.helix.http.UnreadableRequest;
import dev.helix.session.CacheShare;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.StoreProviders;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A servlet filter that gives each request the session of its conversation.
 *
 * <pre>
 * POST /v1/chat/completions HTTP/1.1          HTTP/1.1 200 OK
 * X-Conversation-ID: trip-to-rome      →      X-Session-ID: conv-trip-to-rome
 *                                             X-Conversation-ID: trip-to-rome
 * </pre>
 *
 * <p>Behind it a request has these attributes, each named by its class:
 *
 * <ul>
 *   <li>{@link Conversation}, always.
 *   <li>{@link SessionManager}, always: the one that the session is from.
 *   <li>{@link SessionState}, when the request has a session, and is of the configured methods.
 *   <li>{@link NamedResponse}, when it names a response whose session was found.
 *   <li>{@link RequestBody}, when the body was read.
 * </ul>
 *
 * The filter stores nothing: a session comes to exist with its first recorded turn.
 *
 * <p>The id is the first non-empty value among the configured headers, whatever the method; else
 * among the configured fields of the body; else that of the path, behind {@link
 * ConversationPathServlet}. A value that is repeated, over 512 code points, has control characters
 * or names no conversation is answered 400 {@code invalid_conversation_id}. Without an id the
 * {@linkplain FilterSettings.Fallback fallback} holds. With one, or with any header of Open
 * WebUI's, and without {@code X-OpenWebUI-Task}, a request that has the shape of a background
 * prompt counts as one.
 *
 * <p>For fields, for the first message and for the shape, the body of a JSON {@code POST} or {@code
 * PUT} is read into memory within the limits. Whatever is behind the filter can still read it, an
 * error page too, where the filter is mapped to {@code ERROR}. A body that another filter has begun
 * to read as text, or gives another text for, is left alone, and tells nothing.
 *
 * <p>Requests of the Responses API are known by their path, whatever stands before it:
 *
 * <ul>
 *   <li>{@code POST …/responses} has the session of its {@code previous_response_id} or of its
 *       {@code conversation}, which must be stored and the asker's: else it is answered 400 {@code
 *       previous_response_not_found}, or 404. A header that names another conversation is answered
 *       400 {@code conversation_mismatch}. With {@code helix.responses.refusals = attach} the
 *       request goes on, with a {@link RefusedSession} that says so. Without the two an id counts
 *       as in every request; without any the session is a new one, whatever the fallback, and never
 *       that of a first message. With {@code store} false only a session that is stored is
 *       attached. None is attached where the body gives both, or a value of a wrong type: whoever
 *       answers says so.
 *   <li>{@code POST …/responses/compact} and {@code …/input_tokens} are the same with {@code store}
 *       false.
 *   <li>{@code GET} and {@code DELETE …/responses/ID}, and what is below, {@code POST …/cancel}
 *       too, have the session of the id, or none, whatever the configured methods. Their body is
 *       not read.
 * </ul>
 *
 * Requests of the Conversations API are known by a path that begins with {@code /conversations} or
 * has {@code /v1/conversations} in it, whatever the configured methods; their body is not read:
 *
 * <ul>
 *   <li>{@code POST …/conversations} has the session of a new conversation, of which nothing is
 *       stored.
 *   <li>{@code …/conversations/ID}, and what is below, have the stored session of that
 *       conversation, or none. What else they name does not count.
 * </ul>
 *
 * A frame of a WebSocket has the attributes that {@code POST …/responses} with its JSON would have.
 *
 * <p>A response that was found is the attribute {@link NamedResponse}. One of another owner is as
 * if it were not there.
 *
 * <p>The session belongs to the request attribute {@link Owner}, which {@link AuthenticationFilter}
 * or an application's own filter sets, else to the container's principal; with {@code
 * helix.owner.scope = tenant} that of a conversation to that owner's tenant. A store that cannot be
 * read is answered 503 {@code session_store_unavailable}.
 *
 * <p>An application may have several of these filters, each with settings of its own. Where two are
 * on one request, the attributes of the last one hold.
 *
 * <p>Thread-safe. It may read the store and the body, so it may block; map it only to paths that
 * work on a session. Source: specification sections 1, 5 and 7.
 */
public final class ConversationFilter implements Filter {
  /** The key of the sessions folder. */
  public static final String SESSIONS_DIR = "helix.sessions.dir";

  /** The key of the kind of store that sessions are kept in, {@code files} unless set. */
  public static final String STORE = "helix.store";

  private static final List<String> ABOUT_THE_STORE =
      List.of("helix.store", "helix.sessions.", "helix.jdbc.", "helix.redis.", "helix.archive.");

  private static final String MANAGER = SessionManager.class.getName();
  private static final Logger LOG = System.getLogger(ConversationFilter.class.getName());

  private final String seen =
      ConversationFilter.class.getName() + "@" + Integer.toHexString(System.identityHashCode(this));
  private SessionManager manager;
  private FilterSettings settings;
  private ConversationHeaders headers;
  private ConversationFields fields;
  private BodyBudget budget;
  private Attachment attachment;

  // What init took part in, and destroy therefore leaves.
  private ServletContext context;
  private boolean shares;

  /**
   * A filter for {@code web.xml}, which reads its settings in {@link #init}: from its init-params,
   * then JNDI, system properties, context-params and the environment.
   *
   * <p>Where its init-params name no store it uses the web application's {@link SessionManager},
   * the context attribute named by that class; if there is none it opens one and makes it that
   * attribute. Where they name a store it opens that. Filters with the same settings share one
   * manager, and the last of them closes it.
   */
  public ConversationFilter() {}

  /** A filter with a body budget of its own. It does not close the manager. */
  public ConversationFilter(SessionManager manager, FilterSettings settings) {
    this(manager, settings, settings.bodyBudget());
  }

  /** A filter that shares a body budget with others. It does not close the manager. */
  public ConversationFilter(SessionManager manager, FilterSettings settings, BodyBudget budget) {
    this.manager = Objects.requireNonNull(manager, "manager");
    use(settings, Objects.requireNonNull(budget, "budget"));
    attachment = new Attachment(manager, settings, fields);
  }

  /**
   * Reads the settings, unless the filter was made with some.
   *
   * @throws ServletException naming every setting that cannot be used, or a store that cannot be
   *     opened
   */
  @Override
  public void init(FilterConfig config) throws ServletException {
    if (manager != null) {
      return;
    }
    context = config.getServletContext();
    Settings source = Settings.forFilter(config);
    try {
      FilterSettings read = FilterSettings.from(source);
      Path home = Path.of(System.getProperty("user.home"));
      Path dir = source.path(SESSIONS_DIR, home.resolve(".helix").resolve("sessions"));
      String store = source.string(STORE, "files");
      CacheShare cache = FilterSettings.cacheShare(source);
      source.check();
      use(read, sharedBudget(source, read));
      takeManager(source, store, dir, cache);
      attachment = new Attachment(manager, settings, fields);
    } catch (InvalidSettingsException | SessionException | IllegalArgumentException e) {
      throw new ServletException(config.getFilterName() + ": " + e.getMessage(), e);
    }
    source.unknownInitParams().forEach(line -> LOG.log(Level.WARNING, line));
  }

  /** Takes the web application's manager, unless the init-params choose another store. */
  private void takeManager(Settings source, String store, Path dir, CacheShare cache) {
    OpenedManagers opened = OpenedManagers.of(context);
    boolean chosen = source.hasInitParam(ABOUT_THE_STORE) && !isContextsFolder(source, dir);
    manager = chosen ? null : (SessionManager) context.getAttribute(MANAGER);
    if (manager != null) {
      shares = opened.join(manager);
      return;
    }
    String dirText = dir.toString();
    UnaryOperator<String> its = key -> key.equals(SESSIONS_DIR) ? dirText : source.raw(key);
    StoreProviders.problems(STORE, store, its).forEach(source::reject);
    source.check();
    manager = opened.open(store, its, cache);
    shares = true;
    if (!chosen) {
      context.setAttribute(MANAGER, manager);
    }
    source.report().forEach(line -> LOG.log(Level.INFO, line));
  }

  /** Whether the application's own manager keeps its sessions there already. */
  private boolean isContextsFolder(Settings source, Path dir) {
    return source.isInitParam(SESSIONS_DIR)
        && dir.toString().equals(context.getAttribute("dev.helix.sessions.dir"));
  }

  private void use(FilterSettings read, BodyBudget memory) {
    settings = read;
    headers = new ConversationHeaders(read.headers());
    fields = new ConversationFields(read.fields());
    budget = memory;
  }

  /** All filters of a web application share one budget, except those with a size of their own. */
  private BodyBudget sharedBudget(Settings source, FilterSettings read) {
    if (source.isInitParam(FilterSettings.MEMORY_BYTES)) {
      return read.bodyBudget();
    }
    String name = BodyBudget.class.getName();
    if (context.getAttribute(name) == null) {
      context.setAttribute(name, read.bodyBudget());
    }
    return (BodyBudget) context.getAttribute(name);
  }

  /**
   * For whom a request speaks: as {@link AuthenticationFilter} or an application's own filter found
   * out, else the container. Its session may belong to the tenant alone.
   */
  public static Owner owner(HttpServletRequest request) {
    return Attachment.owner(request);
  }

  /** Closes the manager that {@link #init} opened, unless other filters still use it. */
  @Override
  public void destroy() {
    if (shares
        && OpenedManagers.of(context).leave(manager)
        && context.getAttribute(MANAGER) == manager) {
      context.removeAttribute(MANAGER);
    }
  }

  @Override
  public void doFilter(ServletRequest anyRequest, ServletResponse anyResponse, FilterChain chain)
      throws IOException, ServletException {
    if (!(anyRequest instanceof HttpServletRequest request)
        || !(anyResponse instanceof HttpServletResponse response)) {
      chain.doFilter(anyRequest, anyResponse);
      return;
    }
    // A request that is dispatched again, asynchronously or to an error page, has been here.
    Object before = request.getAttribute(seen);
    if (before instanceof BufferedRequest buffered) {
      buffered.handOnAgain(request, response, chain);
      return;
    } else if (before != null) {
      chain.doFilter(request, response);
      return;
    }
    request.setAttribute(seen, true);
    ResponsesPath path = ResponsesPath.of(request);
    Conversation conversation;
    try {
      conversation = headers.read(request);
      boolean chat = path.kind() == ResponsesPath.Kind.OTHER;
      if (chat && conversation.id() == null && fields.isEmpty()) {
        conversation = ConversationPathServlet.read(request, conversation);
      }
      if (FrameCheck.mayOpen(request) && ResponsesPath.isOfAll(request)) {
        attachment.attachToFrames(headers, conversation, request, response);
      }
    } catch (InvalidRequestException e) {
      ErrorResponse.write(request, response, e.error());
      return;
    }
    request.setAttribute(MANAGER, manager);
    // Another filter's session would be no session of this manager's.
    request.removeAttribute(SessionState.class.getName());
    request.removeAttribute(NamedResponse.class.getName());
    request.removeAttribute(RefusedSession.class.getName());
    boolean told = path.tellsAll();
    if (!settings.concerns(request.getMethod()) && !told) {
      request.setAttribute(Conversation.class.getName(), conversation);
      chain.doFilter(request, response);
    } else if (!told && bodyTells(path, conversation, request)) {
      withBody(path, conversation, request, response, chain);
    } else {
      handOn(path, conversation, request, response, chain);
    }
  }

  /** Whether the body has something to say of the session, or of which kind the request is. */
  private boolean bodyTells(
      ResponsesPath path, Conversation conversation, HttpServletRequest request) {
    boolean open =
        conversation.id() == null
            ? !fields.isEmpty() || (conversation.task() == null && fallbackReads(request))
            : !conversation.temporary() && !ConversationHeaders.sayKind(request);
    return (open || path.hasBody()) && mayBeChat(request) && BufferedRequest.mayReplace(request);
  }

  /** Whether the fallback needs the body: for the first message, or to see that it is no turn. */
  private boolean fallbackReads(HttpServletRequest request) {
    return settings.fallback() == Fallback.FIRST_MESSAGE
        || (settings.fallback() == Fallback.RANDOM && ConversationHeaders.areOfOpenWebUi(request));
  }

  private boolean mayBeChat(HttpServletRequest request) {
    String method = request.getMethod();
    return (method.equals("POST") || method.equals("PUT"))
        && RequestBody.isJson(request)
        && request.getContentLengthLong() != 0
        && request.getContentLengthLong() <= settings.maxBytes();
  }

  /** Looks at the body and hands the request on with it. One over the limit looks empty. */
  private void withBody(
      ResponsesPath path,
      Conversation conversation,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    Owner owner = Attachment.owner(request);
    new BodyHolder(owner.tenant(), owner.user()).holds(request);
    RequestBody body;
    try {
      body = bodyToLookAt(request);
    } catch (RequestBodyException e) {
      RefusedBody.tell(request, response, e, settings.maxBytes(), budget);
      return;
    } catch (IOException | RuntimeException e) {
      handOn(path, conversation, new UnreadableRequest(request, e), response, chain);
      return;
    }
    byte[] content = body.content();
    BufferedRequest buffered = new BufferedRequest(request, response, body);
    request.setAttribute(seen, buffered);
    buffered.handOn(
        (in, out) -> {
          if (attachment.attach(path, conversation, content, buffered, response)) {
            body.rest();
            chain.doFilter(buffered, response);
          }
        });
  }

  /**
   * Reads the body, and counts what is made of it until it {@linkplain RequestBody#rest rests}.
   *
   * @throws RequestBodyException if there is no room for it, or it comes too slowly
   */
  private RequestBody bodyToLookAt(HttpServletRequest request) throws IOException {
    RequestBody body = RequestBody.readUpTo(request, settings.maxBytes(), budget);
    try {
      byte[] unused = body.content();
      body.work();
    } catch (RuntimeException | Error e) {
      body.close();
      throw e;
    }
    return body;
  }

  /** Attaches the session, where there is one, and hands the request on, its body unseen. */
  private void handOn(
      ResponsesPath path,
      Conversation conversation,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    if (attachment.attach(path, conversation, null, request, response)) {
      chain.doFilter(request, response);
    }
  }
}
