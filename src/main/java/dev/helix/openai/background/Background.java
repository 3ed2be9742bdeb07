package dev.helix.openai.background;

import dev.helix.http.ApiError;
import dev.helix.http.BodyHolder;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.Shares;
import dev.helix.openai.background.EventLog.Reach;
import dev.helix.session.ResponseNote;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.ReplyForm;
import dev.helix.turn.TurnCall;
import dev.helix.turn.Turns;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;

/**
 * The turns that run in the background, and who listens to them. One for the application, in the
 * servlet context under the name of this class. Safe for use by many threads; no thread waits.
 *
 * <p>Who cancels a turn that another server answers takes a lease of the cancellation's name, which
 * that server looks for every second while it has such turns (ADR 77).
 */
public final class Background {
  private static final Duration CANCELLATION = Duration.ofMinutes(1);
  private static final Duration RETRY = Duration.ofSeconds(5);
  private static final long LOOK_MILLIS = 1000;

  /** How long a stream waits for what another server answers; who has waited may ask again. */
  private static final Duration LONGEST_STREAM = Duration.ofHours(1);

  private final LateCaller.Engine engine;
  private final SessionManager sessions;
  private final EventLogs logs;
  private final Shares shares;
  private final Duration longest;
  private final Clock clock;
  private final AtomicBoolean looks = new AtomicBoolean();
  private final Map<String, Run> running = new HashMap<>(); // guarded by this
  private ScheduledFuture<?> looking; // guarded by this

  /** What a caller waits for in the store. */
  @FunctionalInterface
  public interface Look {
    /**
     * Looks; may block on the store.
     *
     * @param last whether nobody looks again, so that something must be told
     * @return what the caller is told; null where that is yet to come
     */
    List<byte[]> look(boolean last) throws InvalidRequestException;
  }

  /** A turn that runs: its response's node, what ends it, and when it has taken too long. */
  private record Run(String node, Turns.Ender ender, Instant until) {}

  /**
   * No turns yet. Everything given stays the caller's to close.
   *
   * @param forwarding where bytes are handed on; some servers hold threads up there
   * @param storing threads for what waits for the store
   * @param clock tells how long events are kept, and turns take
   */
  public Background(
      BackgroundSettings settings,
      Turns turns,
      SessionManager sessions,
      Executor forwarding,
      Executor storing,
      ScheduledExecutorService timers,
      Clock clock) {
    this.engine = new LateCaller.Engine(turns, forwarding, storing, timers);
    this.sessions = sessions;
    this.logs = new EventLogs(settings, clock);
    this.shares = new Shares(settings.running());
    this.longest = settings.longest();
    this.clock = clock;
  }

  /** The one of a web application; empty where it has none. */
  public static Optional<Background> of(ServletContext context) {
    return Optional.ofNullable((Background) context.getAttribute(Background.class.getName()));
  }

  /**
   * Begins a turn that goes on without its caller, who is told its events or, where {@code atOnce}
   * is not null, that in their place as soon as the question is on the disk. What goes wrong before
   * that is told as of any turn. The request, the response and the call's memory are taken over.
   *
   * @param id of the response
   * @param node of the response
   * @param stored looks for the events behind one, where they are not in memory any more
   * @throws InvalidRequestException if too many run, or the application stops; nothing has begun
   */
  public void begin(
      String id,
      String node,
      TurnCall call,
      ReplyForm form,
      byte[] atOnce,
      LongFunction<Look> stored,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InvalidRequestException {
    BodyHolder holder = BodyHolder.of(request);
    if (!shares.take(holder, 1, 0)) {
      throw new InvalidRequestException(tooMany());
    }
    EventLog log = logs.open(id, () -> over(id, holder));
    boolean begun = false;
    boolean admitted = false;
    try {
      engine.turns().admitPassing();
      admitted = true;
      Instant until = clock.instant().plus(longest);
      engine.turns().beginAlone(call, form, log, ender -> runs(id, new Run(node, ender, until)));
      begun = true;
      EventReader reader = new EventReader(log, 0, atOnce, after -> streamed(stored, after));
      LateCaller unused = LateCaller.take(engine, request, response, reader);
      admitted = false;
    } finally {
      if (admitted) {
        engine.turns().passed(null);
      }
      if (!begun) {
        log.abandon();
      }
    }
  }

  private static ApiError tooMany() {
    return new ApiError(
        429,
        "Too many responses are made in the background: try again when one has ended.",
        "rate_limit_error",
        null,
        "too_many_background_responses",
        RETRY);
  }

  private ApiError tooLong() {
    return new ApiError(
        504,
        "The response has taken longer than the "
            + longest.toSeconds()
            + " s that it may in the background.",
        "server_error",
        null,
        "background_timeout");
  }

  private synchronized void runs(String id, Run run) {
    running.put(id, run);
    if (looking == null) {
      looking =
          engine
              .timers()
              .scheduleWithFixedDelay(
                  this::lookSoon, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void over(String id, BodyHolder holder) {
    boolean unused = shares.take(holder, -1, 0);
    boolean told = logs.find(id).map(EventLog::head).filter(EventLog.Head::isStream).isPresent();
    if (!told) {
      logs.forget(id); // Nobody else knows its id.
    }
    synchronized (this) {
      running.remove(id);
      if (running.isEmpty() && looking != null) {
        looking.cancel(false);
        looking = null;
      }
    }
  }

  /**
   * Ends what has taken too long, and looks which turns others want cancelled; not before the last
   * look is over.
   */
  private void lookSoon() {
    Instant now = clock.instant();
    List<Run> late;
    synchronized (this) {
      late = running.values().stream().filter(run -> now.isAfter(run.until())).toList();
    }
    late.forEach(run -> run.ender().stop(tooLong()));
    if (looks.compareAndSet(false, true)) {
      engine.storing().execute(this::lookForCancellations);
    }
  }

  private void lookForCancellations() {
    try {
      List<Run> all;
      synchronized (this) {
        all = List.copyOf(running.values());
      }
      for (Run run : all) {
        if (sessions.isLeased(ResponseNote.cancellation(run.node()))) {
          run.ender().cancel();
        }
      }
    } catch (SessionException e) {
      ErrorMapping.log("nobody could look which responses are cancelled", e);
    } finally {
      looks.set(false);
    }
  }

  /** Has a turn cancelled, wherever it runs; it ends soon. Blocks on the store. */
  public void cancel(String id, String node) {
    Run here;
    synchronized (this) {
      here = running.get(id);
    }
    if (here != null) {
      here.ender().cancel();
    } else {
      boolean unused = sessions.lease(ResponseNote.cancellation(node), CANCELLATION).isPresent();
    }
  }

  /** Forgets the events of a response; what is stored of it is told from then on. */
  public void forget(String id) {
    logs.forget(id);
  }

  private LateCaller.Teller streamed(LongFunction<Look> stored, long after) {
    return new StoreReader(engine, stored.apply(after), true, LONGEST_STREAM.toNanos());
  }

  /**
   * Tells a caller the events of a response behind one, live and to their end, or, where they are
   * not here, or not any more, what is stored of them. The request and the response are taken over.
   *
   * @param after the number of an event; -1 for all of them
   * @param stored looks for the events behind one in the store
   * @throws InvalidRequestException if there is no event of this number, or the application stops
   */
  public void tell(
      String id,
      long after,
      LongFunction<Look> stored,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InvalidRequestException {
    EventLog log = logs.find(id).orElse(null);
    Reach reach = log == null ? Reach.GONE : log.behind(after);
    if (reach == Reach.NEVER) {
      throw new InvalidRequestException(
          "invalid_value", "starting_after", "No event has the number " + after + ".");
    }
    LateCaller.Teller teller =
        reach == Reach.GONE
            ? streamed(stored, after)
            : new EventReader(log, after + 1, null, next -> streamed(stored, next));
    take(teller, request, response);
  }

  /**
   * Has a caller told, as one JSON body, what is yet to be stored. The request and the response are
   * taken over.
   *
   * @param patience after which it looks for the last time
   * @throws InvalidRequestException if the application stops
   */
  public void await(
      Look look, Duration patience, HttpServletRequest request, HttpServletResponse response)
      throws IOException, InvalidRequestException {
    take(new StoreReader(engine, look, false, patience.toNanos()), request, response);
  }

  private void take(
      LateCaller.Teller teller, HttpServletRequest request, HttpServletResponse response)
      throws IOException, InvalidRequestException {
    engine.turns().admitPassing();
    boolean taken = false;
    try {
      LateCaller unused = LateCaller.take(engine, request, response, teller);
      taken = true;
    } finally {
      if (!taken) {
        engine.turns().passed(null);
      }
    }
  }
}
