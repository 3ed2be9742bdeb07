package dev.helix.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionId;
import dev.helix.turn.ConversationQueue.QueuedTurn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConversationQueueTest {
  private static final SessionId TRIP = new SessionId("conv-trip");

  private final ConversationQueue queue = new ConversationQueue();
  private final List<String> begun = new ArrayList<>();

  private QueuedTurn join(String name) {
    QueuedTurn turn = queue.join(TRIP);
    turn.whenFirst(() -> begun.add(name));
    return turn;
  }

  @Test
  void turnsComeInTheOrderInWhichTheyJoined() {
    QueuedTurn a = join("a");
    QueuedTurn b = join("b");
    QueuedTurn c = join("c");
    assertEquals(List.of("a"), begun);
    assertTrue(a.isFirst());
    assertFalse(b.isFirst());

    a.leave();
    assertEquals(List.of("a", "b"), begun);
    b.leave();
    assertEquals(List.of("a", "b", "c"), begun);
    c.leave();
    join("d");
    assertEquals(List.of("a", "b", "c", "d"), begun);
  }

  @Test
  void whoLeavesTheQueue_holdsNobodyUp() {
    QueuedTurn a = join("a");
    QueuedTurn b = join("b");
    join("c");
    b.leave();
    assertEquals(List.of("a"), begun);
    a.leave();
    assertEquals(List.of("a", "c"), begun);
  }

  @Test
  void leavingTwice_letsNobodyElseBegin() {
    QueuedTurn a = join("a");
    QueuedTurn b = join("b");
    join("c");
    a.leave();
    a.leave();
    assertEquals(List.of("a", "b"), begun);
    b.leave();
    b.leave();
    assertEquals(List.of("a", "b", "c"), begun);
  }

  @Test
  void whoIsFirstBeforeItAsks_isToldAtOnce() {
    QueuedTurn a = join("a");
    QueuedTurn b = queue.join(TRIP);
    a.leave();
    b.whenFirst(() -> begun.add("b"));
    assertEquals(List.of("a", "b"), begun);
  }

  @Test
  void otherConversations_doNotWait() {
    join("a");
    assertTrue(queue.join(new SessionId("conv-other")).isFirst());
  }

  @Test
  void manyThreads_neverTwoAtATime_andNoneIsForgotten() throws InterruptedException {
    int turns = 10_000;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    for (int i = 0; i < turns; i++) {
      threads.execute(
          () -> {
            QueuedTurn turn = queue.join(TRIP);
            turn.whenFirst(
                () ->
                    threads.execute(
                        () -> {
                          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                          inside.decrementAndGet();
                          if (done.incrementAndGet() == turns) {
                            threads.shutdown();
                          }
                          turn.leave();
                        }));
          });
    }
    assertTrue(threads.awaitTermination(20, TimeUnit.SECONDS), () -> done + " turns came");
    assertEquals(1, most.get());
    assertTrue(queue.join(TRIP).isFirst());
  }
}
