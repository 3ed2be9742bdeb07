package dev.helix.bench;

import java.text.NumberFormat;
import java.util.Locale;

/**
 * What a figure should be.
 *
 * @param atMost whether it should be no larger than the limit, else no smaller
 */
record Goal(boolean atMost, double limit) {
  static Goal atMost(double limit) {
    return new Goal(true, limit);
  }

  static Goal atLeast(double limit) {
    return new Goal(false, limit);
  }

  boolean isMet(double value) {
    return atMost ? value <= limit : value >= limit;
  }

  @Override
  public String toString() {
    return (atMost ? "≤ " : "≥ ") + NumberFormat.getInstance(Locale.ROOT).format(limit);
  }
}
