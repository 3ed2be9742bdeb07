package dev.helix.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The same work on many threads at once. */
final class Threads {
  private Threads() {}

  /** One piece of work. */
  interface Work {
    /** Does it for the n-th time on that thread. */
    void run(int thread, int n) throws IOException, InterruptedException;
  }

  /** How often a second it was done by all of them together, each of which did it so often. */
  static double perSecond(int threads, int times, Work work) throws IOException {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CountDownLatch start = new CountDownLatch(1);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        all.add(
            executor.submit(
                () -> {
                  start.await();
                  for (int n = 0; n < times; n++) {
                    work.run(thread, n);
                  }
                  return null;
                }));
      }
      long began = System.nanoTime();
      start.countDown();
      for (Future<?> one : all) {
        one.get();
      }
      return threads * times / ((System.nanoTime() - began) / 1e9);
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException(e);
    } finally {
      executor.shutdownNow();
    }
  }
}
