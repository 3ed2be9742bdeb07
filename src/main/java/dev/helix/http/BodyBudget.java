package dev.helix.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the bodies of all requests together may take. A body that finds no room is
 * refused at once with {@link BodyBudgetException}. The bytes of the bodies count, not the copy
 * that is made while a body grows. Thread-safe; never blocks.
 */
public final class BodyBudget {
  private final long totalBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  /** A budget with all of its bytes free; at least one byte. */
  public BodyBudget(long totalBytes) {
    if (totalBytes < 1) {
      throw new IllegalArgumentException("not a budget: " + totalBytes);
    }
    this.totalBytes = totalBytes;
  }

  /** The bytes that may be held at one time. */
  public long totalBytes() {
    return totalBytes;
  }

  /** The bytes held now. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /** A share of this budget, empty at first. */
  Share share() {
    return new Share();
  }

  private void reserve(long bytes) {
    long used;
    do {
      used = usedBytes.get();
      if (bytes > totalBytes - used) {
        throw new BodyBudgetException();
      }
    } while (!usedBytes.compareAndSet(used, used + bytes));
  }

  /** What one request holds. Thread-safe; closing it again does nothing. */
  final class Share implements AutoCloseable {
    private long held;
    private boolean closed;

    private Share() {}

    /** Holds this many bytes from now on, more or fewer than before. */
    synchronized void resize(long bytes) {
      if (closed) {
        throw new IllegalStateException("the share was given back");
      }
      if (bytes > held) {
        reserve(bytes - held);
      } else {
        usedBytes.addAndGet(bytes - held);
      }
      held = bytes;
    }

    @Override
    public synchronized void close() {
      closed = true;
      usedBytes.addAndGet(-held);
      held = 0;
    }
  }
}
