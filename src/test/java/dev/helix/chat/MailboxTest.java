package dev.helix.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private final ExecutorService executor = Executors.newFixedThreadPool(4);

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void tasksOfManyThreads_runOneAtATime_eachPostersInItsOrder() throws InterruptedException {
    Mailbox mailbox = new Mailbox(executor, failure -> {});
    int posters = 4;
    int each = 10_000;
    CountDownLatch done = new CountDownLatch(posters * each);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    List<List<Integer>> seen = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int p = 0; p < posters; p++) {
      List<Integer> mine = new ArrayList<>();
      seen.add(mine);
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  int number = i;
                  mailbox.execute(
                      () -> {
                        if (inside.incrementAndGet() != 1) {
                          overlaps.incrementAndGet();
                        }
                        mine.add(number);
                        inside.decrementAndGet();
                        done.countDown();
                      });
                }
              });
      threads.add(thread);
      thread.start();
    }
    assertTrue(done.await(30, TimeUnit.SECONDS));
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(0, overlaps.get());
    for (List<Integer> mine : seen) {
      assertEquals(each, mine.size());
      for (int i = 0; i < each; i++) {
        assertEquals(i, mine.get(i));
      }
    }
  }

  @Test
  void aTaskThatThrows_evenAnError_isTold_andTheNextOnesRun() throws InterruptedException {
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    CountDownLatch last = new CountDownLatch(1);
    Mailbox mailbox =
        new Mailbox(
            executor,
            failure -> {
              told.add(failure.getMessage());
              throw new IllegalStateException("nor can this be dealt with");
            });
    mailbox.execute(
        () -> {
          throw new IllegalArgumentException("first");
        });
    mailbox.execute(
        () -> {
          throw new OutOfMemoryError("second");
        });
    mailbox.execute(last::countDown);
    assertTrue(last.await(10, TimeUnit.SECONDS));
    assertEquals(List.of("first", "second"), List.copyOf(told));
  }
}
