package dev.helix.turn;

import dev.helix.backend.BackendException;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.turn.stream.Mailbox;
import java.nio.ByteBuffer;

/**
 * How a backend's events come into a turn's mailbox. What an answer in one piece brings is but
 * noted, which the backend's own thread does where nobody else has the mailbox; its end goes to a
 * thread that may wait for the store. Called by the exchange, which tells its events one after the
 * other.
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
    Runnable task = () -> turn.came(withArray(bytes));
    if (whole) {
      mailbox.executeHere(task);
    } else {
      mailbox.execute(task);
    }
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
      mailbox.execute(turn::closed);
    }
  }

  @Override
  public void failed(BackendException cause) {
    mailbox.execute(() -> turn.broke(cause));
  }
}
