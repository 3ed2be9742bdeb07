package dev.helix.turn;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.session.SessionException;
import dev.helix.turn.stream.CallerStream;
import dev.helix.turn.stream.Mailbox;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request whose work waits until it is first among the turns of its session, without a thread:
 * then it is done, or refused when that takes too long. Safe for use by many threads.
 */
final class OrderedAnswer implements CallerStream.Listener {
  private static final System.Logger LOG = System.getLogger(OrderedAnswer.class.getName());

  private final Engine engine;
  private final TurnPermit permit;
  private final OrderedWork work;
  private final Runnable onEnd;
  private final Mailbox mailbox;
  private final CallerStream caller;
  private final AtomicBoolean decided = new AtomicBoolean();
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile ScheduledFuture<?> patience;

  /** Looks whether the caller reads; used from the mailbox. */
  private ScheduledFuture<?> looks;

  private boolean reads;

  /**
   * An answer to a request that went asynchronous.
   *
   * @param holdsUp whether the server holds up who writes
   * @param onEnd run once when the caller has all, or is gone, and nothing more is done
   */
  OrderedAnswer(
      Engine engine,
      TurnPermit permit,
      OrderedWork work,
      AsyncContext async,
      HttpServletResponse response,
      boolean holdsUp,
      Runnable onEnd)
      throws IOException {
    this.engine = engine;
    this.permit = permit;
    this.work = work;
    this.onEnd = onEnd;
    this.mailbox =
        new Mailbox(
            engine.forwarding(),
            engine.storing(),
            holdsUp,
            failure -> {
              LOG.log(Level.ERROR, "an answer could not be sent", failure);
              async.complete();
              end();
            });
    this.caller = new CallerStream(async, response, mailbox, this);
  }

  /** Begins to wait; returns at once. */
  void start() {
    caller.open();
    engine.storing().execute(this::tryAtOnce);
  }

  /** Ends it with an error, unless its work has begun. */
  void stop(ApiError error) {
    if (decided.compareAndSet(false, true)) {
      permit.leave();
      tell(error);
    }
  }

  private void tryAtOnce() {
    try {
      if (permit.take().isPresent()) {
        begin();
        return;
      }
      long wait = engine.settings().historyWait().toMillis();
      // Leaving asks the store, which timers do not wait for.
      Runnable late = () -> engine.storing().execute(() -> stop(ErrorMapping.locked()));
      patience = engine.timers().schedule(late, wait, TimeUnit.MILLISECONDS);
      permit.whenTaken(() -> engine.storing().execute(this::begin), this::failed);
    } catch (SessionException e) {
      failed(e);
    }
  }

  private void failed(SessionException failure) {
    ErrorMapping.log("work on a session could not begin", failure);
    engine.storing().execute(() -> stop(ErrorMapping.of(failure)));
  }

  private void begin() {
    if (!decided.compareAndSet(false, true)) {
      return;
    }
    ScheduledFuture<?> waiting = patience;
    if (waiting != null) {
      waiting.cancel(false);
    }
    byte[] json = null;
    ApiError error = null;
    try {
      json = work.with(permit.take().orElseThrow(() -> new IllegalStateException("no lease")));
    } catch (InvalidRequestException e) {
      error = e.error();
    } catch (SessionException e) {
      ErrorMapping.log("work on a session failed", e);
      error = ErrorMapping.of(e);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "work on a session failed, by a mistake of the server", e);
      error = ApiError.of(e);
    } finally {
      permit.leave();
    }
    if (error == null) {
      tell(200, json, null);
    } else {
      tell(error);
    }
  }

  private void tell(ApiError error) {
    boolean later = error.retryAfter() != null;
    tell(error.status(), error.toJson(), later ? error.retryAfterSeconds() : null);
  }

  private void tell(int status, byte[] json, String retryAfter) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Content-Length", String.valueOf(json.length));
    if (retryAfter != null) {
      headers.put("Retry-After", retryAfter);
    }
    mailbox.execute(
        () -> {
          caller.begin(status, headers);
          caller.write(ByteBuffer.wrap(json));
          caller.end();
          if (!over.get()) {
            long most = engine.settings().stalledReaderTimeout().toNanos();
            Runnable look = () -> mailbox.execute(this::look);
            looks = engine.timers().scheduleWithFixedDelay(look, most, most, TimeUnit.NANOSECONDS);
          }
        });
  }

  /** Lets go of a caller who has read nothing since the last look. */
  private void look() {
    if (!reads && !over.get()) {
      caller.abandon();
      end();
    }
    reads = false;
  }

  @Override
  public void progressed() {
    reads = true;
  }

  @Override
  public void callerServed() {
    end();
  }

  @Override
  public void callerGone(Throwable cause) {
    if (decided.compareAndSet(false, true)) {
      engine.storing().execute(permit::leave);
    }
    end();
  }

  private void end() {
    if (over.compareAndSet(false, true)) {
      ScheduledFuture<?> looking = looks;
      if (looking != null) {
        looking.cancel(false);
      }
      onEnd.run();
    }
  }
}
