package dev.helix.http;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What the bodies of all requests together may take: memory, threads that wait for their senders,
 * and time. A body that finds no room is refused at once with {@link BodyBudgetException}.
 *
 * <p>No user takes more than half of it and no tenant more than three quarters, unless it is for a
 * single body. For bodies up to 64 KiB there is an eighth besides. What is made of a body on the
 * way counts too, up to all of the memory. Thread-safe; never blocks.
 */
public final class BodyBudget {
  /** How many times its bytes a body counts while it is read as JSON and its question is stored. */
  public static final int WORK = 5;

  /** How many threads wait for senders at most, unless set. Servers have 200 in all. */
  public static final int SENDERS = 128;

  /** How long a body may take to come, unless set. */
  public static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Shares bytes;
  private final Shares smallBytes;
  private final Shares senders;
  private final Shares smallSenders;
  private final long patienceNanos;
  private final LongSupplier nanoTime;

  /** A budget of so many bytes, at least one, and otherwise of the defaults. */
  public BodyBudget(long totalBytes) {
    this(totalBytes, SENDERS, PATIENCE);
  }

  /**
   * A budget with all of it free.
   *
   * @param totalBytes at least 1
   * @param senders how many bodies may be waited for by a thread; at least 1
   * @param patience how long one body may take to come
   */
  public BodyBudget(long totalBytes, int senders, Duration patience) {
    this(totalBytes, senders, patience, System::nanoTime);
  }

  /** A budget by this clock. */
  BodyBudget(long totalBytes, int senders, Duration patience, LongSupplier nanoTime) {
    if (totalBytes < 1 || senders < 1 || patience.isNegative()) {
      throw new IllegalArgumentException("not a budget: " + totalBytes + ", " + senders);
    }
    this.bytes = new Shares(totalBytes);
    this.smallBytes = new Shares(totalBytes / 8);
    this.senders = new Shares(senders);
    this.smallSenders = new Shares(senders / 8);
    this.patienceNanos = patience.toNanos();
    this.nanoTime = nanoTime;
  }

  /** The bytes held now. */
  public long usedBytes() {
    return bytes.used() + smallBytes.used();
  }

  /** The threads that wait for senders now. */
  public long usedSenders() {
    return senders.used() + smallSenders.used();
  }

  Shares bytes() {
    return bytes;
  }

  Shares smallBytes() {
    return smallBytes;
  }

  Shares senders() {
    return senders;
  }

  Shares smallSenders() {
    return smallSenders;
  }

  long patienceNanos() {
    return patienceNanos;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }
}
