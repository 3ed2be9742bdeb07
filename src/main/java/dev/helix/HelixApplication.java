package dev.helix;

import dev.helix.archive.ArchiveSchedule;
import dev.helix.archive.ArchiveSettings;
import dev.helix.backend.BackendChoice;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.FirstModel;
import dev.helix.backend.PassingBackend;
import dev.helix.backend.demo.DemoBackend;
import dev.helix.backend.models.ModelCatalog;
import dev.helix.backend.routing.RoutedUpstreams;
import dev.helix.backend.routing.Upstreams;
import dev.helix.backend.upstream.UpstreamBackend;
import dev.helix.config.Settings;
import dev.helix.http.BodyBudget;
import dev.helix.openai.background.Background;
import dev.helix.openai.passthrough.Passing;
import dev.helix.openai.responses.ResponseSettings;
import dev.helix.openai.socket.Sockets;
import dev.helix.session.OwnerSeals;
import dev.helix.session.Rounds;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.turn.TurnThreads;
import dev.helix.turn.Turns;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The composition root: reads the configuration, makes the parts, gives each the others that it
 * needs, and closes them in reverse order when the application stops. A wrong setting stops the
 * deployment with one message that names them all.
 *
 * <p>What servlets and filters need is in the servlet context under the names of its classes. For a
 * launcher there are besides {@code dev.helix.sessions.dir} (a string; the kind of store where it
 * is no folder), {@code dev.helix.demo.model} (a string, where the demo answers) and {@code
 * dev.helix.drain} (a Runnable that returns when no turn is running and no new one will be taken).
 */
public final class HelixApplication implements ServletContextListener {
  private static final System.Logger LOG = System.getLogger(HelixApplication.class.getName());

  /** How long after one count of what owners' sessions take the next one begins. */
  private static final Duration OWNERS_COUNTED = Duration.ofHours(1);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @Override
  public void contextInitialized(ServletContextEvent event) {
    ServletContext context = event.getServletContext();
    try {
      open(context);
    } catch (RuntimeException | Error e) {
      // An error's message is a name without what is wrong with it.
      String reason = e instanceof Error ? e.toString() : e.getMessage();
      LOG.log(Level.ERROR, "the application cannot start: " + reason);
      // After an error too: the lock of the folder must not stay in a server that goes on.
      close();
      throw e;
    }
  }

  private void open(ServletContext context) {
    Settings settings = Settings.forContext(context);
    HelixConfig config = HelixConfig.from(settings);
    Clock clock = Clock.systemUTC();
    ArchiveSettings archive = config.archive();
    SessionStore store =
        SessionStore.open(
            config.store(), HelixConfig.storeSettings(settings, config.sessionsDir()));
    SessionManager sessions =
        new SessionManager(archive.before(store, clock), clock, config.cache(), config.owners());
    opened.push(sessions);
    if (archive.idle() != null) {
      opened.push(
          ArchiveSchedule.start(
              sessions, archive.idle(), archive.interval(), named("helix-archive")));
    }
    if (config.owners().limitBytes()) {
      opened.push(
          Rounds.start(
              "owners' sessions are counted",
              sessions::countOwners,
              Duration.ZERO,
              OWNERS_COUNTED,
              named("helix-owners")));
    }
    ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, named("helix-timer"));
    timers.setRemoveOnCancelPolicy(true);
    opened.push(() -> stop(timers));
    TurnThreads storing = new TurnThreads(timers, named("helix-store"));
    opened.push(storing);
    TurnThreads forwarding = new TurnThreads(timers, named("helix-turn"));
    opened.push(forwarding);
    ChatBackend backend = backend(config, settings, forwarding, timers, clock);
    opened.push(backend);
    report(settings);
    Turns turns = new Turns(sessions, backend, config.chat(), forwarding, storing, timers);
    Background background =
        new Background(config.background(), turns, sessions, forwarding, storing, timers, clock);
    BodyBudget budget = config.filter().bodyBudget();
    Sockets sockets = new Sockets(config.sockets(), turns, budget, storing, timers, clock);
    opened.push(sockets::drain);
    PassingBackend passing = backend instanceof PassingBackend passes ? passes : null;
    // Several upstreams keep their lists themselves.
    Duration kept =
        backend instanceof RoutedUpstreams ? Duration.ZERO : config.chat().modelsCache();
    ModelCatalog models =
        new ModelCatalog(backend, kept, config.modelsTimeout(), forwarding, timers);

    context.setAttribute(SessionManager.class.getName(), sessions);
    context.setAttribute(
        OwnerSeals.class.getName(), new OwnerSeals("compaction", store::ownerSecret));
    context.setAttribute(BodyBudget.class.getName(), budget);
    context.setAttribute(ModelCatalog.class.getName(), models);
    context.setAttribute(FirstModel.class.getName(), firstModel(backend, models));
    context.setAttribute(Turns.class.getName(), turns);
    context.setAttribute(ResponseSettings.class.getName(), config.responses());
    context.setAttribute(Background.class.getName(), background);
    sockets.prepare(context);
    context.setAttribute(Sockets.class.getName(), sockets);
    context.setAttribute(
        Passing.class.getName(), new Passing(passing, turns, budget, forwarding, timers));
    context.setAttribute(
        "dev.helix.sessions.dir",
        config.store().equals("files") ? config.sessionsDir().toString() : config.store());
    context.setAttribute("dev.helix.drain", (Runnable) sockets::drain);
    if (config.backend().isDemo()) {
      context.setAttribute("dev.helix.demo.model", DemoBackend.MODEL);
    }
    if (backend instanceof RoutedUpstreams several) {
      LOG.log(Level.INFO, several.describe() + " answers");
      several.announce();
      return;
    }
    LOG.log(Level.INFO, config.backend().toString());
    if (config.backend().isUpstream()) {
      models.announce();
    }
  }

  private static FirstModel firstModel(ChatBackend backend, ModelCatalog models) {
    return backend instanceof RoutedUpstreams several ? several::firstModel : models::firstId;
  }

  private static ChatBackend backend(
      HelixConfig config,
      Settings settings,
      Executor forwarding,
      ScheduledExecutorService timers,
      Clock clock) {
    BackendChoice choice = config.backend();
    if (choice.isDemo()) {
      return new DemoBackend(timers, clock, Duration.ofMillis(20));
    }
    if (!choice.isUpstream()) {
      return choice.open(settings::raw);
    }
    Upstreams upstreams = config.upstreams();
    return upstreams.areNamed()
        ? new RoutedUpstreams(upstreams, config.chat().modelsCache(), forwarding, timers)
        : new UpstreamBackend(upstreams.all().get(0).settings(), timers);
  }

  /** Says what is set, when store and backend have read their own. */
  private static void report(Settings settings) {
    settings
        .report()
        .forEach(line -> LOG.log(line.endsWith("(default)") ? Level.DEBUG : Level.INFO, line));
    settings.unknown().forEach(line -> LOG.log(Level.WARNING, line));
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    close();
  }

  private void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception | LinkageError e) {
        // A server may have taken our classes away before it says that the application stops.
        LOG.log(Level.ERROR, "a part of the application could not be closed", e);
      }
    }
  }

  /** Waits for the threads, which would keep an undeployed application's classes. */
  private static void stop(ExecutorService pool) throws InterruptedException {
    pool.shutdownNow();
    if (!pool.awaitTermination(5, TimeUnit.SECONDS)) {
      LOG.log(Level.WARNING, "threads are still at work while the application stops");
    }
  }

  private static ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
