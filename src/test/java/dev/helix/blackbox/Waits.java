package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.RawResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * How long a caller waits for some things, each of which is tried a few times and answered with
 * 200. Immutable.
 *
 * @param nanos of each thing, the shortest first
 */
record Waits(List<List<Long>> nanos) {
  private static final int TRIES = 5;

  /** How many times longer than before, at most; the machine may be busy with other tests. */
  private static final int TIMES = 10;

  /** What is shorter counts as this long, in nanoseconds. */
  private static final long LEAST = 100_000_000;

  @SafeVarargs
  static Waits of(Supplier<RawResponse>... things) {
    List<List<Long>> nanos = new ArrayList<>();
    for (Supplier<RawResponse> thing : things) {
      nanos.add(LongStream.range(0, TRIES).map(i -> wait(thing)).sorted().boxed().toList());
    }
    return new Waits(nanos);
  }

  private static long wait(Supplier<RawResponse> thing) {
    long began = System.nanoTime();
    RawResponse response = thing.get();
    assertEquals(200, response.status(), response.text());
    return System.nanoTime() - began;
  }

  /** Asserts that the same things take about as long as they took before. */
  void assertLike(Waits before) {
    String times = before + " before, now " + this;
    for (int i = 0; i < nanos.size(); i++) {
      long most = TIMES * Math.max(before.nanos.get(i).get(TRIES / 2), LEAST);
      assertTrue(nanos.get(i).get(TRIES / 2) <= most, times);
      // One of them may have met all of what goes on.
      assertTrue(nanos.get(i).get(TRIES - 1) <= 3 * most, times);
    }
  }

  /** In milliseconds. */
  @Override
  public String toString() {
    return nanos.stream()
        .map(each -> each.stream().map(it -> it / 1_000_000).toList())
        .toList()
        .toString();
  }
}
