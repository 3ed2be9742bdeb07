package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.function.ThrowingSupplier;

/** What a thread has had of a processor: others who want it too do not make that more. No state. */
public final class ProcessorTime {
  private ProcessorTime() {}

  /** Of the current thread, in nanoseconds since some moment. */
  public static long nanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Does it on the current thread, and fails when that took more. */
  public static void assertAtMost(Duration limit, Executable work) {
    assertAtMost(
        limit,
        () -> {
          work.execute();
          return null;
        });
  }

  /** As {@link #assertAtMost(Duration, Executable)}; gives what the work gives. */
  public static <T> T assertAtMost(Duration limit, ThrowingSupplier<T> work) {
    long start = nanos();
    T result;
    try {
      result = work.get();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    Duration taken = Duration.ofNanos(nanos() - start);
    assertTrue(taken.compareTo(limit) < 0, () -> "took " + taken + " of a processor");
    return result;
  }
}
