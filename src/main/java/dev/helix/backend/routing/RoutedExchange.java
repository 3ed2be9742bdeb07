package dev.helix.backend.routing;

import dev.helix.backend.ChatBackend.Exchange;
import java.util.function.Supplier;

/**
 * An exchange with one of several upstreams, which may have to be found first. Safe for use by many
 * threads.
 */
final class RoutedExchange implements Exchange {
  private volatile NamedUpstream upstream;
  private Exchange running; // guarded by this
  private int asked; // guarded by this
  private volatile boolean cancelled;

  /** Begins with this upstream, unless nobody wants that any more. */
  void begin(NamedUpstream with, Supplier<Exchange> exchange) {
    if (cancelled) {
      return;
    }
    upstream = with;
    Exchange begun = exchange.get();
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

  private synchronized Exchange runningOrOwe(int bytes) {
    if (running == null) {
      asked += bytes;
    }
    return running;
  }

  boolean isCancelled() {
    return cancelled;
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
  public void cancel() {
    cancelled = true;
    Exchange current = runningOrOwe(0);
    if (current != null) {
      current.cancel();
    }
  }
}
