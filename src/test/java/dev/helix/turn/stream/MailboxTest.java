package dev.helix.turn.stream;

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
    Mailbox mailbox = new Mailbox(executor, executor, true, failure -> {});
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
            executor,
            true,
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

  @Test
  void whatIsHeldUpOutside_holdsNoTaskUp_andItsResultIsATask() throws InterruptedException {
    Mailbox mailbox = new Mailbox(executor, executor, true, failure -> {});
    ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
    CountDownLatch heldUp = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch last = new CountDownLatch(1);
    mailbox.execute(
        () -> {
          mailbox.outside(
              () -> {
                order.add("outside");
                heldUp.countDown();
                await(free);
                return () -> {
                  order.add("result");
                  last.countDown();
                };
              });
          mailbox.execute(() -> order.add("behind it"));
          order.add("task");
        });
    assertTrue(heldUp.await(10, TimeUnit.SECONDS));
    CountDownLatch another = new CountDownLatch(1);
    mailbox.execute(
        () -> {
          order.add("meanwhile");
          another.countDown();
        });
    assertTrue(another.await(10, TimeUnit.SECONDS));
    free.countDown();
    assertTrue(last.await(10, TimeUnit.SECONDS));
    assertEquals(
        List.of("task", "behind it", "outside", "meanwhile", "result"), List.copyOf(order));
  }

  @Test
  void whatIsHandedOver_isDoneWhileTheTaskGoesOn() throws InterruptedException {
    Mailbox mailbox = new Mailbox(executor, executor, true, failure -> {});
    CountDownLatch done = new CountDownLatch(1);
    CountDownLatch last = new CountDownLatch(1);
    mailbox.execute(
        () -> {
          mailbox.outside(
              () -> {
                done.countDown();
                return last::countDown;
              });
          mailbox.handOver();
          await(done);
        });
    assertTrue(last.await(10, TimeUnit.SECONDS));
  }

  @Test
  void whatFailsOutside_isTold_andTheNextTasksRun() throws InterruptedException {
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    CountDownLatch failed = new CountDownLatch(1);
    Mailbox mailbox =
        new Mailbox(
            executor,
            executor,
            true,
            failure -> {
              told.add(failure.getMessage());
              failed.countDown();
            });
    CountDownLatch meanwhile = new CountDownLatch(1);
    mailbox.execute(
        () ->
            mailbox.outside(
                () -> {
                  mailbox.execute(meanwhile::countDown);
                  throw new IllegalStateException("outside");
                }));
    assertTrue(meanwhile.await(10, TimeUnit.SECONDS));
    assertTrue(failed.await(10, TimeUnit.SECONDS));
    CountDownLatch behind = new CountDownLatch(1);
    mailbox.execute(behind::countDown);
    assertTrue(behind.await(10, TimeUnit.SECONDS));
    assertEquals(List.of("outside"), List.copyOf(told));
  }

  @Test
  void worksOfManyTasks_areDoneOneAtATime_andNoneIsLost() throws InterruptedException {
    Mailbox mailbox = new Mailbox(executor, executor, true, failure -> {});
    int all = 20_000;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(all);
    Outside outside = new Outside(mailbox, inside, overlaps, done);
    for (int i = 0; i < all; i++) {
      mailbox.execute(outside::add);
    }
    assertTrue(done.await(30, TimeUnit.SECONDS));
    assertEquals(0, overlaps.get());
  }

  @Test
  void whatATaskRunHereLeaves_isDoneByThisThread_unlessItMayHoldItUp() throws InterruptedException {
    for (boolean holdsUp : new boolean[] {false, true}) {
      Mailbox mailbox = new Mailbox(executor, executor, holdsUp, failure -> {});
      ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
      CountDownLatch last = new CountDownLatch(1);
      mailbox.executeHere(
          () -> {
            threads.add(Thread.currentThread());
            mailbox.outside(
                () -> {
                  threads.add(Thread.currentThread());
                  return last::countDown;
                });
          });
      assertTrue(last.await(10, TimeUnit.SECONDS));
      assertEquals(Thread.currentThread(), threads.remove());
      assertEquals(!holdsUp, Thread.currentThread() == threads.remove());
    }
  }

  @Test
  void whatMayBlock_isLeftToItsOwnThreads_byATaskRunHere() throws InterruptedException {
    Mailbox mailbox = new Mailbox(executor, executor, false, failure -> {});
    ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
    CountDownLatch last = new CountDownLatch(1);
    mailbox.executeHere(
        () ->
            mailbox.executeBlocking(
                () -> {
                  threads.add(Thread.currentThread());
                  mailbox.executeHere(last::countDown);
                }));
    assertTrue(last.await(10, TimeUnit.SECONDS));
    assertTrue(threads.remove() != Thread.currentThread());
  }

  /** Does one piece of work after the other outside, as a stream is written. */
  private static final class Outside {
    private final Mailbox mailbox;
    private final AtomicInteger inside;
    private final AtomicInteger overlaps;
    private final CountDownLatch done;
    private int waiting;
    private boolean busy;

    Outside(Mailbox mailbox, AtomicInteger inside, AtomicInteger overlaps, CountDownLatch done) {
      this.mailbox = mailbox;
      this.inside = inside;
      this.overlaps = overlaps;
      this.done = done;
    }

    void add() {
      waiting++;
      next();
    }

    private void next() {
      if (busy || waiting == 0) {
        return;
      }
      int taken = waiting;
      waiting = 0;
      busy = true;
      mailbox.outside(
          () -> {
            overlaps.addAndGet(inside.incrementAndGet() - 1);
            inside.decrementAndGet();
            return () -> {
              busy = false;
              for (int i = 0; i < taken; i++) {
                done.countDown();
              }
              next();
            };
          });
      if (taken % 2 == 0) {
        mailbox.handOver();
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
