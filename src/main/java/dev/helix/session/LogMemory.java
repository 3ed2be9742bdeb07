package dev.helix.session;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * The memory that all logs together may take while turns read them: an eighth of the heap. A longer
 * log is read by nobody; whoever finds it taken waits a while, but short logs wait for no long
 * ones. Thread-safe.
 */
final class LogMemory {
  private static final int SHARE = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int UNIT = 1024;

  /** A log is short that takes no more than this part of the memory. */
  private static final int SHORT = 64;

  private final long most;
  private final Duration patience;
  private final Semaphore free;

  /** As much again as four short logs take, for short ones alone. */
  private final Semaphore reserve;

  /** The usual share of this heap. */
  LogMemory() {
    this(Runtime.getRuntime().maxMemory() / SHARE, PATIENCE);
  }

  /** So many bytes for all, for which one waits so long. */
  LogMemory(long most, Duration patience) {
    this.most = most;
    this.patience = patience;
    this.free = new Semaphore(units(most), true);
    this.reserve = new Semaphore(4 * units(most / SHORT));
  }

  private static int units(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE, bytes / UNIT + 1);
  }

  /** What the beginning of a turn has of it, which is nothing yet. */
  Part part() {
    return new Part(false);
  }

  /**
   * The same of a turn's end, whose answer was said already: who waits for it in vain goes on
   * without.
   */
  Part partOfAnEnd() {
    return new Part(true);
  }

  /** What one turn has of the memory, until it is closed. For one thread at a time. */
  final class Part implements LongConsumer, AutoCloseable {
    private final boolean goesOn;
    private int held;
    private int reserved;

    private Part(boolean goesOn) {
      this.goesOn = goesOn;
    }

    /**
     * Takes as much as is missing for so many bytes. Who has nothing waits for it; who has some
     * does not, as others may wait for that.
     *
     * @throws TranscriptTooLongException if it is more than there is for all
     * @throws StoreUnavailableException if others have it
     */
    @Override
    public void accept(long bytes) {
      if (bytes > most && goesOn) {
        return;
      }
      if (bytes > most) {
        throw new TranscriptTooLongException(bytes, most);
      }
      int missing = units(bytes) - held - reserved;
      if (missing <= 0) {
        return;
      }
      boolean isShort = bytes <= most / SHORT;
      if (isShort && free.tryAcquire(missing)) { // It passes those who wait.
        held += missing;
      } else if (isShort && reserve.tryAcquire(missing)) {
        reserved += missing;
      } else if (take(missing)) {
        held += missing;
      }
    }

    private boolean take(int missing) {
      try {
        long millis = held + reserved == 0 ? patience.toMillis() : 0;
        boolean taken = free.tryAcquire(missing, millis, TimeUnit.MILLISECONDS);
        if (!taken && !goesOn) {
          throw new StoreUnavailableException("other turns read long transcripts", null);
        }
        return taken;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreUnavailableException("interrupted before a transcript was read", e);
      }
    }

    /** How much there is for all. */
    long most() {
      return most;
    }

    @Override
    public void close() {
      free.release(held);
      reserve.release(reserved);
      held = 0;
      reserved = 0;
    }
  }
}
