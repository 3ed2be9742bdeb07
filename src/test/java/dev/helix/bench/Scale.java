package dev.helix.bench;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * An axis: which values it has, from a round one to a round one, and where on it each of them is.
 *
 * @param log whether values are placed by their logarithm
 * @param low its lower end
 * @param high its upper end
 * @param ticks those that are labelled, in order
 * @param lesser those between that only get a thin line
 */
record Scale(boolean log, double low, double high, List<Double> ticks, List<Double> lesser) {
  private static final int[] DECADES = {10};
  private static final int[] SOME = {10, 20, 50};
  private static final int[] MANY = {10, 15, 20, 30, 40, 50, 70};
  private static final int[] NINE = {10, 20, 30, 40, 50, 60, 70, 80, 90};

  /** One that holds all values from {@code low} to {@code high}. */
  static Scale of(boolean log, double low, double high) {
    if (log) {
      return low == high ? logarithmic(low / 2, high * 2) : logarithmic(low, high);
    }
    return linear(low, low == high ? low + Math.max(1, Math.abs(low)) : high);
  }

  /** From 0 to 1 for what is on the axis. */
  double at(double value) {
    return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  }

  private static Scale linear(double low, double high) {
    double about = (high - low) / 6;
    int exponent = (int) Math.floor(Math.log10(about));
    double mantissa = about / Math.pow(10, exponent);
    int tenths = mantissa <= 1 ? 10 : mantissa <= 2 ? 20 : mantissa <= 5 ? 50 : 100;
    BigDecimal step = BigDecimal.valueOf(tenths, 1 - exponent);
    List<Double> ticks = new ArrayList<>();
    long last = (long) Math.ceil(high / step.doubleValue() - 1e-9);
    for (long i = (long) Math.floor(low / step.doubleValue() + 1e-9); i <= last; i++) {
      ticks.add(step.multiply(BigDecimal.valueOf(i)).doubleValue());
    }
    double end = ticks.get(ticks.size() - 1);
    return new Scale(false, ticks.get(0), end, List.copyOf(ticks), List.of());
  }

  private static Scale logarithmic(double low, double high) {
    double decades = Math.log10(high / low);
    List<Double> ends = around(decades > 1 ? SOME : MANY, low, high);
    double first = ends.get(0);
    double last = ends.get(ends.size() - 1);
    List<Double> ticks =
        decades > 3.5
            ? around(DECADES, low, high).stream().filter(v -> v >= first && v <= last).toList()
            : ends;
    List<Double> lesser =
        around(NINE, first, last).stream().filter(v -> !ticks.contains(v)).toList();
    return new Scale(true, first, last, ticks, lesser);
  }

  // In tenths, so that 0.3 is 0.3 and not the product of two numbers that nearly make it.
  private static List<Double> around(int[] mantissas, double low, double high) {
    List<Double> all = new ArrayList<>();
    int from = (int) Math.floor(Math.log10(low)) - 1;
    int to = (int) Math.ceil(Math.log10(high)) + 1;
    for (int exponent = from; exponent <= to; exponent++) {
      for (int tenths : mantissas) {
        all.add(BigDecimal.valueOf(tenths, 1 - exponent).doubleValue());
      }
    }
    double first = all.stream().filter(v -> v <= low).max(Double::compare).orElseThrow();
    double last = all.stream().filter(v -> v >= high).min(Double::compare).orElseThrow();
    return all.stream().filter(v -> v >= first && v <= last).toList();
  }
}
