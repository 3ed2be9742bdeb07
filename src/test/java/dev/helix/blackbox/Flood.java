package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An upstream's answer that comes as fast as the server takes it, until the server closes it or has
 * taken more than it can give to a caller who does not read. Thread-safe.
 */
final class Flood {
  private static final long LIMIT = 64L * 1024 * 1024;
  private static final Duration HELD_UP = Duration.ofMillis(500);

  private final AtomicLong taken = new AtomicLong();
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private Flood() {}

  /** Begins to answer. */
  static Flood into(Call call) {
    Flood flood = new Flood();
    Thread thread = new Thread(() -> flood.pour(call), "flood");
    thread.setDaemon(true);
    thread.start();
    return flood;
  }

  private void pour(Call call) {
    String word = "x".repeat(32 * 1024);
    try {
      call.beginSse();
      while (taken.get() < LIMIT) {
        call.sse(Completions.delta(word));
        taken.addAndGet(word.length());
      }
    } catch (UncheckedIOException e) {
      // closed by the server: what it is for
    } finally {
      end.complete(null);
    }
  }

  /** Waits until the server takes no more for half a second, and has not closed it. */
  void awaitHeldUp(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    long before;
    do {
      assertTrue(System.nanoTime() < deadline, "the server takes more and more");
      before = taken.get();
      try {
        end.get(HELD_UP.toMillis(), TimeUnit.MILLISECONDS);
        throw new AssertionError("ended after " + taken);
      } catch (TimeoutException goesOn) {
        // as it should
      } catch (InterruptedException | ExecutionException e) {
        throw new AssertionError(e);
      }
    } while (before == 0 || taken.get() > before);
  }

  /** Waits until the server has closed it, which must not have taken all. */
  void awaitEnd(Duration patience) {
    end.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).join();
    assertTrue(taken.get() < LIMIT, "the whole flood was taken in for a reader that did not read");
  }
}
