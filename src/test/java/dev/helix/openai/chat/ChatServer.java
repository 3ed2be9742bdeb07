package dev.helix.openai.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.backend.FirstModel;
import dev.helix.backend.models.ModelCatalog;
import dev.helix.backend.upstream.UpstreamBackend;
import dev.helix.backend.upstream.UpstreamSettings;
import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.health.HealthServlet;
import dev.helix.http.BodyBudget;
import dev.helix.message.Message;
import dev.helix.openai.passthrough.Passing;
import dev.helix.openai.passthrough.PassthroughServlet;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.session.HistoryMode;
import dev.helix.session.OwnerSeals;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.turn.SignOfLife;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.Turns;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The chat endpoint with its filter in a real Jetty of few threads, on real files, with a scripted
 * upstream and a store that fails when told to.
 */
public final class ChatServer implements AutoCloseable {
  static final long MEMORY = 1 << 20;

  public final ScriptedUpstream upstream = ScriptedUpstream.start();
  public final BodyBudget budget = new BodyBudget(MEMORY);
  public final SessionManager sessions;
  public final Turns turns;
  public final OwnerSeals seals;
  private volatile SessionException failure;
  private final Set<String> broken = ConcurrentHashMap.newKeySet();
  private volatile Consumer<String> before = method -> {};
  private volatile Consumer<String> after = method -> {};
  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
  private final UpstreamBackend backend;
  private final ServletContextHandler context = new ServletContextHandler("/");
  private final Server server = new Server(new QueuedThreadPool(8));
  private final ServerConnector connector = new ServerConnector(server, 1, 1);

  public ChatServer(Path folder, Duration historyWait) throws Exception {
    this(folder, historyWait, SignOfLife.COMMENT);
  }

  /** A server whose silent streams have this in them. */
  ChatServer(Path folder, Duration historyWait, SignOfLife sign) throws Exception {
    this(files(folder), historyWait, Duration.ofSeconds(30), sign, Duration.ZERO);
  }

  /** A server that records the words of a stream when they have been there for so long. */
  static ChatServer withCheckpoints(Path folder, Duration checkpoint) throws Exception {
    Duration late = Duration.ofSeconds(30);
    return new ChatServer(files(folder), late, late, SignOfLife.COMMENT, checkpoint);
  }

  private static SessionStore files(Path folder) {
    return SessionStore.open("files", Map.of("helix.sessions.dir", folder.toString())::get);
  }

  /** A server on a store that it may share with others. */
  public ChatServer(SessionStore store, Duration historyWait, Duration lease) throws Exception {
    this(store, historyWait, lease, SignOfLife.COMMENT, Duration.ZERO);
  }

  private ChatServer(
      SessionStore store,
      Duration historyWait,
      Duration lease,
      SignOfLife sign,
      Duration checkpoint)
      throws Exception {
    SessionStore failing = failing(store);
    sessions = new SessionManager(failing, Clock.systemUTC());
    seals = new OwnerSeals("test", failing::ownerSecret);
    backend =
        new UpstreamBackend(
            new UpstreamSettings(
                upstream.baseUrl(), null, Duration.ofSeconds(5), Duration.ofSeconds(5), 100),
            timers);
    turns =
        new Turns(
            sessions,
            backend,
            settings(historyWait, lease, sign, checkpoint),
            executor,
            executor,
            timers);
    FilterSettings defaults = FilterSettings.defaults();
    FilterHolder filter =
        new FilterHolder(
            new ConversationFilter(
                sessions,
                new FilterSettings(defaults.headers(), defaults.fallback(), MEMORY, MEMORY),
                budget));
    filter.setAsyncSupported(true);
    context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
    context.setAttribute(Turns.class.getName(), turns);
    context.setAttribute(BodyBudget.class.getName(), budget);
    context.setAttribute(OwnerSeals.class.getName(), seals);
    ModelCatalog models =
        new ModelCatalog(backend, Duration.ofSeconds(30), Duration.ofSeconds(5), executor, timers);
    context.setAttribute(FirstModel.class.getName(), (FirstModel) models::firstId);
    ServletHolder chat = new ServletHolder(new ChatCompletionsServlet());
    chat.setAsyncSupported(true);
    context.addServlet(chat, "/v1/chat/completions");
    context.setAttribute(SessionManager.class.getName(), sessions);
    context.setAttribute(
        Passing.class.getName(), new Passing(backend, turns, budget, executor, timers));
    add(new PassthroughServlet(), "/v1/embeddings");
    context.addServlet(new ServletHolder(new HealthServlet()), "/health/*");
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(context);
    server.start();
  }

  /** Has servlets that are added later find something under the name of its class. */
  public void share(Object thing) {
    context.setAttribute(thing.getClass().getName(), thing);
  }

  /** Adds a servlet of another endpoint on the same engine. */
  public void add(HttpServlet servlet, String path) {
    ServletHolder holder = new ServletHolder(servlet);
    holder.setAsyncSupported(true);
    context.addServlet(holder, path);
  }

  private static TurnSettings settings(
      Duration historyWait, Duration lease, SignOfLife sign, Duration checkpoint) {
    Duration soon = Duration.ofMillis(200);
    Duration late = Duration.ofSeconds(30);
    return new TurnSettings(
        HistoryMode.CLIENT,
        SentHistory.ALL,
        historyWait,
        lease,
        false,
        List.of(),
        MEMORY,
        MEMORY,
        1024,
        late,
        late,
        soon,
        late,
        soon,
        soon,
        sign,
        checkpoint,
        MEMORY,
        late,
        Duration.ofSeconds(10));
  }

  private SessionStore failing(SessionStore store) {
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, method, arguments) -> {
              if (broken.contains(method.getName())) {
                throw failure;
              }
              before.accept(method.getName());
              try {
                Object result = method.invoke(store, arguments);
                after.accept(method.getName());
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** From now on these methods of the store fail; none without an argument. */
  public void breakStore(String... methods) {
    breakStore(new SessionException("told to fail"), methods);
  }

  /** As {@link #breakStore(String...)}, with this failure. */
  public void breakStore(SessionException with, String... methods) {
    failure = with;
    broken.clear();
    broken.addAll(Set.of(methods));
  }

  /** Has the names of the store's methods told before they are called and after they returned. */
  public void watchStore(Consumer<String> calls, Consumer<String> returns) {
    before = calls;
    after = returns;
  }

  /** Has no timer ring until this is counted down. */
  CountDownLatch holdTimers() {
    CountDownLatch held = new CountDownLatch(1);
    timers.execute(
        () -> {
          try {
            held.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The server stops.
          }
        });
    return held;
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
  }

  /** Sends a question with stored history. */
  RawClient ask(String conversation, String question) {
    return post(conversation, question, true, "X-Conversation-History", "stored");
  }

  /** Sends a question alone. */
  public RawClient post(
      String conversation, String question, boolean stream, String... namesAndValues) {
    ObjectNode body = Json.object().put("model", Completions.MODEL).put("stream", stream);
    body.putArray("messages").add(Json.message("user", question));
    String[] headers = new String[namesAndValues.length + 2];
    System.arraycopy(namesAndValues, 0, headers, 2, namesAndValues.length);
    headers[0] = "X-Conversation-ID";
    headers[1] = conversation;
    RawClient client = RawClient.connect(url());
    client.post("/v1/chat/completions", body.toString(), headers);
    return client;
  }

  /** What is stored of a conversation, as {@code role:text}, answers with their status. */
  public List<String> stored(String conversation) {
    return sessions.transcript(new SessionId("conv-" + conversation)).messages().stream()
        .map(ChatServer::said)
        .toList();
  }

  private static String said(Message message) {
    String status = message.status() == null ? "" : " (" + message.status().wireName() + ")";
    return message.role() + ":" + message.text() + status;
  }

  @Override
  public void close() throws Exception {
    turns.drain();
    server.stop();
    backend.close();
    executor.shutdownNow();
    timers.shutdownNow();
    sessions.close();
    upstream.close();
  }
}
