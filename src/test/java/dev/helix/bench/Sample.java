package dev.helix.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/** Measured times in nanoseconds, growing as they come. Not thread-safe. */
final class Sample {
  private static final double NANOS_PER_MILLI = 1e6;

  private long[] values = new long[1024];
  private int size;

  void add(long nanos) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = nanos;
  }

  void addAll(Sample other) {
    for (int i = 0; i < other.size; i++) {
      add(other.values[i]);
    }
  }

  int size() {
    return size;
  }

  /** The value below which that share of all lies, in milliseconds; 1 is the largest. */
  double millis(double share) {
    if (size == 0) {
      throw new IllegalStateException("nothing was measured");
    }
    long[] sorted = Arrays.copyOf(values, size);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * size) - 1;
    return sorted[Math.max(0, Math.min(size - 1, rank))] / NANOS_PER_MILLI;
  }

  /** Median, p99 and largest value in milliseconds, and how many there are. */
  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("p50_ms", millis(0.5))
        .put("p99_ms", millis(0.99))
        .put("max_ms", millis(1))
        .put("count", size);
  }
}
