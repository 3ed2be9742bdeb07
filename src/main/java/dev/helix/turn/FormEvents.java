package dev.helix.turn;

import dev.helix.turn.reply.BackendReply;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** Tells an endpoint's form of a stream's events. Used from the turn's mailbox. */
record FormEvents(ReplyForm form, CallerOutput out, Supplier<BackendReply> reply)
    implements BackendReply.Events {
  @Override
  public void begin() {
    form.begin(reply.get(), out);
  }

  @Override
  public void pass(ByteBuffer bytes) {
    form.pass(bytes, out);
  }

  @Override
  public void chunk(byte[] bytes, int from, int length) {
    form.chunk(bytes, from, length, out);
  }
}
