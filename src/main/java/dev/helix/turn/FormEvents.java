package dev.helix.turn;

import dev.helix.turn.reply.BackendReply;
import java.nio.ByteBuffer;

/** Tells the form of the endpoint what comes of the backend's reply. Immutable. */
record FormEvents(ReplyForm form, CallerOutput out) implements BackendReply.Events {
  @Override
  public void begin(BackendReply reply) {
    form.begin(reply, out);
  }

  @Override
  public boolean needsAll() {
    return form.needsAll();
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
