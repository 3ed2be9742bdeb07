package dev.helix.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of a request as it comes from its sender, who must be quick enough: from the tenth
 * second on a KiB a second in the mean, and done in the time that the {@link BodyBudget} grants.
 * Before a read that may wait for the sender one of the budget's threads is taken, which {@link
 * #close} gives back. It closes nothing else. For one thread at a time.
 */
final class PacedInput extends InputStream {
  private static final long GRACE_NANOS = 10_000_000_000L;
  private static final long NANOS_A_BYTE = 1_000_000_000L / 1024;

  private final InputStream in;
  private final BodyBudget budget;
  private final BodyRoom room;
  private final long declared;

  /** Whether it is small as far as is known before it is read. */
  private final boolean small;

  private final long began;
  private long count;

  /** The body of a request, whose sender is waited for in this room. */
  PacedInput(HttpServletRequest request, BodyBudget budget, BodyRoom room) throws IOException {
    this.in = request.getInputStream();
    this.budget = budget;
    this.room = room;
    this.declared = request.getContentLengthLong();
    this.small = declared <= BodyRoom.SMALL;
    this.began = budget.nanoTime();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  /**
   * Reads some bytes.
   *
   * @throws BodyBudgetException if too many threads wait for senders already
   * @throws RequestBodyException if the sender is too slow
   */
  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (mayWait()) {
      room.waitForSender(small && count <= BodyRoom.SMALL);
    }
    int read = in.read(target, offset, length);
    if (read > 0) {
      count += read;
      requirePace();
    }
    return read;
  }

  /** What is available of a body in chunks may be no more than what stands between them. */
  private boolean mayWait() throws IOException {
    return declared < 0 || (count < declared && !room.waitsForSender() && in.available() <= 0);
  }

  private void requirePace() {
    if (room.waitsForSender() && count != declared) {
      long taken = budget.nanoTime() - began;
      long granted = Math.min(GRACE_NANOS + count * NANOS_A_BYTE, budget.patienceNanos());
      if (taken > granted) {
        throw RequestBodyException.tooSlow();
      }
    }
  }

  @Override
  public void close() {
    room.giveSenderBack();
  }
}
