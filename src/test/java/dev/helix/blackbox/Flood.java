package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * An upstream's answer that comes as fast as the server takes it, until the server closes it or has
 * taken more than it can give to a caller who does not read. Thread-safe.
 */
final class Flood {
  private static final long LIMIT = 64L * 1024 * 1024;
  private static final Duration HELD_UP = Duration.ofMillis(500);

  private static final int AT_ONCE = 100;

  private final AtomicLong taken = new AtomicLong();
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private Flood() {}

  /** Begins to answer. */
  static Flood into(Call call) {
    return new Flood().begin(flood -> flood.pour(call));
  }

  /**
   * Begins to answer with so many tokens, a multiple of 100, each an event and a chunk of its own;
   * behind the last one the answer ends well.
   */
  static Flood ofTokens(Call call, String token, int tokens) {
    return new Flood().begin(flood -> flood.pourTokens(call, token, tokens));
  }

  private Flood begin(Consumer<Flood> answer) {
    Thread thread =
        new Thread(
            () -> {
              try {
                answer.accept(this);
              } catch (UncheckedIOException e) {
                // closed by the server: what it is for
              } finally {
                end.complete(null);
              }
            },
            "flood");
    thread.setDaemon(true);
    thread.start();
    return this;
  }

  private void pour(Call call) {
    String word = "x".repeat(32 * 1024);
    call.beginSse();
    while (taken.get() < LIMIT) {
      call.sse(Completions.delta(word));
      taken.addAndGet(word.length());
    }
  }

  private void pourTokens(Call call, String token, int tokens) {
    String event = "data: " + Completions.delta(token) + "\n\n";
    String chunk = Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
    byte[] many = chunk.repeat(AT_ONCE).getBytes(StandardCharsets.US_ASCII);
    call.beginSse();
    for (int sent = 0; sent < tokens; sent += AT_ONCE) {
      call.raw(many);
      taken.addAndGet(many.length);
    }
    call.sse(Completions.finish("stop"));
    call.sse(Completions.DONE);
    call.end();
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
