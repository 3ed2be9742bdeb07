package dev.helix.turn;

import dev.helix.backend.BackendException;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.http.RequestBody;
import dev.helix.turn.stream.Mailbox;
import java.nio.ByteBuffer;

/**
 * How a backend's events come into a turn's mailbox: a few tokens are handed on by the backend's
 * own thread, where nobody else has the mailbox and the server never holds up who writes. The end
 * of a whole answer goes to a thread that may wait for the store.
 */
final class BackendEvents implements ReplyReceiver {
  /** Where more bytes of a stream come at once there are others behind them, to be written with. */
  private static final int FEW = 1024;

  private final Turn turn;
  private final RequestBody memory;
  private final Mailbox mailbox;
  private boolean whole;

  BackendEvents(Turn turn, RequestBody memory, Mailbox mailbox) {
    this.turn = turn;
    this.memory = memory;
    this.mailbox = mailbox;
  }

  @Override
  public void sent() {
    memory.close();
  }

  @Override
  public void head(ReplyHead head) {
    whole = !head.isOfType("text/event-stream");
    mailbox.executeHere(() -> turn.began(head));
  }

  @Override
  public void data(ByteBuffer bytes) {
    Runnable task = () -> turn.came(withArray(bytes));
    if (whole || bytes.remaining() <= FEW) {
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
      mailbox.executeHere(turn::closed);
    }
  }

  @Override
  public void failed(BackendException cause) {
    mailbox.execute(() -> turn.broke(cause));
  }
}
