package dev.helix.openai.socket;

import dev.helix.http.ApiError;
import dev.helix.http.BodyBudget;
import dev.helix.http.ErrorResponse;
import dev.helix.http.FrameCheck;
import dev.helix.http.Shares;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.Turns;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The WebSockets of an application. One for it, in the servlet context under the name of this
 * class. Safe for use by many threads.
 *
 * <p>Source: ADR 81.
 */
public final class Sockets {
  private static final System.Logger LOG = System.getLogger(Sockets.class.getName());

  /** How long a frame may take to come, as a body may. */
  private static final Duration PATIENCE = BodyBudget.PATIENCE;

  /** More often than proxies close what is silent. */
  private static final Duration LOOKED = Duration.ofSeconds(25);

  /** How long the last words of the server may take. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private static final Duration RETRY = Duration.ofSeconds(10);

  private final SocketSettings settings;
  private final Turns turns;
  private final BodyBudget budget;
  private final Executor storing;
  private final ScheduledExecutorService timers;
  private final Clock clock;
  private final Shares shares;
  private final Map<String, SocketConnection> keyed = new ConcurrentHashMap<>();
  private final Set<SocketConnection> connections = new HashSet<>(); // guarded by this
  private ScheduledFuture<?> looks; // guarded by this

  /**
   * No WebSockets yet.
   *
   * @param storing threads for what waits for the store
   * @param timers posts and returns
   */
  public Sockets(
      SocketSettings settings,
      Turns turns,
      BodyBudget budget,
      Executor storing,
      ScheduledExecutorService timers,
      Clock clock) {
    this.settings = settings;
    this.turns = turns;
    this.budget = budget;
    this.storing = storing;
    this.timers = timers;
    this.clock = clock;
    this.shares = new Shares(settings.connections());
  }

  /** Makes WebSockets known to the server, where it has any; before the application has started. */
  public void prepare(ServletContext context) {
    Object container = context.getAttribute(FrameCheck.CONTAINER);
    if (container != null) {
      ServerSocket.prepare(container, keyed);
    }
  }

  /** The same, of which none is open, by another clock. */
  Sockets by(Clock other) {
    return new Sockets(settings, turns, budget, storing, timers, other);
  }

  /** Those of a web application; empty where it has none. */
  public static Optional<Sockets> of(ServletContext context) {
    return Optional.ofNullable((Sockets) context.getAttribute(Sockets.class.getName()));
  }

  /**
   * Opens a WebSocket, or answers why not.
   *
   * @param request that {@linkplain FrameCheck#mayOpen asks for} it, which the filters let through
   * @param answers closed when the WebSocket is
   */
  public void open(HttpServletRequest request, HttpServletResponse response, FrameAnswers answers)
      throws IOException {
    SocketConnection connection = new SocketConnection(this, request, answers);
    ApiError refused =
        turns.isStopping()
            ? ErrorMapping.stopping()
            : shares.take(connection.holder(), 1, 0) ? null : tooMany();
    if (refused != null) {
      answers.close();
      ErrorResponse.write(response, refused);
      return;
    }
    boolean unused = shares.take(connection.holder(), -1, 1); // It is taken when it is open.
    Object container = request.getServletContext().getAttribute(FrameCheck.CONTAINER);
    ServerSocket.open(connection, container, keyed, request, response);
  }

  private static ApiError tooMany() {
    return new ApiError(
        429,
        "Too many WebSockets are open: try again when one is closed.",
        "rate_limit_error",
        null,
        "too_many_connections",
        RETRY);
  }

  SocketSettings settings() {
    return settings;
  }

  BodyBudget budget() {
    return budget;
  }

  long mostBytes() {
    return turns.settings().maxRequestBytes();
  }

  Duration patience() {
    return PATIENCE;
  }

  Duration stalled() {
    return turns.settings().stalledReaderTimeout();
  }

  Instant now() {
    return clock.instant();
  }

  /** Runs what may wait for the store, or for a caller, on a thread of its own. */
  void execute(Runnable task) {
    try {
      storing.execute(task);
    } catch (RejectedExecutionException stopped) {
      LOG.log(Level.DEBUG, "came after the end of the application", stopped);
    }
  }

  /** A WebSocket is open. */
  void opened(SocketConnection connection) {
    boolean unused = shares.take(connection.holder(), 1, Long.MAX_VALUE);
    synchronized (this) {
      connections.add(connection);
      if (looks == null) {
        looks =
            timers.scheduleWithFixedDelay(
                this::look, LOOKED.toMillis(), LOOKED.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
    if (turns.isStopping()) {
      connection.stop();
    }
  }

  /** A WebSocket that was open is closed. */
  synchronized void closed(SocketConnection connection) {
    if (connections.remove(connection)) {
      boolean unused = shares.take(connection.holder(), -1, 1);
      if (connections.isEmpty()) {
        looks.cancel(false);
        looks = null;
      }
      notifyAll();
    }
  }

  private synchronized List<SocketConnection> all() {
    return List.copyOf(connections);
  }

  /** Looks after all WebSockets, as is done now and then. */
  void look() {
    all().forEach(SocketConnection::look);
  }

  /**
   * Ends the turns as {@link Turns#drain} does, and closes each WebSocket when none is under way in
   * it. Blocks until all is over; may be called again.
   */
  public void drain() {
    all().forEach(SocketConnection::stop);
    turns.drain();
    all().forEach(SocketConnection::stop); // Those that were opened meanwhile.
    long end = System.nanoTime() + CLOSING.toNanos();
    synchronized (this) {
      try {
        for (long left = CLOSING.toNanos(); !connections.isEmpty() && left > 0; ) {
          TimeUnit.NANOSECONDS.timedWait(this, left);
          left = end - System.nanoTime();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
