package dev.helix.turn;

import dev.helix.backend.BackendException;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.turn.stream.Mailbox;
import java.nio.ByteBuffer;

/**
 * How a backend's events come into a turn's mailbox: tokens are handed on by the backend's own
 * thread, where nobody else has the mailbox and the server never holds up who writes. The end of a
 * whole answer goes to a thread that may wait for the store.
 */
final class BackendEvents implements ReplyReceiver {
  private final Turn turn;
  private final Mailbox mailbox;
  private boolean whole;

  BackendEvents(Turn turn, Mailbox mailbox) {
    this.turn = turn;
    this.mailbox = mailbox;
  }

  @Override
  public void head(ReplyHead head) {
    whole = !head.isOfType("text/event-stream");
    mailbox.executeHere(() -> turn.began(head));
  }

  @Override
  public void data(ByteBuffer bytes) {
    mailbox.executeHere(() -> turn.came(withArray(bytes)));
  }

  /** What is read from a socket or a file may have none, or show none. */
  private static ByteBuffer withArray(ByteBuffer bytes) {
    return bytes.hasArray() ? bytes : ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }

  @Override
  public void end() {
    if (whole) {
      mailbox.executeBlocking(turn::closed);
    } else {
      mailbox.executeHere(turn::closed);
    }
  }

  @Override
  public void failed(BackendException cause) {
    mailbox.execute(() -> turn.broke(cause));
  }
}
