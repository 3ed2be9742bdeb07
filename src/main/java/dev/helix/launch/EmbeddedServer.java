package dev.helix.launch;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.eclipse.jetty.ee10.webapp.Configuration;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.ee10.webapp.WebInfConfiguration;
import org.eclipse.jetty.ee10.webapp.WebXmlConfiguration;
import org.eclipse.jetty.ee10.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ClassMatcher;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The Jetty server that travels in the WAR, with the web application in it. Made by {@link
 * Launcher} through its constructor, started once by {@link #call}, and stopped by {@link #close},
 * which may come from another thread and at any time.
 *
 * <p>The web application tells it where sessions are, a model to try and how turns are drained by
 * attributes of its servlet context, all of them optional: {@code dev.helix.sessions.dir}, {@code
 * dev.helix.demo.model}, {@code dev.helix.drain}. It tells the web application of callers who
 * leave, by {@code dev.helix.watch}: a {@code BiConsumer} of a request and of what is run then.
 */
public final class EmbeddedServer implements Callable<String>, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EmbeddedServer.class.getName());
  private static final int HEADER_BYTES = 16 * 1024;
  private static final int THREADS = 200;

  /** For connections, for what has no need to wait, and for questions of health. */
  private static final int OTHER_THREADS = 24;

  /** Longer than clients keep a connection, so that it is they who close it. */
  private static final long IDLE_MILLIS = 75_000;

  /** How long a request's head may take from its first bytes. */
  private static final Duration HEAD = Duration.ofSeconds(30);

  /** How long an answer that is complete may take to leave before the connections are cut. */
  private static final long LAST_BYTES_MILLIS = 5_000;

  private final InetSocketAddress address;
  private final Server server = new Server(new QueuedThreadPool(THREADS));
  private final ServerConnector connector;
  private final GracefulHandler requests;
  private final WebAppContext application;

  /**
   * Assembles the server; nothing is bound or started.
   *
   * @param address where to listen; port 0 takes any free one
   * @param contextPath the context path, {@code /} for the root
   * @param webApplication the unpacked web application
   * @param work an empty folder for the server's own files
   */
  public EmbeddedServer(
      InetSocketAddress address, String contextPath, Path webApplication, Path work) {
    this.address = address;
    connector = connector(server, address);
    application = application(contextPath, webApplication, work);
    requests =
        new GracefulHandler(
            new EarlyBodies(
                new PlainSlashes(new Workers(application, THREADS - OTHER_THREADS, contextPath))));
    server.addConnector(connector);
    server.setHandler(requests);
    server.setDefaultHandler(null);
    server.setErrorHandler(new JsonErrors());
    server.setTempDirectory(work.toFile());
  }

  private static ServerConnector connector(Server server, InetSocketAddress address) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setResponseHeaderSize(HEADER_BYTES);
    // Clients put two slashes where a base URL ends in one, and encode that in a model's name.
    http.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "slashes", Violation.AMBIGUOUS_EMPTY_SEGMENT, Violation.AMBIGUOUS_PATH_SEPARATOR));
    ServerConnector connector = new ServerConnector(server, WatchedConnection.factory(http, HEAD));
    connector.setHost(address.getAddress().getHostAddress());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(IDLE_MILLIS);
    // A stream that is silent while the server stops is still a stream: its own timers end it.
    connector.setShutdownIdleTimeout(-1);
    return connector;
  }

  private static WebAppContext application(String contextPath, Path root, Path work) {
    WebAppContext application = new WebAppContext();
    application.setContextPath(contextPath);
    application.setBaseResourceAsPath(root);
    application.setTempDirectory(work.resolve("webapp").toFile());
    // Jetty's defaults bring a servlet for files and one for JSP; here nothing is served from disk.
    application.setDefaultsDescriptor(null);
    application.setConfigurations(
        new Configuration[] {new WebInfConfiguration(), new WebXmlConfiguration()});
    application.setAllowNullPathInContext(true);
    BiConsumer<ServletRequest, Runnable> watch = WatchedConnection::watch;
    application.setAttribute("dev.helix.watch", watch);
    application.setThrowUnavailableOnStartupException(true);
    // Of what is above it the web application sees the servlet API and nothing else.
    JakartaWebSocketServletContainerInitializer.configure(application, null);
    application.addHiddenClassMatcher(
        new ClassMatcher("org.eclipse.jetty.", "org.slf4j.", "dev.helix.launch."));
    return application;
  }

  /**
   * Starts the server and the web application, blocking until both are ready, and returns what to
   * tell the person at the terminal: the URL, the folder of the sessions, and a command to try.
   *
   * @throws BindException if the port cannot be had; found before the application starts
   * @throws Exception if the web application does not start: its own exception
   */
  @Override
  public String call() throws Exception {
    bind();
    server.start();
    String url = url();
    ServletContext context = application.getServletContext();
    Object sessions = context.getAttribute("dev.helix.sessions.dir");
    Object model = context.getAttribute("dev.helix.demo.model");
    return """
    helix-sessions is ready at %1$s%2$s
    Try: curl %1$s/v1/chat/completions -H 'Content-Type: application/json' \
    -H 'X-Conversation-ID: demo' \
    -d '{"model":"%3$s","messages":[{"role":"user","content":"Hello"}]}'\
    """
        .formatted(
            url,
            sessions == null ? "" : "\nSessions are kept in " + sessions,
            model == null ? "MODEL" : model);
  }

  private void bind() throws BindException {
    try {
      connector.open();
    } catch (IOException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      BindException failure =
          new BindException(
              "Cannot listen on port %d of %s: %s"
                  .formatted(address.getPort(), address.getHostString(), reason.getMessage()));
      failure.initCause(e);
      throw failure;
    }
  }

  private String url() {
    String host = address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : address.getHostString();
    String path = application.getContextPath();
    String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return "http://" + name + ":" + connector.getLocalPort() + (path.equals("/") ? "" : path);
  }

  /**
   * Stops in order: no new connections and requests, the running turns end, their last bytes leave,
   * the web application and the server go. Blocks as long as the application drains.
   */
  @Override
  public void close() throws Exception {
    if (server.isStarted()) {
      // Its future waits for idle connections too, which nobody closes before the server does.
      CompletableFuture<Void> unused = connector.shutdown();
      CompletableFuture<Void> answered = requests.shutdown();
      drain();
      try {
        answered.get(LAST_BYTES_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        LOG.log(Level.WARNING, "stopping with requests unanswered");
      }
    }
    server.stop();
  }

  private void drain() {
    if (application.getServletContext().getAttribute("dev.helix.drain") instanceof Runnable drain) {
      try {
        application.getContext().run(drain);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "running turns could not be finished", e);
      }
    }
  }
}
