package dev.helix.turn;

import dev.helix.backend.ChatBackend.Exchange;

/**
 * A turn's hold on its exchange: what was received and not asked for again, and whether it is over.
 * The exchange may become known after its first events. Used from the turn's mailbox.
 */
final class BackendFlow {
  private Exchange exchange;
  private int owed;
  private boolean ended;
  private boolean cancelled;

  void runs(Exchange running) {
    exchange = running;
    if (cancelled) {
      exchange.cancel();
    }
  }

  /** So many bytes came, which count against the window until they are asked for again. */
  void came(int bytes) {
    owed += bytes;
  }

  /** Asks for as much as came; false where there is nothing to ask for. */
  boolean askForMore() {
    if (owed == 0 || exchange == null || isOver()) {
      return false;
    }
    exchange.request(owed);
    owed = 0;
    return true;
  }

  void ended() {
    ended = true;
  }

  void cancel() {
    if (exchange != null && !isOver()) {
      exchange.cancel();
    }
    cancelled = true;
  }

  boolean isOver() {
    return ended || cancelled;
  }
}
