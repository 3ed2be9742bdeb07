package dev.helix.model;

import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Does several things on threads that start at the same moment. */
final class Racing {
  private Racing() {}

  /** Returns when all are done, or fails as the first of them that did. */
  static <T> void run(List<T> things, Consumer<T> what) {
    ExecutorService threads = Executors.newFixedThreadPool(things.size());
    try {
      CyclicBarrier start = new CyclicBarrier(things.size());
      List<Future<?>> running =
          things.stream()
              .<Future<?>>map(
                  thing ->
                      threads.submit(
                          () -> {
                            start.await();
                            what.accept(thing);
                            return null;
                          }))
              .toList();
      for (Future<?> thread : running) {
        thread.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError("a thread failed", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
