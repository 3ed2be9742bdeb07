package dev.helix.backend.routing;

import dev.helix.backend.BackendException;
import dev.helix.backend.BackendException.Reason;
import dev.helix.backend.ChatBackend.Exchange;
import dev.helix.backend.ReplyReceiver;
import dev.helix.http.ApiError;
import java.util.function.Function;

/**
 * An exchange with one of several upstreams, which may have to be found first. What is needed to
 * begin it, the body among it, is held until it begins, is refused or is cancelled; who waits to
 * begin it holds this alone. Safe for use by many threads.
 */
final class RoutedExchange implements Exchange {
  private record Pending(ReplyReceiver receiver, Function<Route, Exchange> begin) {}

  private Pending pending; // guarded by this
  private volatile NamedUpstream upstream;
  private Exchange running; // guarded by this
  private int asked; // guarded by this
  private volatile boolean cancelled;
  private volatile boolean refused;

  RoutedExchange(ReplyReceiver receiver, Function<Route, Exchange> begin) {
    this.pending = new Pending(receiver, begin);
  }

  /** An exchange with nobody. */
  static RoutedExchange refused(ApiError error, ReplyReceiver receiver) {
    RoutedExchange exchange = new RoutedExchange(receiver, route -> null);
    exchange.refuse(error);
    return exchange;
  }

  private synchronized Pending take() {
    Pending taken = pending;
    pending = null;
    return taken;
  }

  /** Begins, unless it was begun or refused before, or nobody wants that any more. */
  void begin(Route route) {
    Pending taken = take();
    if (taken == null) {
      return;
    }
    upstream = route.upstream();
    Exchange begun;
    try {
      begun = taken.begin().apply(route);
    } catch (RuntimeException e) {
      taken
          .receiver()
          .failed(new BackendException(Reason.BROKEN, "The upstream could not be asked.", e));
      return;
    }
    int bytes;
    synchronized (this) {
      running = begun;
      bytes = asked;
    }
    if (bytes > 0) {
      begun.request(bytes);
    }
    if (cancelled) {
      begun.cancel(); // It came while there was nothing to be cancelled yet.
    }
  }

  /** Tells the caller why nobody is asked, unless it was begun or refused before. */
  void refuse(ApiError error) {
    Pending taken = take();
    if (taken != null) {
      refused = true;
      Refusal.tell(error, taken.receiver());
    }
  }

  private synchronized Exchange runningOrOwe(int bytes) {
    if (running == null) {
      asked += bytes;
    }
    return running;
  }

  @Override
  public void request(int bytes) {
    Exchange current = runningOrOwe(bytes);
    if (current != null) {
      current.request(bytes);
    }
  }

  @Override
  public String describe() {
    NamedUpstream with = upstream;
    return with == null ? null : with.backend().describe();
  }

  @Override
  public boolean isRefused() {
    return refused;
  }

  @Override
  public void cancel() {
    cancelled = true;
    Pending unused = take();
    Exchange current = runningOrOwe(0);
    if (current != null) {
      current.cancel();
    }
  }
}
