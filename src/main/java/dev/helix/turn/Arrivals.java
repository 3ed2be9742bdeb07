package dev.helix.turn;

import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.turn.stream.Mailbox;

/**
 * How the parts of an upstream's answer come into a turn's mailbox. Of a short answer the end is
 * not far, and nothing is to be done before it, which is worth no thread's waking; where the end
 * fails to come, a timer rings and finds what came before. Called by the exchange, which tells its
 * events one after the other.
 */
final class Arrivals {
  private final Mailbox mailbox;
  private boolean brief;

  Arrivals(Mailbox mailbox) {
    this.mailbox = mailbox;
  }

  /** The head has come, which is dealt with by this task. */
  void head(ReplyHead head, Runnable task) {
    long length = head.contentLength();
    brief =
        length > 0 && length <= ReplyReceiver.FIRST_WINDOW && !head.isOfType("text/event-stream");
    part(task);
  }

  /** A part of the body has come. */
  void part(Runnable task) {
    if (brief) {
      mailbox.post(task);
    } else {
      mailbox.execute(task);
    }
  }
}
