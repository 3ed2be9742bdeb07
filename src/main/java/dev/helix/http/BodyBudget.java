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

  /** The bytes held now. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /** Takes so many bytes more, or gives so many back where the number is negative. */
  void take(long bytes) {
    long used;
    do {
      used = usedBytes.get();
      if (bytes > totalBytes - used) {
        throw new BodyBudgetException();
      }
    } while (!usedBytes.compareAndSet(used, used + bytes));
  }
}
