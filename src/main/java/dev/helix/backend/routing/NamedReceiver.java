package dev.helix.backend.routing;

import dev.helix.backend.BackendException;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.nio.ByteBuffer;

/** Hands a reply on, and has its failure say whose it is. */
record NamedReceiver(String upstream, ReplyReceiver receiver) implements ReplyReceiver {
  @Override
  public void sent() {
    receiver.sent();
  }

  @Override
  public void head(ReplyHead head) {
    receiver.head(head);
  }

  @Override
  public void data(ByteBuffer bytes) {
    receiver.data(bytes);
  }

  @Override
  public void end() {
    receiver.end();
  }

  @Override
  public void failed(BackendException cause) {
    receiver.failed(
        new BackendException(
            cause.reason(), upstream + ": " + cause.getMessage(), cause.getCause()));
  }
}
