package dev.helix.openai.background;

import dev.helix.http.ApiError;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.Turns;
import dev.helix.turn.stream.CallerStream;
import dev.helix.turn.stream.Mailbox;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A caller who is told something later, or bit by bit, and holds no thread meanwhile. In silence a
 * stream is given comments; who takes nothing for too long is given up. What works for it runs in
 * its mailbox, and so does what it calls here, but for {@link #wake}.
 */
final class LateCaller implements CallerStream.Listener {
  private static final System.Logger LOG = System.getLogger(LateCaller.class.getName());

  /** How much may wait for a caller before it is given no more. */
  private static final int WINDOW = 64 * 1024;

  /** Without a blank line, which some clients take for the end of an event without data. */
  private static final byte[] COMMENT = ": waiting\n".getBytes(StandardCharsets.US_ASCII);

  /**
   * What all of them share. Immutable; everything in it stays its maker's to close.
   *
   * @param forwarding where bytes are handed on; some servers hold threads up there
   * @param storing threads for what waits for the store
   * @param timers posts and returns
   */
  record Engine(
      Turns turns, Executor forwarding, Executor storing, ScheduledExecutorService timers) {}

  /** What is told to a caller. All of it is called in the caller's mailbox, and may not block. */
  interface Teller {
    /** There is room, or {@link #wake} was called. */
    void tell(LateCaller caller);

    /** The application stops: what cannot end by itself ends now. */
    void stop(LateCaller caller);

    /** Nothing more can be told. Called once. */
    void over();
  }

  private final Engine engine;
  private final Mailbox mailbox;
  private final CallerStream stream;
  private final Runnable stop;
  private Teller teller;
  private ScheduledFuture<?> ticks;
  private boolean begun;
  private boolean isStream;
  private boolean wrote;
  private boolean ended;
  private boolean over;
  private boolean watched;
  private long stalledNanos;

  private LateCaller(Engine engine, AsyncContext async, HttpServletResponse response, Teller teller)
      throws IOException {
    this.engine = engine;
    this.teller = teller;
    this.mailbox =
        new Mailbox(
            engine.forwarding(),
            engine.storing(),
            CallerStream.holdsUpWriters(async.getRequest().getServletContext()),
            this::mistake);
    this.stream = new CallerStream(async, response, mailbox, this);
    this.stop = () -> execute(() -> this.teller.stop(this));
  }

  /**
   * Takes a request over, which {@link Turns#admitPassing} has admitted, and has its caller told.
   * Called on the servlet's thread.
   */
  static LateCaller take(
      Engine engine, HttpServletRequest request, HttpServletResponse response, Teller teller)
      throws IOException {
    AsyncContext async = request.startAsync();
    async.setTimeout(0);
    LateCaller caller = new LateCaller(engine, async, response, teller);
    long every = engine.turns().settings().commentInterval().toNanos();
    caller.mailbox.executeHere(
        () -> {
          caller.ticks =
              engine
                  .timers()
                  .scheduleWithFixedDelay(
                      () -> caller.mailbox.execute(() -> caller.tick(every)),
                      every,
                      every,
                      TimeUnit.NANOSECONDS);
          engine.turns().stopPassingBy(caller.stop);
          teller.tell(caller);
        });
    caller.stream.open();
    return caller;
  }

  /** Has the teller look again. On any thread. */
  void wake() {
    execute(() -> teller.tell(this));
  }

  /** Runs a task of the teller's in the mailbox, unless all is over by then. On any thread. */
  void execute(Runnable task) {
    mailbox.execute(
        () -> {
          if (!over && !ended) {
            task.run();
          }
        });
  }

  /** Has another one tell the rest. */
  void handOver(Teller next) {
    teller.over();
    teller = next;
    teller.tell(this);
  }

  /** Whether status and headers have been given. */
  boolean begun() {
    return begun;
  }

  /** Whether the caller can take more. */
  boolean hasRoom() {
    return !over && !ended && stream.queued() < WINDOW;
  }

  /** Gives status and headers; once. */
  void begin(int status, Map<String, String> headers) {
    begun = true;
    isStream = headers.getOrDefault("Content-Type", "").startsWith("text/event-stream");
    stream.begin(status, headers);
  }

  /** Begins a stream of events. */
  void beginEvents() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "text/event-stream");
    headers.put("Cache-Control", "no-cache");
    headers.put("X-Accel-Buffering", "no"); // Tells nginx not to gather the events.
    begin(200, headers);
  }

  /** Adds bytes, which nobody changes. */
  void write(byte[] bytes) {
    wrote = true;
    stream.write(ByteBuffer.wrap(bytes));
  }

  void flush() {
    stream.flush();
  }

  /** A whole JSON body is all that is told. */
  void answer(int status, Map<String, String> headers, byte[] json) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("Content-Type", "application/json");
    all.put("Content-Length", String.valueOf(json.length));
    all.remove("Cache-Control");
    all.remove("X-Accel-Buffering");
    begin(status, all);
    write(json);
    end();
  }

  /** An error is all that is told; a stream that has begun breaks off. */
  void refuse(ApiError error) {
    if (begun) {
      cut();
    } else {
      String after = error.retryAfterSeconds();
      answer(
          error.status(), after == null ? Map.of() : Map.of("Retry-After", after), error.toJson());
    }
  }

  /** Nothing more is told. */
  void end() {
    ended = true;
    boolean unused = stream.end();
  }

  /** Nothing more is told, though something is missing. */
  void cut() {
    if (!over && !ended) {
      if (!begun) {
        refuse(engine.turns().isStopping() ? ErrorMapping.stopping() : ApiError.internal());
        return;
      }
      ended = true;
      boolean unused = stream.breakOff(engine.timers());
    }
  }

  private void tick(long nanos) {
    if (over) {
      return;
    }
    if (stream.waits()) {
      stalledNanos += nanos;
      if (stalledNanos >= settings().stalledReaderTimeout().toNanos()) {
        stream.abandon();
        close();
      }
      return;
    }
    stalledNanos = 0;
    if (!begun && !watched) {
      watched = true;
      stream.watch();
    }
    if (isStream && !ended && !wrote) {
      stream.write(ByteBuffer.wrap(COMMENT));
      stream.flush();
    }
    wrote = false;
  }

  private TurnSettings settings() {
    return engine.turns().settings();
  }

  @Override
  public void progressed() {
    stalledNanos = 0;
    if (!ended) {
      teller.tell(this);
    }
  }

  @Override
  public void callerServed() {
    close();
  }

  @Override
  public void callerGone(Throwable cause) {
    close();
  }

  private void close() {
    if (!over) {
      over = true;
      if (ticks != null) { // Null where it was over before it began.
        ticks.cancel(false);
      }
      engine.turns().passed(stop);
      teller.over();
    }
  }

  private void mistake(Throwable failure) {
    LOG.log(Level.ERROR, "a caller was not told, by a mistake of the server", failure);
    stream.abandon();
    close();
  }
}
