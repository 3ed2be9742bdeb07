package dev.helix.turn;

import dev.helix.backend.ChatBackend.Exchange;

/**
 * A hold on an exchange: what was received and not asked for again, and whether it is over. The
 * exchange may become known after its first events. Used from one mailbox.
 */
public final class BackendFlow {
  private Exchange exchange;
  private int owed;
  private boolean ended;
  private boolean cancelled;

  /** The exchange is known; it is given up where {@link #cancel} was called before. */
  public void runs(Exchange running) {
    exchange = running;
    if (cancelled) {
      exchange.cancel();
    }
  }

  /** What the log calls who answers; null for the backend as a whole. */
  String describe() {
    return exchange == null ? null : exchange.describe();
  }

  /** Whether the backend refused the call and asked nobody. */
  boolean isRefused() {
    return exchange != null && exchange.isRefused();
  }

  /** So many bytes came, which count against the window until they are asked for again. */
  public void came(int bytes) {
    owed += bytes;
  }

  /** Asks for as much as came; false where there is nothing to ask for. */
  public boolean askForMore() {
    if (owed == 0 || exchange == null || isOver()) {
      return false;
    }
    exchange.request(owed);
    owed = 0;
    return true;
  }

  /** Nothing more will come. */
  public void ended() {
    ended = true;
  }

  /** Gives the exchange up, unless it is over. */
  public void cancel() {
    if (exchange != null && !isOver()) {
      exchange.cancel();
    }
    cancelled = true;
  }

  /** Whether nothing more is wanted, or will come. */
  public boolean isOver() {
    return ended || cancelled;
  }
}
