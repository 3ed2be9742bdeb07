package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionLocksTest {
  private final SessionLocks locks = new SessionLocks();
  private final ExecutorService threads = Executors.newFixedThreadPool(8);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void noSessionWaitsForAnother() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch others = new CountDownLatch(1);
    CompletableFuture<Void> holder =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 16; i++) {
                locks.lock(id("held-" + i));
              }
              held.countDown();
              await(others);
              for (int i = 0; i < 16; i++) {
                locks.unlock(id("held-" + i));
              }
            },
            threads);
    await(held);
    CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                locks.lock(id("other-" + i));
                locks.unlock(id("other-" + i));
              }
            },
            threads)
        .get(60, TimeUnit.SECONDS);
    others.countDown();
    holder.get(60, TimeUnit.SECONDS);
  }

  @Test
  void oneThreadAtATimeHoldsASession() throws Exception {
    int[] count = {0, 0};
    CompletableFuture<?>[] all = new CompletableFuture<?>[8];
    for (int thread = 0; thread < all.length; thread++) {
      all[thread] =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  int one = i % 2;
                  locks.lock(id("s-" + one));
                  count[one]++;
                  locks.unlock(id("s-" + one));
                }
              },
              threads);
    }
    CompletableFuture.allOf(all).get(60, TimeUnit.SECONDS);
    locks.lock(id("s-0"));
    locks.lock(id("s-1"));
    assertEquals(80_000, count[0]);
    assertEquals(80_000, count[1]);
  }

  @Test
  void whoDoesNotHoldALockCannotGiveItBack() throws Exception {
    assertThrows(IllegalMonitorStateException.class, () -> locks.unlock(id("s")));
    threads.submit(() -> locks.lock(id("s"))).get(60, TimeUnit.SECONDS);
    assertThrows(IllegalMonitorStateException.class, () -> locks.unlock(id("s")));
  }

  private static SessionId id(String name) {
    return SessionId.ofName(name).orElseThrow();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
