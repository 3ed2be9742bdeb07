package dev.helix.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnThreadsTest {
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);

  @AfterEach
  void stop() {
    timers.shutdownNow();
  }

  @Test
  void tasksBehindAHundredThatAreHeldUp_runAllTheSame() throws InterruptedException {
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch heldUp = new CountDownLatch(100);
    TurnThreads threads = new TurnThreads(timers, Thread::new);
    for (int i = 0; i < 100; i++) {
      threads.execute(
          () -> {
            heldUp.countDown();
            await(free);
          });
    }
    assertTrue(heldUp.await(30, TimeUnit.SECONDS));
    CountDownLatch served = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      threads.execute(served::countDown);
    }
    assertTrue(served.await(30, TimeUnit.SECONDS));
    free.countDown();
    threads.close();
  }

  @Test
  void tasksThatEndAtOnce_needNoMoreThreadsThanUsual() throws InterruptedException {
    AtomicInteger made = new AtomicInteger();
    TurnThreads threads =
        new TurnThreads(
            timers,
            task -> {
              made.incrementAndGet();
              return new Thread(task);
            });
    CountDownLatch served = new CountDownLatch(100_000);
    for (int i = 0; i < 100_000; i++) {
      threads.execute(served::countDown);
    }
    assertTrue(served.await(30, TimeUnit.SECONDS));
    threads.close();
    assertEquals(Math.max(8, 2 * Runtime.getRuntime().availableProcessors()), made.get());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
